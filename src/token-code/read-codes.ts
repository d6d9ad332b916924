import { ExitCode, type Failure, UnknownName, usageFailure } from '../errors.ts'
import { isTokenCode } from '../forms.ts'
import { type CommandLine, commandWords } from '../options.ts'
import type { Surroundings } from '../surroundings.ts'
import type { TokenCodes } from './token-code.ts'

type CodeWords = Pick<CommandLine, 'operands' | 'values' | 'flags'>

/**
 * Where a command's code may come from: it was typed, or the user may be asked for it.
 * @param example how the command is called with a code: `aws-mfa-env 123456`
 * @param takesStdin whether it can also be called with a code on stdin
 * @throws {Failure} usage: a bad code, with a text that repeats no digit
 */
export async function readCodes(
  words: CodeWords,
  example: string,
  takesStdin: boolean,
  { readStdin, openTerminal }: Surroundings,
): Promise<TokenCodes> {
  return {
    typed: await readTypedCode(words, example, readStdin),
    openTerminal: () => (words.flags.has('no-prompt') ? undefined : openTerminal()),
    missing: () => tokenCodeMissing(example, takesStdin),
  }
}

/**
 * The six digits, as text since leading zeros count, from the operand or --token-code; `-` reads stdin. Undefined
 * where no code was given.
 */
async function readTypedCode(
  { operands, values }: CodeWords,
  example: string,
  readStdin: () => Promise<string>,
): Promise<string | undefined> {
  const [operand, second] = operands
  const option = values['token-code']
  if (operand !== undefined && /^\p{L}[\p{L}-]*$/u.test(operand)) throw noCode(operand, example)
  if (second !== undefined || (operand !== undefined && option !== undefined)) {
    throw usageFailure(
      'there are several arguments where one code is enough',
      `type the six digits without a space, as in: ${example}`,
    )
  }
  const typed = operand ?? option
  if (typed === undefined) return undefined
  const code = typed === '-' ? (await readStdin()).trim() : typed
  if (!isTokenCode(code)) throw badCode(typed, code, example)
  return code
}

/** The failure of a run that nobody can be asked in. */
function tokenCodeMissing(example: string, takesStdin: boolean): Failure {
  const hints = takesStdin ? [`or pass it on stdin, as in: ${onStdin(example)}`] : []
  return usageFailure('a code is missing, and nobody can be asked for it', howToPass(example), ...hints)
}

const howToPass = (example: string) => `type the six digits that the device shows, as in: ${example}`
const onStdin = (example: string) => `echo 123456 | ${example.replace('123456', '-')}`

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
