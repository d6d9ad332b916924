import { chooseDialect } from '../choose-dialect.ts'
import { type DialectName, dialects } from '../dialects/dialects.ts'
import { configurationFailure, ExitCode } from '../errors.ts'
import { howToEvaluate } from '../help/set-up.ts'
import type { CommandLine } from '../options.ts'
import type { Outcome } from '../outcome.ts'
import { resolveOrder } from '../session/order.ts'
import { placeholder, prepareExport } from '../session/prepare-export.ts'
import { provideSession } from '../session/provide-session.ts'
import type { Surroundings } from '../surroundings.ts'
import { readCodes } from '../token-code/read-codes.ts'
import type { Change } from '../variables/change.ts'

const example = 'aws-mfa-env 123456'

/** The default command: statements that put a session into the shell, from the cache or with a code. */
export async function runExport(line: CommandLine, surroundings: Surroundings): Promise<Outcome> {
  const codes = await readCodes(line, example, true, surroundings)
  const dialect = chooseDialect(line.values.shell, surroundings)
  const order = resolveOrder(line, surroundings)
  const { changesFor, noteCleared, noteReplaced } = prepareExport(line, order, surroundings)
  // All that can fail without AWS fails before the code is spent.
  renderChanges(dialect, changesFor(placeholder))

  const session = await provideSession(order, codes, surroundings)
  const stdout = renderChanges(dialect, changesFor(session))
  noteCleared()
  noteReplaced()
  return {
    stdout,
    exitCode: ExitCode.done,
    hint: `nothing is set, and the secrets of the session are on the screen; type: ${howToEvaluate(dialect)}`,
  }
}

/**
 * The statements for these changes.
 * @throws {Failure} configuration: the shell cannot be given one of the values
 */
function renderChanges(dialectName: DialectName, changes: readonly Change[]): string {
  const dialect = dialects[dialectName]
  for (const { name, value } of changes) {
    const refusal = value === null ? undefined : dialect.refusal(value)
    if (refusal !== undefined) {
      throw configurationFailure(`this shell cannot be given the value of ${name}: it ${refusal}`)
    }
  }
  return dialect.render(changes)
}
