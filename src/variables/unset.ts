import type { Change } from './change.ts'
import { classifyKeys } from './classify.ts'
import type { Variables } from './displaced.ts'
import { changedVariables, securityToken, sessionVariables, stateVariable } from './names.ts'

/**
 * The transaction that takes a session away, whoever set it, and puts back what our export displaced. Long-term
 * keys stay.
 * @param current the variables as the shell has them now
 * @param before the same without our last export
 */
export function unsetChanges(current: Variables, before: Variables): Change[] {
  const kept = keptKeys(before)
  const target: Variables = {
    ...before,
    ...Object.fromEntries(goneWithSession.map((name) => [name, kept[name]])),
  }
  const always: readonly string[] = goneWithSession.filter((name) => kept[name] === undefined)
  const changes = changedVariables.flatMap((name): Change[] => {
    const value = target[name] ?? null
    return always.includes(name) || value !== (current[name] ?? null) ? [{ name, value }] : []
  })
  return [...changes, { name: stateVariable, value: null }]
}

const goneWithSession = [...sessionVariables, securityToken] as const

/** What of the keys in the environment is no session's and therefore stays. */
function keptKeys(before: Variables): Variables {
  const kind = classifyKeys(before)
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = before
  if (kind === 'session' || kind === 'none') return {}
  return {
    ...(accessKeyId === undefined ? {} : { AWS_ACCESS_KEY_ID: accessKeyId }),
    ...(secretAccessKey === undefined ? {} : { AWS_SECRET_ACCESS_KEY: secretAccessKey }),
  }
}
