import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { findShellName, type ShellName } from '../dialects/dialects.ts'
import { ExitCode, quoteOperand, UnknownName, usageFailure } from '../errors.ts'
import { looksLikeTokenCode } from '../forms.ts'
import type { CommandLine } from '../options.ts'
import { refuseOperands } from '../stray-code.ts'
import type { Surroundings } from '../surroundings.ts'

/** A file of shells/. */
export function readScript(file: string, { packageFolder }: Surroundings): string {
  return readFileSync(join(packageFolder, 'shells', file), 'utf8')
}

/**
 * The shell that a command's only operand names.
 * @param shells those that the command knows
 * @param describeUnknown what to say of another one, whose name is undefined where it might hold a code
 * @throws {Failure} usage
 */
export function readShell<Shell extends ShellName>(
  { command, operands }: CommandLine,
  shells: readonly Shell[],
  describeUnknown: (quoted: string | undefined) => string,
): Shell {
  const [typed, ...more] = operands
  const names = `one of: ${shells.join(', ')}`
  if (typed === undefined) throw usageFailure(`${command} needs the name of a shell`, names)
  refuseOperands(command, more)
  const name = findShellName(typed)
  const shell = shells.find((known) => known === name)
  if (shell !== undefined) return shell
  if (looksLikeTokenCode(typed)) refuseOperands(command, [typed])
  throw new UnknownName(
    { kind: 'shell', typed, known: shells },
    ExitCode.usage,
    describeUnknown(quoteOperand(typed)),
    names,
  )
}
