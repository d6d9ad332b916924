import { mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { AwsServer, User, UserSpec } from '../aws-server/server.ts'
import { type Reply, runAtTerminal } from '../device/pseudo-terminal.ts'
import { type Sandbox, withSandbox } from '../real-shells/run.ts'
import { keysOf, runTool, type ToolRun, toolCommand, writeProfiles } from './tool.ts'

/** One run on a machine, and what came of it. */
export interface MachineRun extends ToolRun {
  /** The actions that the local AWS was asked for, in order. */
  readonly asked: readonly string[]
  /** What the statements on stdout set. */
  readonly set: Readonly<Record<string, string>>
}

interface RunOptions {
  readonly environment?: Readonly<Record<string, string | undefined>>
  readonly input?: string
}

interface TerminalRunOptions {
  readonly replies?: readonly Reply[]
  readonly environment?: Readonly<Record<string, string>>
  /** Where the process id of the tool is written before it starts. */
  readonly processIdFile?: string
}

interface TerminalMachineRun extends MachineRun {
  readonly shown: string
}

/** The computer of one user of the local AWS, with a home folder of its own, where run follows run. */
export interface Machine {
  readonly user: User
  readonly sandbox: Sandbox
  /** AWS_ENDPOINT_URL, which every run has. */
  readonly environment: Readonly<Record<string, string>>
  /** Runs the tool without a terminal; it writes for sh unless the words name a command. */
  run(words?: readonly string[], options?: RunOptions): Promise<MachineRun>
  /** Runs the tool at a terminal, its stderr that terminal; gives what was shown there, with plain line ends. */
  runAtTerminal(words: readonly string[], options: TerminalRunOptions): Promise<TerminalMachineRun>
  /** A code of the first device that can be used, or of that one. */
  code(serialNumber?: string): string
  writeProfiles(files: { config?: string; credentials?: string }): Promise<void>
  /** Where sessions and devices are kept. */
  readonly cacheFolder: string
  /** What is kept there; empty where there is no such folder. */
  cacheFiles(): Promise<string[]>
  /** Changes records in the cache whose names begin so; at least one must be there. */
  editCache(prefix: string, edit: (record: Record<string, unknown>) => object): Promise<void>
}

export interface MachineSpec {
  readonly user?: UserSpec
  /** Default: the default profile, with the first usable device of the user. */
  readonly config?: (user: User) => string
  /** Default: the default profile, with the keys of the user. */
  readonly credentials?: (user: User) => string
}

/** Gives a machine of a new user, and removes it when its user is done. */
export function withMachine<T>(
  server: AwsServer,
  spec: MachineSpec,
  use: (machine: Machine) => Promise<T>,
): Promise<T> {
  return withSandbox(async (sandbox) => {
    const user = server.addUser(spec.user)
    await writeProfiles(sandbox, {
      config: spec.config?.(user) ?? `[default]\nmfa_serial = ${user.serialNumber}\n`,
      credentials: spec.credentials?.(user) ?? keysOf(user),
    })
    return use(makeMachine(server, user, sandbox))
  })
}

function makeMachine(server: AwsServer, user: User, sandbox: Sandbox): Machine {
  const watch = () => {
    const mark = server.requests.length
    return () => server.requests.slice(mark).map(({ action }) => action)
  }
  const cacheFolder = join(sandbox.home, '.cache', 'aws-mfa-env')
  const environment = { AWS_ENDPOINT_URL: server.url }
  const cacheFiles = () => readdir(cacheFolder).catch(() => [])
  return {
    user,
    sandbox,
    environment,
    cacheFolder,
    cacheFiles,
    code: (serialNumber) => server.nextTokenCode(user, serialNumber),
    writeProfiles: (files) => writeProfiles(sandbox, files),
    async run(words = [], options = {}) {
      const asked = watch()
      const all = { ...environment, ...options.environment }
      const ran = await runTool(forShell(words), { sandbox, ...options, environment: all })
      return { ...ran, asked: asked(), set: read(ran.stdout) }
    },
    async runAtTerminal(words, { replies = [], environment: more, processIdFile = 'pid' }) {
      const asked = watch()
      const folder = await mkdtemp(join(sandbox.folder, 'terminal-'))
      const start = ['sh', '-c', 'echo $$ >"$0"; exec "$@"', processIdFile]
      const ran = await runAtTerminal([...start, ...toolCommand, ...forShell(words)], {
        sandbox: { ...sandbox, folder },
        replies,
        environment: { ...environment, ...more },
      })
      const shown = ran.shown.replaceAll('\r\n', '\n')
      return { ...ran, shown, stderr: '', asked: asked(), set: read(ran.stdout) }
    },
    async editCache(prefix, edit) {
      const names = (await cacheFiles()).filter((name) => name.startsWith(prefix) && name.endsWith('.json'))
      if (names.length === 0) throw new Error(`nothing in the cache begins with ${prefix}`)
      for (const name of names) {
        const path = join(cacheFolder, name)
        await writeFile(path, JSON.stringify(edit(JSON.parse(await readFile(path, 'utf8')))))
      }
    },
  }
}

function forShell(words: readonly string[]): readonly string[] {
  const [first = '-'] = words
  return /^[-\d]/.test(first) ? ['-s', 'sh', ...words] : words
}

function read(stdout: string): Record<string, string> {
  const assignments = stdout.matchAll(/ (AWS_\w+)=([^ ';]+)/g)
  return Object.fromEntries(
    [...assignments].map(([, name = '', value = '']) => [name, value.replaceAll('\\', '')]),
  )
}

/** An RFC 3339 time so many seconds from now, as the tool writes it. */
export function timeFromNow(seconds: number): string {
  return new Date(Date.now() + seconds * 1000).toISOString().replace(/\.\d{3}Z$/, 'Z')
}

/** How the tool ends without a code, a terminal, and a session that serves. */
export const codeMissing =
  'aws-mfa-env: error: a code is missing, and nobody can be asked for it\n' +
  'aws-mfa-env: hint: type the six digits that the device shows, as in: aws-mfa-env 123456\n' +
  'aws-mfa-env: hint: or pass it on stdin, as in: echo 123456 | aws-mfa-env -\n'

export const note = (text: string) => `aws-mfa-env: note: ${text}\n`
