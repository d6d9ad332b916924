import { type Failure, usageFailure } from '../errors.ts'
import type { Terminal } from '../terminal.ts'

/** Where a code may come from. */
export interface TokenCodeSources {
  readonly operands: readonly string[]
  readonly option: string | undefined
  readStdin(): Promise<string>
  /** Undefined where there is none, or where nobody may be asked. */
  openTerminal(): Terminal | undefined
}

/**
 * Runs something with a code of that device, as the user knows it. Where the user can be asked again, a
 * WrongTokenCode leads to another try.
 */
export type WithTokenCode = <T>(device: string, use: (tokenCode: string) => Promise<T>) => Promise<T>

/**
 * How a code is come by: it was typed, or the user is asked on the terminal.
 * @throws {Failure} usage: a bad code, or none and no terminal
 */
export async function chooseTokenCode(sources: TokenCodeSources): Promise<WithTokenCode> {
  const typed = await readTokenCode(sources)
  if (typed !== undefined) return (_device, use) => use(typed)
  const terminal = sources.openTerminal()
  if (terminal === undefined)
    throw usageFailure(
      'a code is missing',
      howToPass,
      'or pass it on stdin, as in: echo 123456 | aws-mfa-env -',
    )
  return async (device, use) => {
    const { promptForTokenCode } = await import('./prompt.ts')
    return promptForTokenCode(terminal, device, use).finally(terminal.close)
  }
}

const withoutSpaces = 'type the six digits without a space, as in: aws-mfa-env 123456'
const howToPass = 'type the six digits that the device shows, as in: aws-mfa-env 123456'

/**
 * The six digits, as text since leading zeros count, from the operand or --token-code; `-` reads stdin. Undefined
 * where no code was given.
 * @throws {Failure} usage, with a text that repeats no digit
 */
async function readTokenCode(sources: TokenCodeSources): Promise<string | undefined> {
  const [operand, second] = sources.operands
  if (operand !== undefined && /^\p{L}[\p{L}-]*$/u.test(operand)) throw noCode(operand)
  if (second !== undefined || (operand !== undefined && sources.option !== undefined)) {
    throw usageFailure('there are several arguments where one code is enough', withoutSpaces)
  }
  const typed = operand ?? sources.option
  if (typed === undefined) return undefined
  const code = typed === '-' ? (await sources.readStdin()).trim() : typed
  if (!isTokenCode(code)) throw badCode(typed, code)
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

function badCode(typed: string, code: string): Failure {
  if (typed === '-')
    return usageFailure('stdin holds no six-digit code', 'as in: echo 123456 | aws-mfa-env -')
  if (/^[0-9]{1,5}$/.test(code)) {
    return usageFailure(
      'the code has fewer than six digits',
      'leading zeros count; PowerShell drops them from a number in a variable: quote the code where it is assigned',
    )
  }
  if (/^[0-9]+$/.test(code)) return usageFailure('the code has more than six digits', howToPass)
  if (/^\p{Nd}+$/u.test(code)) return usageFailure('the code is not in the digits 0 to 9', howToPass)
  return usageFailure('the code is not six digits', howToPass)
}

function noCode(word: string): Failure {
  return usageFailure(
    `"${word}" is neither a command nor a code`,
    'a command is the first word; all commands: aws-mfa-env --help',
    howToPass,
  )
}
