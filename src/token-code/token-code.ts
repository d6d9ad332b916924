import { ExitCode, type Failure, UnknownName, usageFailure } from '../errors.ts'
import { commandWords } from '../options.ts'
import type { Terminal } from '../terminal.ts'
import { type MfaProcess, withMfaProcess } from './mfa-process.ts'
import { promptForTokenCode } from './prompt.ts'

/** Where a code may have been typed. */
export interface TypedCodeSources {
  readonly operands: readonly string[]
  readonly option: string | undefined
  readStdin(): Promise<string>
  /** How the command is called with a code: `aws-mfa-env 123456`. */
  readonly example: string
}

/** Where a code comes from that was not typed with the command. */
export interface TokenCodeSources {
  readonly mfaProcess: MfaProcess | undefined
  /** Undefined where there is none, or where nobody may be asked. */
  openTerminal(): Terminal | undefined
  /** What to say where there is neither. */
  missing(): Failure
}

/** What a code is wanted for. */
interface TokenCodeRequest {
  /** The device, as the user knows it. */
  readonly device: string
  /** When a code of it was last sent to AWS, in milliseconds since 1970; undefined where that is not known. */
  readonly usedAt?: number | undefined
}

/**
 * Runs something with a code of that device. Where another code can be had, a WrongTokenCode leads to another try; what
 * `use` throws is shown as it is, so that it may carry more hints.
 */
export type WithTokenCode = <T>(
  request: TokenCodeRequest,
  use: (tokenCode: string) => Promise<T>,
) => Promise<T>

/**
 * How a code is come by that was not typed: mfa_process gives it, or the user is asked on the terminal.
 * @throws {Failure} there is neither
 */
export function otherTokenCode({ mfaProcess, openTerminal, missing }: TokenCodeSources): WithTokenCode {
  if (mfaProcess !== undefined) {
    return async ({ usedAt }, use) => {
      return withMfaProcess(mfaProcess, usedAt, use)
    }
  }
  const terminal = openTerminal()
  if (terminal === undefined) throw missing()
  return async ({ device }, use) => {
    return promptForTokenCode(terminal, device, use)
  }
}

/**
 * The failure of a run that nobody can be asked in.
 * @param example how the command is called with a code
 * @param takesStdin whether it can also be called with a code on stdin
 */
export function tokenCodeMissing(example: string, takesStdin: boolean): Failure {
  const hints = takesStdin ? [`or pass it on stdin, as in: ${onStdin(example)}`] : []
  return usageFailure('a code is missing, and nobody can be asked for it', howToPass(example), ...hints)
}

const howToPass = (example: string) => `type the six digits that the device shows, as in: ${example}`
const onStdin = (example: string) => `echo 123456 | ${example.replace('123456', '-')}`

/**
 * The six digits, as text since leading zeros count, from the operand or --token-code; `-` reads stdin. Undefined
 * where no code was given.
 * @throws {Failure} usage, with a text that repeats no digit
 */
export async function readTypedCode(sources: TypedCodeSources): Promise<string | undefined> {
  const { option, example } = sources
  const [operand, second] = sources.operands
  if (operand !== undefined && /^\p{L}[\p{L}-]*$/u.test(operand)) throw noCode(operand, example)
  if (second !== undefined || (operand !== undefined && option !== undefined)) {
    throw usageFailure(
      'there are several arguments where one code is enough',
      `type the six digits without a space, as in: ${example}`,
    )
  }
  const typed = operand ?? option
  if (typed === undefined) return undefined
  const code = typed === '-' ? (await sources.readStdin()).trim() : typed
  if (!isTokenCode(code)) throw badCode(typed, code, example)
  return code
}

/** Six ASCII digits, as the API wants them; other scripts' digits are not. */
export function isTokenCode(text: string): boolean {
  return /^[0-9]{6}$/.test(text)
}

/** Whether a text is so like a code that it must have strayed: six digits of any script. */
export function looksLikeTokenCode(text: string): boolean {
  return /^\p{Nd}{6}$/u.test(text.replace(/\s/g, ''))
}

function badCode(typed: string, code: string, example: string): Failure {
  if (typed === '-') return usageFailure('stdin holds no six-digit code', `as in: ${onStdin(example)}`)
  if (/^[0-9]{1,5}$/.test(code)) {
    return usageFailure(
      'the code has fewer than six digits',
      'leading zeros count; PowerShell drops them from a number in a variable: quote the code where it is assigned',
    )
  }
  if (/^[0-9]+$/.test(code)) return usageFailure('the code has more than six digits', howToPass(example))
  if (/^\p{Nd}+$/u.test(code)) return usageFailure('the code is not in the digits 0 to 9', howToPass(example))
  return usageFailure('the code is not six digits', howToPass(example))
}

function noCode(word: string, example: string): Failure {
  return new UnknownName(
    { kind: 'command', typed: word, known: commandWords },
    ExitCode.usage,
    `"${word}" is neither a command nor a code`,
    `all commands: aws-mfa-env --help; a code is six digits, as in: ${example}`,
  )
}
