import { chooseDialect } from '../choose-dialect.ts'
import { type DialectName, dialects } from '../dialects/dialects.ts'
import { ExitCode, usageFailure } from '../errors.ts'
import { howToEvaluate } from '../help/set-up.ts'
import type { CommandLine } from '../options.ts'
import type { Outcome } from '../outcome.ts'
import { refuseOperands } from '../stray-code.ts'
import type { Surroundings } from '../surroundings.ts'
import type { Change } from '../variables/change.ts'
import { classifyKeys } from '../variables/classify.ts'
import { readVariables, undoExport, type Variables } from '../variables/displaced.ts'
import { stateVariable } from '../variables/names.ts'
import { decodeState, type State } from '../variables/state.ts'
import { unsetChanges } from '../variables/unset.ts'

/** `--unset`: statements that take a session away and put back what it displaced. Reads no file, asks nobody. */
export function runUnset(line: CommandLine, surroundings: Surroundings): Outcome {
  refuseOperands('--unset', line.operands)
  const { environment } = surroundings
  const dialect = chooseDialect(line.values.shell, surroundings)
  refuseUnset(dialect)
  const state = decodeState(environment[stateVariable])
  const current = readVariables(environment)
  const before = undoExport(current, state)
  const changes = unsetChanges(current, before).map((change) => sayable(change, dialect, surroundings))
  noteLongTermKeys(state, current, before, surroundings)
  return {
    stdout: dialects[dialect].render(changes),
    exitCode: ExitCode.done,
    hint: `nothing has changed yet: the shell has to evaluate this, as in: ${howToEvaluate(dialect, '--unset')}`,
  }
}

/**
 * Refuses a document that has no way to take a variable out.
 * @throws {Failure} usage
 */
function refuseUnset(dialectName: DialectName): void {
  if (dialectName !== 'dotenv') return
  throw usageFailure(
    '--unset: a dotenv file has no way to take a variable out',
    'a json document has: --unset --shell json',
  )
}

/** A session must go even where the shell cannot be given back a value that it displaced. */
function sayable(change: Change, dialect: DialectName, { note }: Surroundings): Change {
  const { name, value } = change
  const refusal = value === null ? undefined : dialects[dialect].refusal(value)
  if (refusal === undefined) return change
  note(`${name} is not put back: its value ${refusal}, which this shell cannot be told`)
  return { name, value: null }
}

function noteLongTermKeys(
  state: State | undefined,
  current: Variables,
  before: Variables,
  { note }: Surroundings,
): void {
  const kind = classifyKeys(before)
  const replaced = current.AWS_ACCESS_KEY_ID === state?.accessKeyId ? state?.source : undefined
  if (kind === 'long-term' || kind === 'conflict') {
    note(`the long-term key ...${before.AWS_ACCESS_KEY_ID?.slice(-4)} stays in the environment`)
  } else if (replaced !== undefined && 'accessKeyId' in replaced) {
    note(
      `the long-term key ...${replaced.accessKeyId.slice(-4)} that the environment held before is not put back: its secret is kept nowhere`,
    )
  }
}
