import { parseCommandLine, scanForStatements } from './cli.ts'
import type { Outcome } from './commands/outcome.ts'
import { ExitCode, Failure, NothingConfigured, renderFailure, UnknownName } from './errors.ts'
import type { Surroundings } from './surroundings.ts'

/** The process's words and surroundings in; what it prints on stdout and its exit code out. */
export async function run(words: readonly string[], surroundings: Surroundings): Promise<Outcome> {
  // A keypress waits: nothing is parsed, and nothing but the answer is said.
  if (words[0] === 'completion' && words[1] === '--words') {
    const { answerKeypress } = await import('./completion/answer.ts')
    return { stdout: answerKeypress(words.slice(2), surroundings), exitCode: ExitCode.done }
  }
  const line = await parseCommandLine(words)
  if (line.flags.has('help')) return (await import('./commands/help.ts')).runHelp(line, surroundings)
  if (line.flags.has('version')) {
    return { stdout: `aws-mfa-env ${surroundings.version}\n`, exitCode: ExitCode.done }
  }
  switch (line.command) {
    case 'export':
      return (await import('./commands/export.ts')).runExport(line, surroundings)
    case 'unset':
      return (await import('./commands/unset.ts')).runUnset(line, surroundings)
    case 'init':
      return (await import('./commands/init.ts')).runInit(line, surroundings)
    case 'status':
      return (await import('./commands/status.ts')).runStatus(line, surroundings)
    case 'save':
      return (await import('./commands/save.ts')).runSave(line, surroundings)
    case 'exec':
      return (await import('./commands/exec.ts')).runExec(line, surroundings)
    case 'credential-process':
      return (await import('./commands/credential-process.ts')).runCredentialProcess(line, surroundings)
    case 'devices':
      return (await import('./commands/devices.ts')).runDevices(line, surroundings)
    case 'forget':
      return (await import('./commands/forget.ts')).runForget(line, surroundings)
    case 'help':
      return (await import('./commands/help.ts')).runHelp(line, surroundings)
    case 'completion':
      return (await import('./commands/completion.ts')).runCompletion(line, surroundings)
  }
}

/**
 * The end of a run that failed: the text for stderr, and for stdout the one statement that makes the failure visible
 * to a shell that evaluates our output, since `eval "$(...)"` hides the status.
 */
export async function fail(
  error: unknown,
  words: readonly string[],
  surroundings: Surroundings,
): Promise<Outcome & { readonly stderr: string }> {
  const failure = error instanceof Failure ? await advise(error, words, surroundings) : undefined
  const exitCode = failure?.exitCode ?? ExitCode.system
  return {
    stderr: failure === undefined ? renderBug(error, surroundings.version) : renderFailure(failure),
    stdout: surroundings.stdoutIsTerminal ? '' : await failingStatement(exitCode, words, surroundings),
    exitCode,
  }
}

/** What only a failed run looks up: the name that may have been meant, or the first steps in this shell. */
async function advise(
  failure: Failure,
  words: readonly string[],
  surroundings: Surroundings,
): Promise<Failure> {
  if (!(failure instanceof UnknownName || failure instanceof NothingConfigured)) return failure
  const { shell, due } = scanForStatements(words)
  const { adviseOn } = await import('./help/advise.ts')
  return adviseOn(failure, { shell, due }, surroundings)
}

async function failingStatement(
  exitCode: ExitCode,
  words: readonly string[],
  surroundings: Surroundings,
): Promise<string> {
  const { due, shell } = scanForStatements(words)
  if (!due) return ''
  const { findDialect } = await import('./commands/choose-dialect.ts')
  return findDialect(shell, surroundings)?.renderFailure(exitCode) ?? ''
}

function renderBug(error: unknown, version: string): string {
  const stack = error instanceof Error ? error.stack : String(error)
  return `aws-mfa-env: error: this is a bug in aws-mfa-env ${version}; please report it with the lines below\n${stack}\n`
}
