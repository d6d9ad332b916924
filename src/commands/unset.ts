import type { CommandLine } from '../cli.ts'
import { ExitCode } from '../errors.ts'
import type { Surroundings } from '../surroundings.ts'
import { classifyKeys } from '../variables/classify.ts'
import { readVariables, undoExport } from '../variables/displaced.ts'
import { stateVariable } from '../variables/names.ts'
import { decodeState } from '../variables/state.ts'
import { unsetChanges } from '../variables/unset.ts'
import { chooseDialect, howToEvaluate, renderChanges } from './choose-dialect.ts'
import type { Outcome } from './outcome.ts'
import { refuseOperands } from './stray-code.ts'

/** `--unset`: statements that take a session away and put back what it displaced. Reads no file, asks nobody. */
export function runUnset(line: CommandLine, surroundings: Surroundings): Outcome {
  refuseOperands('--unset', line.operands)
  const { environment } = surroundings
  const dialect = chooseDialect(line.values.shell, surroundings)
  const state = decodeState(environment[stateVariable])
  const current = readVariables(environment)
  const before = undoExport(current, state)
  const stdout = renderChanges(dialect, unsetChanges(current, before))
  const kind = classifyKeys(before)
  if (kind === 'long-term' || kind === 'conflict') {
    surroundings.note(`the long-term key ...${before.AWS_ACCESS_KEY_ID?.slice(-4)} stays in the environment`)
  } else if (
    state !== undefined &&
    'accessKeyId' in state.source &&
    current.AWS_ACCESS_KEY_ID === state.accessKeyId
  ) {
    const { accessKeyId } = state.source
    surroundings.note(
      `the long-term key ...${accessKeyId.slice(-4)} that the environment held before is not put back: its secret is kept nowhere`,
    )
  }
  return { stdout, exitCode: ExitCode.done, hint: howToEvaluate(dialect, '--unset') }
}
