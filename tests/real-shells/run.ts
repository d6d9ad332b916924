import { spawn } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { FoundShell } from './shells.ts'

/** A folder of its own with an empty home folder in it. */
export interface Sandbox {
  readonly folder: string
  readonly home: string
}

export interface Ending {
  readonly status: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: Buffer
  readonly stderr: Buffer
}

export interface RunOptions {
  readonly sandbox: Sandbox
  /** On top of PATH, HOME and LC_ALL, which are all that there is; undefined takes one away. */
  readonly environment?: Readonly<Record<string, string | undefined>>
  /** Written to stdin, which is then closed. */
  readonly input?: string | Buffer
  /** Milliseconds; then everything that was started is killed. */
  readonly timeout?: number
}

export interface ScriptOptions extends RunOptions {
  /** Instead of the shell's strict ones. */
  readonly shellArguments?: readonly string[]
  readonly scriptArguments?: readonly string[]
}

/** For people who read of a failure. */
export interface Run {
  readonly what: string
  readonly sent: string | Buffer
  ending?: Ending
}

/** What the test has run so far. */
export const runs: Run[] = []

/** Gives a fresh sandbox, and removes it when its user is done. */
export async function withSandbox<T>(use: (sandbox: Sandbox) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'aws-mfa-env-'))
  const home = join(folder, 'home')
  try {
    await mkdir(home)
    return await use({ folder, home })
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
  }
}

/** Runs a script as a file in a shell, strictly unless `shellArguments` says otherwise. */
export async function runScript(
  shell: FoundShell,
  script: string | Buffer,
  options: ScriptOptions,
): Promise<Ending> {
  const folder = await mkdtemp(join(options.sandbox.folder, 'script-'))
  const file = join(folder, shell.scriptName)
  await writeFile(file, Buffer.concat([Buffer.from(shell.prologue), Buffer.from(script)]))
  const [program = '', ...leading] = shell.launch
  const shellArguments = options.shellArguments ?? shell.strictArguments
  const environment = { ...shell.environment, ...options.environment }
  const words = [...leading, ...shellArguments, file, ...(options.scriptArguments ?? [])]
  return start(
    program,
    words,
    { ...options, environment },
    { what: `a script of ${shell.name}`, sent: script },
  )
}

/** Runs a program in an environment built from nothing. */
export function runProgram(
  program: string,
  argumentList: readonly string[],
  options: RunOptions,
): Promise<Ending> {
  const what = [program, ...argumentList].join(' ')
  return start(program, argumentList, options, { what, sent: options.input ?? '' })
}

function start(
  program: string,
  argumentList: readonly string[],
  options: RunOptions,
  run: Run,
): Promise<Ending> {
  runs.push(run)
  return new Promise((resolve, reject) => {
    const child = spawn(program, argumentList, {
      cwd: options.sandbox.folder,
      env: buildEnvironment(options),
      // A group of its own, so that a timeout ends its children too.
      detached: true,
    })
    const stdout: Buffer[] = []
    const stderr: Buffer[] = []
    child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk))
    child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk))
    child.stdin.on('error', () => {})
    child.stdin.end(options.input ?? '')
    const timer = setTimeout(() => killGroup(child.pid), options.timeout ?? 50_000)
    child.on('error', reject)
    child.on('close', (status, signal) => {
      clearTimeout(timer)
      run.ending = { status, signal, stdout: Buffer.concat(stdout), stderr: Buffer.concat(stderr) }
      resolve(run.ending)
    })
  })
}

function buildEnvironment({ sandbox, environment }: RunOptions): NodeJS.ProcessEnv {
  return { PATH: process.env['PATH'], HOME: sandbox.home, LC_ALL: 'C.UTF-8', ...environment }
}

function killGroup(processId: number | undefined): void {
  if (processId === undefined) return
  try {
    process.kill(-processId, 'SIGKILL')
  } catch {
    // Everything in it has ended in the meantime.
  }
}

/** What a script's `dumpEnvironment` wrote, byte for byte. */
export async function readEnvironment(file: string): Promise<Map<string, Buffer>> {
  // One character a byte.
  const entries = (await readFile(file, 'latin1')).split('\0').slice(0, -1)
  return new Map(
    entries.map((entry) => {
      const end = entry.indexOf('=', 1)
      return [entry.slice(0, end), Buffer.from(entry.slice(end + 1), 'latin1')]
    }),
  )
}
