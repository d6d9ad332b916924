import { type ChangedVariable, changedVariables } from './names.ts'
import { recordable, type State } from './state.ts'

/** The variables that an export changes, by name; an empty one counts as absent. */
export type Variables = Readonly<Partial<Record<ChangedVariable, string>>>

/** Our variables out of a process's environment. */
export function readVariables(environment: Readonly<Record<string, string | undefined>>): Variables {
  const variables: Partial<Record<ChangedVariable, string>> = {}
  for (const name of changedVariables) {
    const value = environment[name]
    if (value) variables[name] = value
  }
  return variables
}

/**
 * The variables as the user had them: each that still is as our export left it counts as what that displaced;
 * one that has changed since is the user's own.
 */
export function undoExport(variables: Variables, state: State | undefined): Variables {
  const before = { ...variables }
  for (const { name, found, left } of state?.displaced ?? []) {
    const value = variables[name]
    if ((value === undefined ? null : recordable(name, value)) !== left) continue
    if (found === null) delete before[name]
    else before[name] = found
  }
  return before
}
