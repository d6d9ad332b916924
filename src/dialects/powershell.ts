import type { Change } from '../variables/change.ts'
import type { Dialect } from './dialect.ts'
import { refuseUnsayable } from './unsayable.ts'

/**
 * Windows PowerShell 5.1 and PowerShell 7, in expressions alone: no cmdlet, no line end inside, ASCII only, because
 * Windows decodes a program's output with the console's code page.
 */
export const powershell: Dialect = { render, renderFailure, refusal: refuseUnsayable }

/**
 * One block, which PowerShell runs only when it has read its end: a text that was cut off changes nothing. An empty
 * value takes the variable out before PowerShell 7.5.
 */
function render(changes: readonly Change[]): string {
  const statements = [
    ...changes.flatMap(({ name, value }) => (value === null ? [`$env:${name} = $null;`] : [])),
    ...changes.flatMap(({ name, value }) => (value === null ? [] : [`$env:${name} = ${quote(value)};`])),
  ]
  return `& { ${statements.join(' ')} };\n`
}

function renderFailure(exitCode: number): string {
  return `throw 'aws-mfa-env failed (${exitCode})';\n`
}

/** `'...'`; with characters in it that cannot be printed as they are, `(-join ('...', [char]0xFC, '...'))`. */
function quote(value: string): string {
  const pieces = value.match(/[ -~]+|[^ -~]/g) ?? ['']
  const quoted = pieces.map((piece) =>
    /[ -~]/.test(piece) || piece === ''
      ? `'${piece.replaceAll("'", "''")}'`
      : `[char]0x${piece.charCodeAt(0).toString(16).toUpperCase()}`,
  )
  return quoted.length === 1 && quoted[0]?.startsWith("'") ? quoted[0] : `(-join (${quoted.join(', ')}))`
}
