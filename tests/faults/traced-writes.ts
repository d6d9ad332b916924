import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** When something began and was over, in seconds since 1970. */
interface Span {
  readonly from: number
  readonly to: number
}

/** A program's last look at a file, and when it wrote what came of it. */
export interface Write {
  readonly name: string
  readonly look: Span
  readonly write: Span
}

/** Words of sh that trace a command's calls to `NAME.trace` in that folder; $name is expanded when they are run. */
export function tracing(folder: string): string {
  return `strace -f --seccomp-bpf -qq -ttt -T -o "${folder}/$name.trace" -e trace=openat,close,rename`
}

/** The writes of that file that were traced to that folder: by renaming, or by emptying and filling. */
export async function readWrites(folder: string, file: string): Promise<Write[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.trace'))
  const traces = names.map(async (name) => {
    const write = parseTrace(await readFile(join(folder, name), 'latin1'), file)
    return write === undefined ? [] : [{ name: name.slice(0, -'.trace'.length), ...write }]
  })
  return (await Promise.all(traces)).flat()
}

function parseTrace(text: string, file: string): Omit<Write, 'name'> | undefined {
  let look: Span | undefined
  let write: Span | undefined
  let open: { from: number; descriptor: string; writing: boolean } | undefined
  for (const line of text.split('\n')) {
    const [, start = '', call = '', words = '', result = '', taken = ''] =
      /^\d+ +([\d.]+) (\w+)\((.*)\) += (\S+).* <([\d.]+)>$/.exec(line) ?? []
    const from = Number(start)
    const to = from + Number(taken)
    if (call === 'rename' && words.endsWith(`"${file}"`)) write = { from, to }
    if (call === 'openat' && words.includes(`"${file}"`)) {
      open = { from, descriptor: result, writing: words.includes('O_WRONLY') }
    }
    if (call !== 'close' || words !== open?.descriptor) continue
    if (open.writing) write = { from: open.from, to }
    else if (write === undefined) look = { from: open.from, to }
    open = undefined
  }
  return look && write && { look, write }
}
