import type { Change } from '../variables/change.ts'
import type { Dialect } from './dialect.ts'
import { refuseUnsayable } from './unsayable.ts'

export const fish: Dialect = { render, renderFailure, refusal: refuseUnsayable }

/** One block, which fish runs only when it has read its end: a text that was cut off changes nothing. */
function render(changes: readonly Change[]): string {
  const guarded = changes.filter(({ mustVanish }) => mustVanish).map(({ name }) => name)
  const statements = [
    // Only the global one: `set -e` would erase a universal variable, in every shell to come.
    ...changes.flatMap(({ name, value }) => (value === null ? [`set -eg ${name}`] : [])),
    ...changes.flatMap(({ name, value }) => (value === null ? [] : [`set -gx ${name} ${quote(value)}`])),
    // Erasing what was not there is status 4, and setting leaves the status as it was.
    'true',
  ].join('; ')
  return guarded.length === 0 ? `begin; ${statements}; end\n` : `${guard(guarded, statements)}\n`
}

/**
 * A universal variable cannot be hidden, only erased for good, which is the user's to do: if one of the names is
 * universal, the statements are not run, and the status is 6 (configuration).
 */
function guard(names: readonly string[], statements: string): string {
  const [error, hint] = [
    'aws-mfa-env: error: a universal variable of fish would override the session: $aws_mfa_env_found',
    'aws-mfa-env: hint: erase it for every fish with: set -eU $aws_mfa_env_found',
  ]
  return [
    'begin; set -l aws_mfa_env_found',
    ...names.map((name) => `set -qU ${name}; and set -a aws_mfa_env_found ${name}`),
    `if set -q aws_mfa_env_found[1]; echo "${error}" >&2; echo "${hint}" >&2; ${failure(6)}`,
    `else; ${statements}; end; end`,
  ].join('; ')
}

// Not `return`, which would leave the function that evaluates this.
const failure = (exitCode: number) => `sh -c 'exit ${exitCode}'`

function renderFailure(exitCode: number): string {
  return `${failure(exitCode)}\n`
}

/** A line end stands outside of the quotes, so that the text stays one line, whole also behind `eval (…)`. */
function quote(value: string): string {
  return `'${value.replace(/['\\]/g, '\\$&').replaceAll('\n', "'\\n'")}'`
}
