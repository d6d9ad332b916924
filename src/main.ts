#!/usr/bin/env node
import { writeSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname } from 'node:path'
import { isatty } from 'node:tty'
import packageJson from '../package.json' with { type: 'json' }
import { ExitCode, Failure, renderLine, usageFailure } from './errors.ts'
import { fail, run } from './run.ts'
import type { Surroundings } from './surroundings.ts'
import { openTerminal, type Terminal } from './terminal.ts'

/** The only file that touches the process: argv, environment and signals in, one write and the exit code out. */
async function main(): Promise<void> {
  // The SDK would warn about Node.js 20 on stderr; the user has not asked.
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true'
  leaveGoneFolder()
  const words = process.argv.slice(2)
  const surroundings = makeSurroundings(words.includes('--debug'))
  let ending = false
  const end = async (error: unknown) => {
    if (ending) return
    ending = true
    const { stdout, stderr, exitCode } = await fail(error, words, surroundings)
    process.exitCode = exitCode
    writeToPeople(stderr)
    writeQuietly(1, stdout)
  }
  const interrupt = async () => {
    if (ending) return
    terminal?.say('\n')
    await end(new Failure(ExitCode.interrupted, 'interrupted'))
    process.exit()
  }
  // Killed without a word, a run would leave `eval` with an empty text, which succeeds.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, interrupt)
  try {
    const { stdout, exitCode, hint } = await run(words, surroundings)
    writeStatements(stdout)
    ending = true
    if (hint !== undefined && surroundings.stdoutIsTerminal) writeToPeople(renderLine('hint', hint))
    process.exitCode = exitCode
  } catch (error) {
    await end(error)
  }
}

/** Kept for an interruption, which leaves the user's cursor behind a question. */
let terminal: Terminal | undefined

function makeSurroundings(debugging: boolean): Surroundings {
  return {
    environment: process.env,
    platform: process.platform,
    parentProcessId: process.ppid,
    stdoutIsTerminal: isatty(1),
    version: packageJson.version,
    packageFolder: dirname(import.meta.dirname),
    homeFolder,
    openTerminal: () => {
      terminal ??= openTerminal(process.platform, process.env)
      return terminal
    },
    readStdin,
    now: Date.now,
    note: (text) => writeToPeople(renderLine('note', text)),
    debug: (text) => {
      if (debugging) writeToPeople(renderLine('debug', text))
    },
  }
}

/** A current folder that has been deleted makes every look at it fail, in libraries too. */
function leaveGoneFolder(): void {
  try {
    process.cwd()
  } catch {
    process.chdir('/')
  }
}

function homeFolder(): string | undefined {
  try {
    return homedir() || undefined
  } catch {
    // A user id that the system has no entry for.
    return undefined
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
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5)
    }
  }
}

void main()
