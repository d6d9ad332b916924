import type { ChildProcess, SpawnOptions } from 'node:child_process'
import { closeSync } from 'node:fs'
import { configurationFailure, ExitCode, Failure } from '../errors.ts'
import { inheritedEnvironment, type Surroundings } from '../surroundings.ts'
import { openTerminalInput } from '../terminal.ts'
import { endTree } from './end-tree.ts'
import { commandEnvironment } from './loop.ts'

/** A command that a setting names. Neither it nor what it prints is ever shown: both may hold secrets. */
export interface NamedCommand {
  /** Where it is set: `mfa_process in /home/me/.aws/config, line 7`. */
  readonly origin: string
  /** Whom it runs for; undefined for keys in the environment. */
  readonly profileName: string | undefined
}

export interface ProcessOrder extends NamedCommand {
  /** Milliseconds. */
  readonly timeLimit: number
  start(options: SpawnOptions): ChildProcess
}

export type ProcessSurroundings = Pick<Surroundings, 'environment' | 'ownVariables' | 'platform' | 'ending'>

/** Far more than a code or a pair of keys, in bytes. */
const outputLimit = 65_536

/**
 * Runs the command and gives what it printed on stdout. Its stdin is the terminal, or empty where there is none,
 * since ours may be meant for somebody else; its stderr is ours. It stays in our process group: another one could
 * not read the terminal.
 * @throws {Failure} configuration: it did not start, failed, printed too much or took too long; or interrupted
 */
export async function runProcess(order: ProcessOrder, surroundings: ProcessSurroundings): Promise<string> {
  const { environment, platform, ending } = surroundings
  const input = openTerminalInput(platform, environment)
  const end = new AbortController()
  try {
    const child = startProcess(order, {
      env: commandEnvironment(inheritedEnvironment(surroundings), order.profileName, order.origin),
      stdio: [input ?? 'ignore', 'pipe', 'inherit'],
    })
    AbortSignal.any([ending(), end.signal]).addEventListener('abort', () => endTree(child, platform))
    return await readOutput(child, order)
  } finally {
    end.abort()
    if (input) closeSync(input)
  }
}

function startProcess(order: ProcessOrder, options: SpawnOptions): ChildProcess {
  try {
    return order.start(options)
  } catch (error) {
    throw startFailure(order, error)
  }
}

function readOutput(child: ChildProcess, order: ProcessOrder): Promise<string> {
  const { timeLimit } = order
  return new Promise<string>((resolve, reject) => {
    const fail = (what: string) => reject(commandFailure(order, what, tryIt))
    setTimeout(() => fail(`did not end within ${timeLimit / 1000} s`), timeLimit).unref()
    const chunks: Buffer[] = []
    let size = 0
    child.stdout?.on('data', (chunk: Buffer) => {
      chunks.push(chunk)
      size += chunk.length
      if (size > outputLimit) fail(`printed more than ${outputLimit} bytes`)
    })
    child.on('error', (error) => reject(startFailure(order, error)))
    // A daemon that it has left behind may hold the pipe open.
    child.on('exit', () => setTimeout(() => child.stdout?.destroy(), 1000).unref())
    child.on('close', (status, signal) => {
      if (status === 0) resolve(Buffer.concat(chunks).toString())
      else if (wasInterrupted(status, signal)) reject(new Failure(ExitCode.interrupted, 'interrupted'))
      else fail(status === null ? `was ended by ${signal}` : `failed with exit code ${status}`)
    })
  })
}

/** The failure of a command that a setting names. */
export function commandFailure(command: NamedCommand, what: string, ...hints: string[]): Failure {
  const { origin, profileName } = command
  const of = profileName === undefined ? '' : `profile ${profileName}, `
  return configurationFailure(`${of}${origin}: the command ${what}`, ...hints)
}

const tryIt = 'run that command by itself to see what it does'

/** Node.js's own text would repeat the command. */
function startFailure(order: ProcessOrder, error: unknown): Failure {
  const { code } = error as NodeJS.ErrnoException
  const what = code === 'ENOENT' ? 'was not found' : `cannot be started (${code})`
  return commandFailure(
    order,
    what,
    'the first word has to be a program on PATH, or its path; no shell expands ~ or variables in it',
  )
}

/** Ctrl-C reaches everybody at the terminal, and the command may end before we hear of it. */
function wasInterrupted(status: number | null, signal: NodeJS.Signals | null): boolean {
  // The last is Windows' STATUS_CONTROL_C_EXIT.
  return signal === 'SIGINT' || status === ExitCode.interrupted || status === 0xc000013a
}
