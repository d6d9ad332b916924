import { mkdir, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'vitest'
import type { AwsServer } from '../aws-server/server.ts'
import { type Home, withHome } from '../commands/home.ts'
import { keysOf, type ToolRun, toolCommand, writeProfiles } from '../commands/tool.ts'
import { runProgram } from '../real-shells/run.ts'

/** A way for a disk to refuse. Each step is a command of sh, run in the folder, that fails where it is of no use here. */
export interface Refusal {
  readonly what: string
  /** Makes the folder one that can refuse. */
  readonly mount?: string
  readonly refuse?: string
  readonly relent?: string
  /** What the tool runs under. */
  readonly under?: readonly string[]
}

export const full: Refusal = {
  what: 'no space left (a tmpfs of 64 KiB)',
  mount: 'mount -t tmpfs -o size=64k,mode=700 tmpfs .',
  refuse: 'dd if=/dev/zero of=filler bs=4k 2>&- || test -s filler',
  relent: 'rm filler',
}
export const noInode: Refusal = {
  what: 'no file more (a tmpfs of 8 files)',
  mount: 'mount -t tmpfs -o nr_inodes=8,mode=700 tmpfs .',
  refuse: 'for n in 1 2 3 4 5 6 7 8; do touch filler-$n || break; done 2>&-; test -e filler-1',
  relent: 'rm filler-*',
}
export const readOnly: Refusal = {
  what: 'a file system that is read-only (a bind mount)',
  mount: 'mount --bind . .',
  refuse: 'mount -o remount,bind,ro .',
  relent: 'mount -o remount,bind,rw .',
}
export const immutable: Refusal = {
  what: 'a folder that is immutable (chattr)',
  refuse: 'chattr +i .',
  relent: 'chattr -i .',
}
export const limited = (blocks: number): Refusal => ({
  what: `no file larger than ${blocks} KiB (ulimit -f)`,
  under: ['bash', '-c', `ulimit -f ${blocks}; exec "$@"`, 'bash'],
})
const injected = (fault: string, what: string): Refusal => ({
  what: `${what} (strace)`,
  refuse: 'strace -qq -o /dev/null true',
  under: ['strace', '-qq', '-o', '/dev/null', '-e', `inject=${fault}`],
})

/** The system calls that write one file. */
export type Calls = Readonly<Record<'write' | 'sync' | 'rename', string>>

export const failing = (calls: Calls) => ({
  quota: injected(`${calls.write}:error=EDQUOT`, 'a quota that is used up'),
  device: injected(`${calls.write}:error=EIO`, 'a device that fails'),
  partly: injected(`${calls.write}:retval=0`, 'a write that takes nothing'),
  sync: injected(`${calls.sync}:error=EIO`, 'an fsync that fails'),
  rename: injected(`${calls.rename}:error=EIO`, 'a rename that fails'),
  denied: injected(`${calls.rename}:error=EACCES`, 'a rename that is denied'),
})
export const interrupting = (calls: Calls) => [
  injected(`${calls.write}:error=EINTR`, 'a write that is interrupted'),
  injected(`${calls.sync}:error=EINTR`, 'an fsync that is interrupted'),
]

/** Lines of somebody else. */
const others = `${'# a comment of some length\n'.repeat(500)}[other]\nregion = x\n`

/** What a run came to while the folder refused, and how the folder was before and is after. */
export interface RefusedRun extends ToolRun {
  /** Whether a byte or name is another. */
  readonly changed: boolean
  /** How often AWS was asked. */
  readonly asked: number
}

/**
 * Has another profile saved and its session cached; runs the tool with a code while the folder refuses; then gives
 * judgment over to a folder that refuses no longer.
 * @param skip told where that refusal is not to be had on this machine
 */
export function whileRefusing(
  server: AwsServer,
  refusal: Refusal,
  folderOf: (home: Home) => string,
  words: readonly string[],
  skip: (why: string) => void,
  judge: (ran: RefusedRun, home: Home, code: string) => Promise<void>,
): Promise<void> {
  return withHome(server, async (home) => {
    const folder = folderOf(home)
    const { what, mount, refuse, relent, under = [] } = refusal
    await mkdir(folder, { recursive: true, mode: 0o700 })
    if (!(await inFolder(home, folder, mount))) return skip(`${what}: not to be had here`)
    try {
      await prepare(home)
      server.reset()
      const code = home.code()
      if (!(await inFolder(home, folder, refuse))) return skip(`${what}: not to be had here`)
      const before = await contentOf(folder)
      const [program = '', ...rest] = [...under, ...toolCommand, ...words, code]
      const { sandbox, environment } = home
      const { status, stdout, stderr } = await runProgram(program, rest, { sandbox, environment })
      const changed = JSON.stringify(await contentOf(folder)) !== JSON.stringify(before)
      const asked = server.requests.length
      expect(await inFolder(home, folder, relent)).toBe(true)
      const ran = { status, stdout: stdout.toString(), stderr: stderr.toString(), changed, asked }
      await judge(ran, home, code)
    } finally {
      await inFolder(home, folder, relent)
      if (mount !== undefined) await inFolder(home, home.sandbox.folder, `umount '${folder}'`)
    }
  })
}

async function prepare(home: Home): Promise<void> {
  home.server.reset()
  await writeProfiles(home.sandbox, {
    config: `[default]\nmfa_serial = ${home.user.serialNumber}\n`,
    credentials: keysOf(home.user) + others,
  })
  expect(await home.run(['save', '--to', 'earlier', home.code()])).toMatchObject({ status: 0 })
}

/** @returns whether the command of sh succeeds in that folder */
async function inFolder({ sandbox }: Home, folder: string, command = 'true'): Promise<boolean> {
  const script = `cd "$0" && { ${command}; }`
  return (await runProgram('sh', ['-c', script, folder], { sandbox })).status === 0
}

/** Names and bytes of all files but the sockets that turns leave. */
async function contentOf(folder: string): Promise<Record<string, string>> {
  const entries = (await readdir(folder, { withFileTypes: true })).filter((entry) => entry.isFile())
  const read = entries.map(async ({ name }) => [name, await readFile(join(folder, name), 'latin1')] as const)
  return Object.fromEntries(await Promise.all(read))
}
