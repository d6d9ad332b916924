import type { Change } from '../variables/change.ts'
import type { Dialect } from './dialect.ts'
import { refuseUnsayable } from './unsayable.ts'

/** Elvish, whose environment variables have no second place to show through from. */
export const elvish: Dialect = {
  render,
  // A program that fails is an exception, which keeps `eval (... | slurp)` from evaluating.
  renderFailure: () => '',
  refusal: refuseUnsayable,
}

/** One block, which elvish runs only when it has read its end: a text that was cut off changes nothing. */
function render(changes: readonly Change[]): string {
  const statements = [
    ...changes.flatMap(({ name, value }) => (value === null ? [`unset-env ${name}`] : [])),
    ...changes.flatMap(({ name, value }) => (value === null ? [] : [`set-env ${name} ${quote(value)}`])),
  ]
  return `{ ${statements.join('; ')} }\n`
}

const quote = (value: string) => `'${value.replaceAll("'", "''")}'`
