import quote from 'shell-quote/quote.js'
import type { Change } from '../variables/change.ts'
import type { Dialect } from './dialect.ts'
import { refuseUnsayable } from './unsayable.ts'

/**
 * bash, zsh, sh and ksh, all in POSIX words. No comment: behind an unquoted `eval $(...)` it would swallow the rest.
 */
export const bourne: Dialect = { render, renderFailure, refusal: refuseUnsayable }

/**
 * One group, which a shell runs only when it has read its end: a text that was cut off is a syntax error and changes
 * nothing. `&&`, since bash, ksh and mksh go on after failing to unset a readonly variable. Each name twice: where it
 * stood before the function's name, or is a caller's local one, bash takes that away first, and so shows the global one.
 */
function render(changes: readonly Change[]): string {
  const cleared = changes.filter(({ value }) => value === null).map(({ name }) => name)
  const set = changes.flatMap(({ name, value }) => (value === null ? [] : [`${name}=${quote([value])}`]))
  const commands = [
    ...(cleared.length > 0 ? [`unset ${[...cleared, ...cleared].join(' ')}`] : []),
    ...(set.length > 0 ? [`export ${set.join(' ')}`] : []),
  ]
  return `{ ${commands.join(' && ')}; }\n`
}

function renderFailure(exitCode: number): string {
  return `(exit ${exitCode});\n`
}
