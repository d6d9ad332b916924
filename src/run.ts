import { findDialect } from './choose-dialect.ts'
import { parseCommandLine, scanForStatements } from './cli.ts'
import { runCompletion } from './commands/completion.ts'
import { runCredentialProcess } from './commands/credential-process.ts'
import { runDevices } from './commands/devices.ts'
import { runExec } from './commands/exec.ts'
import { runExport } from './commands/export.ts'
import { runForget } from './commands/forget.ts'
import { runHelp } from './commands/help.ts'
import { runInit } from './commands/init.ts'
import { runSave } from './commands/save.ts'
import { runStatus } from './commands/status.ts'
import { runUnset } from './commands/unset.ts'
import { answerKeypress } from './completion/answer.ts'
import { ExitCode, Failure, NothingConfigured, renderFailure, UnknownName } from './errors.ts'
import { adviseOn } from './help/advise.ts'
import type { Outcome } from './outcome.ts'
import { refuseStrayCodes } from './stray-code.ts'
import type { Surroundings } from './surroundings.ts'

/** The process's words and surroundings in; what it prints on stdout and its exit code out. */
export async function run(words: readonly string[], surroundings: Surroundings): Promise<Outcome> {
  // A keypress waits: nothing is parsed, and nothing but the answer is said.
  if (words[0] === 'completion' && words[1] === '--words') {
    return { stdout: answerKeypress(words.slice(2), surroundings), exitCode: ExitCode.done }
  }
  const line = parseCommandLine(words)
  if (line.flags.has('help')) return runHelp(line, surroundings)
  if (line.flags.has('version')) {
    return { stdout: `aws-mfa-env ${surroundings.version}\n`, exitCode: ExitCode.done }
  }
  refuseStrayCodes(line)
  switch (line.command) {
    case 'export':
      return runExport(line, surroundings)
    case 'unset':
      return runUnset(line, surroundings)
    case 'init':
      return runInit(line, surroundings)
    case 'status':
      return runStatus(line, surroundings)
    case 'save':
      return runSave(line, surroundings)
    case 'exec':
      return runExec(line, surroundings)
    case 'credential-process':
      return runCredentialProcess(line, surroundings)
    case 'devices':
      return runDevices(line, surroundings)
    case 'forget':
      return runForget(line, surroundings)
    case 'help':
      return runHelp(line, surroundings)
    case 'completion':
      return runCompletion(line, surroundings)
  }
}

/**
 * The end of a run that failed: the text for stderr, and for stdout the one statement that makes the failure visible
 * to a shell that evaluates our output, since `eval "$(...)"` hides the status.
 */
export function fail(
  error: unknown,
  words: readonly string[],
  surroundings: Surroundings,
): Outcome & { readonly stderr: string } {
  const failure = error instanceof Failure ? advise(error, words, surroundings) : undefined
  const exitCode = failure?.exitCode ?? ExitCode.system
  return {
    stderr: failure === undefined ? renderBug(error, surroundings.version) : renderFailure(failure),
    stdout: surroundings.stdoutIsTerminal ? '' : failingStatement(exitCode, words, surroundings),
    exitCode,
  }
}

/** What only a failed run looks up: the name that may have been meant, or the first steps in this shell. */
function advise(failure: Failure, words: readonly string[], surroundings: Surroundings): Failure {
  if (!(failure instanceof UnknownName || failure instanceof NothingConfigured)) return failure
  const { shell, due } = scanForStatements(words)
  return adviseOn(failure, { shell, due }, surroundings)
}

function failingStatement(exitCode: ExitCode, words: readonly string[], surroundings: Surroundings): string {
  const { due, shell } = scanForStatements(words)
  if (!due) return ''
  return findDialect(shell, surroundings)?.renderFailure(exitCode) ?? ''
}

function renderBug(error: unknown, version: string): string {
  const stack = error instanceof Error ? error.stack : String(error)
  return `aws-mfa-env: error: this is a bug in aws-mfa-env ${version}; please report it with the lines below\n${stack}\n`
}
