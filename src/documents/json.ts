import type { Dialect } from '../dialects/dialect.ts'
import { refuseUnsayable } from '../dialects/unsayable.ts'
import type { Change } from '../variables/change.ts'

/** One object in one line of ASCII: each variable's text, or null where it is to be taken out. nushell reads it, too. */
export const json: Dialect = {
  render,
  // The exit status says it.
  renderFailure: () => '',
  refusal: refuseUnsayable,
}

function render(changes: readonly Change[]): string {
  const text = JSON.stringify(Object.fromEntries(changes.map(({ name, value }) => [name, value])))
  const ascii = text.replace(/[^ -~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
  return `${ascii}\n`
}
