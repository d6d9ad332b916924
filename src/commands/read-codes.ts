import type { CommandLine } from '../options.ts'
import type { TokenCodes } from '../session/session-run.ts'
import type { Surroundings } from '../surroundings.ts'
import { readTypedCode, tokenCodeMissing } from '../token-code/token-code.ts'

/**
 * Where a command's code may come from: it was typed, or the user may be asked for it.
 * @param example a call of the command with a code
 * @param hasStdin whether a code may be read from stdin
 * @throws {Failure} usage: a bad code
 */
export async function readCodes(
  { operands, values, flags }: Pick<CommandLine, 'operands' | 'values' | 'flags'>,
  example: string,
  hasStdin: boolean,
  { readStdin, openTerminal }: Surroundings,
): Promise<TokenCodes> {
  return {
    typed: await readTypedCode({ operands, option: values['token-code'], readStdin, example }),
    openTerminal: () => (flags.has('no-prompt') ? undefined : openTerminal()),
    missing: () => tokenCodeMissing(example, hasStdin),
  }
}
