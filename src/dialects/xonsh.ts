import type { Change } from '../variables/change.ts'
import type { Dialect } from './dialect.ts'
import { refuseUnsayable } from './unsayable.ts'

/** xonsh, in one expression of Python. ASCII only, since `$(...)` reads a program's line ends and bytes in its own way. */
export const xonsh: Dialect = { render, renderFailure, refusal: refuseUnsayable }

/**
 * One parenthesis: a text that was cut off is a syntax error and changes nothing. No keyword is in it, since a cut
 * behind `for` sends xonsh's parser, which then looks for a command, round in circles.
 */
function render(changes: readonly Change[]): string {
  const set = changes.flatMap(({ name, value }) =>
    value === null ? [] : [`${quote(name)}: ${quote(value)}`],
  )
  const calls = [
    ...changes.flatMap(({ name, value }) => (value === null ? [`pop(${quote(name)}, None)`] : [])),
    ...(set.length > 0 ? [`update({${set.join(', ')}})`] : []),
  ]
  return `(${calls.map((call) => `\${...}.${call}`).join(', ')})\n`
}

function renderFailure(exitCode: number): string {
  return `raise RuntimeError('aws-mfa-env failed (${exitCode})')\n`
}

/** Python's string literal. */
function quote(text: string): string {
  return `'${text.replace(/['\\]|[^ -~]/gu, (character) => {
    const code = character.codePointAt(0) ?? 0
    return code < 128 && code > 31 && code !== 127
      ? `\\${character}`
      : `\\U${code.toString(16).padStart(8, '0')}`
  })}'`
}
