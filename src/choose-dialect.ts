import { detectShell, processReader, type UnservedShell } from './detect-shell.ts'
import type { Dialect } from './dialects/dialect.ts'
import {
  type DialectName,
  dialects,
  findDialectName,
  findShellName,
  type ShellName,
} from './dialects/dialects.ts'
import { ExitCode, type Failure, quoteOperand, UnknownName, usageFailure } from './errors.ts'
import type { Surroundings } from './surroundings.ts'

/**
 * The name of the dialect of the shell that --shell names, else of the one that asks, else the Bourne shells'.
 * @throws {Failure} usage: an unknown name; on Windows, where nothing can be found out, no name
 */
export function chooseDialect(shell: string | undefined, surroundings: Surroundings): DialectName {
  const name = shell === undefined ? detect(surroundings) : findDialectName(shell)
  if (typeof name === 'object') throw shellUnserved(name)
  if (name === undefined) throw shell === undefined ? shellMissing() : shellUnknown(shell)
  surroundings.debug(`writing for ${name}`)
  return name
}

/** The same where the command line is wrong in some way: a shell that is not named as it should be is looked for. */
export function findDialect(shell: string | undefined, surroundings: Surroundings): Dialect | undefined {
  const name = (shell === undefined ? undefined : findDialectName(shell)) ?? detect(surroundings)
  return typeof name === 'string' ? dialects[name] : undefined
}

/** The shell that --shell names, else the one that asks; where that cannot be found out, the one that is likely. */
export function shellAtHand(shell: string | undefined, surroundings: Surroundings): ShellName {
  const { parentProcessId, platform, environment } = surroundings
  const named = shell === undefined ? undefined : findShellName(shell)
  const found = named ?? detectShell(parentProcessId, processReader(platform))
  if (typeof found === 'string') return found
  // Git Bash says so; else PowerShell is what Windows opens.
  return platform === 'win32' && environment['MSYSTEM'] === undefined ? 'powershell' : 'bash'
}

/** The shell that asks; on Unix a Bourne shell where nothing can be found out. */
function detect(surroundings: Surroundings): DialectName | UnservedShell | undefined {
  const { parentProcessId, platform } = surroundings
  return detectShell(parentProcessId, processReader(platform)) ?? (platform === 'win32' ? undefined : 'sh')
}

function shellUnserved({ unserved }: UnservedShell): Failure {
  return usageFailure(
    `${unserved} is not served yet`,
    `name the shell with --shell if it is another one that asks: ${Object.keys(dialects).join(', ')}`,
  )
}

function shellUnknown(shell: string): Failure {
  const quoted = quoteOperand(shell)
  return new UnknownName(
    { kind: 'shell', typed: shell, known: Object.keys(dialects) },
    ExitCode.usage,
    quoted === undefined ? '--shell: there is no such shell' : `--shell: there is no shell ${quoted}`,
    `one of: ${Object.keys(dialects).join(', ')}`,
  )
}

function shellMissing(): Failure {
  return usageFailure(
    'on Windows the shell has to be named',
    'in PowerShell: Invoke-Expression "$(aws-mfa-env 123456 --shell powershell)"',
    'in cmd, once and for all: aws-mfa-env init cmd > awsmfa.cmd, in a folder on PATH; then: awsmfa 123456',
    'in Git Bash: eval "$(aws-mfa-env 123456 --shell bash)"',
    'in nushell: aws-mfa-env 123456 --shell nu | from json | load-env',
  )
}
