import { parseCommandLine, scanForStatements } from './cli.ts'
import type { Outcome } from './commands/outcome.ts'
import { ExitCode, Failure, renderFailure } from './errors.ts'
import type { Surroundings } from './surroundings.ts'

/** The process's words and surroundings in; what it prints on stdout and its exit code out. */
export async function run(words: readonly string[], surroundings: Surroundings): Promise<Outcome> {
  const line = await parseCommandLine(words)
  if (line.flags.has('help')) {
    const { renderHelp } = await import('./help.ts')
    return { stdout: renderHelp(line.command), exitCode: ExitCode.done }
  }
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
  const failure = error instanceof Failure ? error : undefined
  const exitCode = failure?.exitCode ?? ExitCode.system
  return {
    stderr: failure === undefined ? renderBug(error, surroundings.version) : renderFailure(failure),
    stdout: surroundings.stdoutIsTerminal ? '' : await failingStatement(exitCode, words, surroundings),
    exitCode,
  }
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
