// What parameters may be, and AWS's words for what they are not.

import { validationError } from './errors.ts'

export interface Constraint {
  readonly parameter: string
  /** Of a parameter that is there, unless the constraint says that it must be. */
  readonly holds: (value: string | undefined) => boolean
  readonly text: string
}

type Parameters = Readonly<Record<string, string>>

/** @throws AwsError with all violations */
export function checkConstraints(parameters: Parameters, constraints: readonly Constraint[]): void {
  const violations = constraints.flatMap(({ parameter, holds, text }) => {
    const value = parameters[parameter]
    if (holds(value)) return []
    const name = parameter.charAt(0).toLowerCase() + parameter.slice(1)
    const shown = value === undefined ? 'null' : `'${value}'`
    return [`Value ${shown} at '${name}' failed to satisfy constraint: ${text}`]
  })
  if (violations.length > 0) throw validationError(violations)
}

export function present(parameter: string): Constraint {
  return { parameter, holds: (value) => value !== undefined, text: 'Member must not be null' }
}

export function within(parameter: string, least: number, most: number): Constraint[] {
  return bounds(parameter, 'value', least, most, Number)
}

export function lengthWithin(parameter: string, least: number, most: number): Constraint[] {
  return bounds(parameter, 'length', least, most, (value) => value.length)
}

export function matching(parameter: string, pattern: string): Constraint {
  const text = `Member must satisfy regular expression pattern: ${pattern}`
  return ifPresent(parameter, text, (value) => new RegExp(`^${pattern}$`).test(value))
}

function bounds(
  parameter: string,
  what: string,
  least: number,
  most: number,
  measure: (value: string) => number,
): Constraint[] {
  const text = (relation: string, limit: number) =>
    `Member must have ${what} ${relation} than or equal to ${limit}`
  return [
    ifPresent(parameter, text('greater', least), (value) => measure(value) >= least),
    ifPresent(parameter, text('less', most), (value) => measure(value) <= most),
  ]
}

function ifPresent(parameter: string, text: string, holds: (value: string) => boolean): Constraint {
  return { parameter, holds: (value) => value === undefined || holds(value), text }
}
