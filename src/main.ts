import { ExitCode, Failure, renderLine } from './errors.ts'
import { makeSurroundings, type Opened } from './own-process/make-surroundings.ts'
import { endBy, handleSignals } from './own-process/signals.ts'
import { writeQuietly, writeStatements } from './own-process/write.ts'
import { isReached } from './processes/foreground.ts'
import { fail, run } from './run.ts'
import { readWords } from './words.ts'

/**
 * Words, environment and signals in, one write and the exit code out. With own-process/, which nobody else imports, and
 * start.ts, all that touches the process.
 */
async function main(): Promise<void> {
  const words = process.argv.slice(2)
  const opened: Opened = {}
  let ending = false
  const end = (error: unknown) => {
    if (ending) return
    ending = true
    const { stdout, stderr, exitCode } = fail(error, words, surroundings)
    writeQuietly(2, stderr)
    writeQuietly(1, stdout)
    // A terminal that was read until now may keep Bun from ending by itself.
    process.exit(exitCode)
  }
  const interrupt = (signal: NodeJS.Signals) => {
    if (ending) return
    // What Ctrl-C has reached could be disturbed in its own end by a second signal.
    if (!isReached(signal, process.platform, process.pid)) opened.started?.abort()
    opened.terminal?.restore()
    opened.terminal?.say('\n')
    end(new Failure(ExitCode.interrupted, 'interrupted'))
  }
  const isDebugging = readWords(words).options.some(({ name }) => name === 'debug')
  const surroundings = makeSurroundings(isDebugging, handleSignals(interrupt), opened)
  // With nothing left to wait for Node.js would end with 0, and with an empty text, which `eval` finds good.
  process.once('beforeExit', () => end(new Error('the run has stopped before its end')))
  try {
    const { stdout, exitCode, hint, signal } = await run(words, surroundings)
    writeStatements(stdout)
    ending = true
    if (hint !== undefined && surroundings.stdoutIsTerminal) writeQuietly(2, renderLine('hint', hint))
    process.exitCode = exitCode
    // All is written. Taking everything down in order would take longer than some runs.
    if (signal === undefined) process.exit()
    endBy(signal)
  } catch (error) {
    end(error)
  }
}

void main()
