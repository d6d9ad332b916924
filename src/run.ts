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
import { ExitCode, Failure, renderFailure } from './errors.ts'
import { adviseOn } from './help/advise.ts'
import type { CommandLine, CommandName } from './options.ts'
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
  return commands[line.command](line, surroundings)
}

const commands = {
  export: runExport,
  unset: runUnset,
  init: runInit,
  status: runStatus,
  save: runSave,
  exec: runExec,
  'credential-process': runCredentialProcess,
  devices: runDevices,
  forget: runForget,
  help: runHelp,
  completion: runCompletion,
} satisfies Record<CommandName, (line: CommandLine, surroundings: Surroundings) => Outcome | Promise<Outcome>>

/**
 * The end of a run that failed: the text for stderr, and for stdout the one statement that makes the failure visible
 * to a shell that evaluates our output, since `eval "$(...)"` hides the status.
 */
export function fail(
  error: unknown,
  words: readonly string[],
  surroundings: Surroundings,
): Outcome & { readonly stderr: string } {
  const asked = scanForStatements(words)
  const failure = error instanceof Failure ? adviseOn(error, asked, surroundings) : undefined
  const exitCode = failure?.exitCode ?? ExitCode.system
  const dialect =
    asked.due && !surroundings.stdoutIsTerminal ? findDialect(asked.shell, surroundings) : undefined
  return {
    stderr: failure === undefined ? renderBug(error, surroundings.version) : renderFailure(failure),
    stdout: dialect?.renderFailure(exitCode) ?? '',
    exitCode,
  }
}

function renderBug(error: unknown, version: string): string {
  const stack = error instanceof Error ? error.stack : String(error)
  return `aws-mfa-env: error: this is a bug in aws-mfa-env ${version}; please report it with the lines below\n${stack}\n`
}
