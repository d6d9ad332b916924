import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type RunOptions, runProgram } from '../real-shells/run.ts'
import { findOnPath } from '../real-shells/shells.ts'

export const strace = process.platform === 'linux' ? findOnPath('strace') : undefined

/** What a process and all that it has started did, as the system saw it. */
interface Trace {
  /** Program, arguments and environment of each that was started, the first one apart. */
  readonly started: readonly { readonly words: string; readonly environment: string }[]
  /** What was written, and where to: a path, or such as `pipe:` and `TCP:`. */
  readonly written: readonly { readonly to: string; readonly text: string }[]
  /** The files that were opened to be written, and the modes that were asked for new ones. */
  readonly opened: readonly { readonly path: string; readonly mode: string | undefined }[]
}

export interface TracedRun {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
  readonly trace: Trace
}

const calls = 'execve,execveat,open,openat,creat,write,writev,pwrite64,pwritev,sendto,sendmsg,sendmmsg'

/** Runs a program under strace. */
export async function runTraced(words: readonly string[], options: RunOptions): Promise<TracedRun> {
  const log = join(options.sandbox.folder, 'trace')
  const flags = ['-f', '-qq', '-v', '-yy', '-s', '100000', '--seccomp-bpf', '-e', `trace=${calls}`, '-o', log]
  const { status, stdout, stderr } = await runProgram(strace ?? '', [...flags, ...words], options)
  const trace = readTrace(await readFile(log, 'latin1'))
  return { status, stdout: stdout.toString(), stderr: stderr.toString(), trace }
}

function readTrace(log: string): Trace {
  // One call a line, what was interrupted in two: the first has all that was given.
  const lines = log.split('\n').map((line) => line.replace(/^\d+ +/, ''))
  return {
    started: lines
      .flatMap((line) => {
        const [, words, environment] = /^execve(?:at)?\((.*?\]), (\[.*\])/.exec(line) ?? []
        return words === undefined ? [] : [{ words: plain(words), environment: plain(environment ?? '') }]
      })
      .slice(1),
    written: lines.flatMap((line) => {
      const [, to, text] = /^(?:p?writev?(?:64)?|send\w+)\(\d+<((?:[^>]|->)*)>, (.*)$/.exec(line) ?? []
      return to === undefined ? [] : [{ to, text: plain(text ?? '') }]
    }),
    opened: lines.flatMap((line) => {
      const [, path, flags, mode] =
        /^(?:openat\(\S+, |open\(|creat\()"([^"]*)"(?:, ([A-Z_|]+))?(?:, (0\d+))?/.exec(line) ?? []
      return path === undefined || !/O_(WRONLY|RDWR|CREAT)/.test(flags ?? 'O_CREAT') ? [] : [{ path, mode }]
    }),
  }
}

/** strace's escapes undone, as far as a canary may be hidden by them. */
function plain(text: string): string {
  return text
    .replace(/\\(["\\])/g, '$1')
    .replace(/\\([0-7]{1,3})/g, (_, digits) => String.fromCharCode(Number.parseInt(digits, 8)))
}

/** Every file below a folder with what is in it, one character a byte. */
export async function readTree(folder: string): Promise<Map<string, string>> {
  const files = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) =>
    entry.isFile(),
  )
  const read = files.map(async ({ parentPath, name }) => {
    const path = join(parentPath, name)
    return [path.slice(folder.length + 1), await readFile(path, 'latin1')] as const
  })
  return new Map(await Promise.all(read))
}
