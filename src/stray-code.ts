import { usageFailure } from './errors.ts'
import { looksLikeTokenCode } from './forms.ts'
import type { CommandLine, CommandName, ValueOption } from './options.ts'

/** The options whose value is a name, which six digits are not. */
const named: readonly ValueOption[] = [
  'shell',
  'profile',
  'serial-number',
  'mfa-process',
  'region',
  'to',
  'name',
]

/** Where the code goes, of the commands that take one. */
const places: Readonly<Partial<Record<CommandName, string>>> = {
  export: 'the code is an argument of its own, as in: aws-mfa-env --profile NAME 123456',
  save: 'the code is an argument of its own, as in: aws-mfa-env save --to NAME 123456',
  exec: 'the code is an option of its own, as in: aws-mfa-env exec --token-code 123456 aws s3 ls',
}

/**
 * Refuses six digits in the place of a name: the code was meant.
 * @throws {Failure} usage
 */
export function refuseStrayCodes(line: CommandLine): void {
  const stray = named.find((name) => looksLikeTokenCode(line.values[name] ?? ''))
  if (stray !== undefined) {
    throw usageFailure(
      `six digits stand where --${stray} wants a name`,
      places[line.command] ?? `${line.command === 'unset' ? '--unset' : line.command} takes no code`,
    )
  }
}

/** Refuses every operand of a command that takes no more of them. */
export function refuseOperands(command: string, operands: readonly string[]): void {
  const [operand] = operands
  if (operand === undefined) return
  throw looksLikeTokenCode(operand)
    ? usageFailure(`${command} takes no code`, 'a code alone is the default command: aws-mfa-env 123456')
    : usageFailure(`${command} takes no such argument`, `what it takes: aws-mfa-env ${command} --help`)
}
