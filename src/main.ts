import { fstatSync, writeSync } from 'node:fs'
import { constants } from 'node:os'
import { dirname } from 'node:path'
import { isatty, WriteStream } from 'node:tty'
import packageJson from '../package.json' with { type: 'json' }
import { ownWords } from './cli.ts'
import { ExitCode, Failure, renderLine, usageFailure } from './errors.ts'
import { sleep } from './files/durable.ts'
import { findHomeFolder } from './home-folder.ts'
import { fail, run } from './run.ts'
import type { Surroundings } from './surroundings.ts'
import { openTerminal, type Terminal } from './terminal.ts'

/** The only file that touches the process: argv, environment and signals in, one write and the exit code out. */
async function main(): Promise<void> {
  for (const name of ownVariables) process.env[name] = 'true'
  const words = process.argv.slice(2)
  const surroundings = makeSurroundings(ownWords(words).includes('--debug'))
  let ending = false
  const end = (error: unknown) => {
    if (ending) return
    ending = true
    const { stdout, stderr, exitCode } = fail(error, words, surroundings)
    writeToPeople(stderr)
    writeQuietly(1, stdout)
    // A terminal that was read until now may keep Bun from ending by itself.
    process.exit(exitCode)
  }
  interrupt = (signal) => {
    if (ending) return
    // Ctrl-C has reached them already, and a second signal could disturb their own end.
    if (signal !== 'SIGINT') started?.abort()
    terminal?.restore()
    terminal?.say('\n')
    end(new Failure(ExitCode.interrupted, 'interrupted'))
  }
  for (const signal of endingSignals) process.on(signal, interrupt)
  // With nothing left to wait for Node.js would end with 0, and with an empty text, which `eval` finds good.
  process.once('beforeExit', () => end(new Error('the run has stopped before its end')))
  try {
    const { stdout, exitCode, hint, signal } = await run(words, surroundings)
    writeStatements(stdout)
    ending = true
    if (hint !== undefined && surroundings.stdoutIsTerminal) writeToPeople(renderLine('hint', hint))
    process.exitCode = exitCode
    // All is written. Taking everything down in order would take longer than some runs.
    if (signal === undefined) process.exit()
    endBy(signal)
  } catch (error) {
    end(error)
  }
}

/** Without it the SDK would warn about Node.js 20 on stderr; who has set it has done so for other programs too. */
const ownVariables = ['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'].filter(
  (name) => process.env[name] === undefined,
)

/** Without a word of ours, a run that one of these ends would leave `eval` with an empty text, which succeeds. */
const endingSignals = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const

/** What becomes of those signals. */
let interrupt: (signal: NodeJS.Signals) => void = () => {}

/** Hands the signals that end a process to what it has started. */
function takeSignals(handle: (signal: NodeJS.Signals) => void): () => void {
  const signals = [...endingSignals, 'SIGUSR1', 'SIGUSR2'] as const
  for (const signal of endingSignals) process.off(signal, interrupt)
  for (const signal of signals) process.on(signal, handle)
  return () => {
    for (const signal of signals) process.off(signal, handle)
    for (const signal of endingSignals) process.on(signal, interrupt)
  }
}

/** Ends as a child has: whoever waits for us is to see the same. */
function endBy(signal: NodeJS.Signals): void {
  process.exitCode = 128 + constants.signals[signal]
  if (leavingCore.includes(signal)) return
  // Node.js ignores this one until it has been listened for.
  if (signal === 'SIGPIPE') process.once(signal, () => {})
  process.removeAllListeners(signal)
  process.kill(process.pid, signal)
}

/** By one of these this process would leave a file with its memory, and the secrets in it: the status has to do. */
const leavingCore: readonly NodeJS.Signals[] = [
  'SIGQUIT',
  'SIGILL',
  'SIGTRAP',
  'SIGABRT',
  'SIGBUS',
  'SIGFPE',
  'SIGSEGV',
  'SIGXCPU',
  'SIGXFSZ',
  'SIGSYS',
]

/** Aborts what this process has started; made when something is. */
let started: AbortController | undefined

/** Kept for an interruption, which leaves the user's cursor behind a question, and the terminal as a menu wants it. */
let terminal: Terminal | undefined

function makeSurroundings(debugging: boolean): Surroundings {
  const folderIsGone = leaveGoneFolder()
  return {
    environment: process.env,
    platform: process.platform,
    processId: process.pid,
    userId: process.getuid?.(),
    parentProcessId: process.ppid,
    stdoutIsTerminal: isTerminal(1),
    stdoutColumns: () => (isTerminal(1) ? new WriteStream(1).columns || undefined : undefined),
    version: packageJson.version,
    packageFolder: dirname(import.meta.dirname),
    folderIsGone,
    homeFolder: findHomeFolder,
    openTerminal: () => {
      terminal ??= openTerminal(process.platform, process.env)
      return terminal
    },
    readStdin,
    now: Date.now,
    // Not `performance`, which has to be loaded.
    uptime: () => process.uptime() * 1000,
    ending: () => {
      started ??= new AbortController()
      return started.signal
    },
    ownVariables,
    takeSignals,
    note: (text) => writeToPeople(renderLine('note', text)),
    debug: (text) => {
      if (debugging) writeToPeople(renderLine('debug', text))
    },
  }
}

/** Looked at as a file first: most runs write into a pipe, and what knows terminals takes its time to load. */
function isTerminal(descriptor: number): boolean {
  try {
    if (!fstatSync(descriptor).isCharacterDevice()) return false
  } catch {
    // A console, for all that is known.
  }
  return isatty(descriptor)
}

/** A current folder that has been deleted makes every look at it fail, in libraries too. */
function leaveGoneFolder(): boolean {
  try {
    process.cwd()
    return false
  } catch {
    process.chdir('/')
    return true
  }
}

/** Not all of it and not synchronously, so that Enter is enough at a terminal and a signal is heard. */
async function readStdin(): Promise<string> {
  try {
    let text = ''
    for await (const chunk of process.stdin.setEncoding('utf8')) {
      text += chunk
      if (text.includes('\n') || text.length > 1024) break
    }
    return text.split('\n')[0] ?? ''
  } catch (error) {
    throw usageFailure(`stdin cannot be read (${(error as NodeJS.ErrnoException).code})`)
  }
}

/** @throws {Failure} system: the text did not arrive */
function writeStatements(text: string): void {
  try {
    write(1, text)
  } catch (error) {
    throw new Failure(ExitCode.system, `stdout cannot be written (${(error as NodeJS.ErrnoException).code})`)
  }
}

function writeToPeople(text: string): void {
  writeQuietly(2, text)
}

function writeQuietly(descriptor: 1 | 2, text: string): void {
  try {
    write(descriptor, text)
  } catch {
    // Nobody is left to be told.
  }
}

/** Everything, and at once: `process.exit` and a dying pipe would cut off what `process.stdout` still holds. */
function write(descriptor: 1 | 2, text: string): void {
  let rest = Buffer.from(text)
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(descriptor, rest))
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error
      // A pipe that somebody set not to block is full.
      sleep(5)
    }
  }
}

void main()
