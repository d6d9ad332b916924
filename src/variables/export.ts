import type { Change } from './change.ts'
import type { Variables } from './displaced.ts'
import {
  type ChangedVariable,
  changedVariables,
  clearedVariables,
  regionVariables,
  stateVariable,
} from './names.ts'
import {
  type Displaced,
  encodeState,
  isRestorable,
  type Provenance,
  recordable,
  type Session,
} from './state.ts'

/** What is exported: AWS's temporary credentials, and what they were issued for. */
export interface ExportedSession extends Session, Provenance {}

/**
 * The transaction that puts a session into a shell: everything that could make a client pass it over is cleared,
 * the session and the record of what it displaced are set.
 * @param region for both variables; undefined leaves the two as the user had them
 * @param current the variables as the shell has them now
 * @param before the same without our last export
 */
export function exportChanges(
  session: ExportedSession,
  region: string | undefined,
  current: Variables,
  before: Variables,
): Change[] {
  const target: Partial<Record<ChangedVariable, string>> = {
    AWS_ACCESS_KEY_ID: session.accessKeyId,
    AWS_SECRET_ACCESS_KEY: session.secretAccessKey,
    AWS_SESSION_TOKEN: session.sessionToken,
    AWS_CREDENTIAL_EXPIRATION: session.expiration,
  }
  for (const name of regionVariables) {
    const value = region ?? before[name]
    if (value !== undefined) target[name] = value
  }
  const { source, serialNumber, issuedAt, roleArn, accessKeyId, expiration } = session
  const state = encodeState({
    source,
    serialNumber,
    issuedAt,
    roleArn,
    accessKeyId,
    expiration,
    displaced: displacedBy(target, before),
  })
  const goneRegions = regionVariables.filter(
    (name) => target[name] === undefined && current[name] !== undefined,
  )
  return [
    ...clearedVariables.map((name): Change => ({ name, value: null, mustVanish: true })),
    ...goneRegions.map((name): Change => ({ name, value: null })),
    ...Object.entries(target).map(([name, value]): Change => ({ name, value })),
    { name: stateVariable, value: state },
  ]
}

/** The region that the shell is given, never one that was only fallen back on. */
export function regionToSet(
  option: string | undefined,
  before: Variables,
  profileRegion: () => string | undefined,
): string | undefined {
  if (option !== undefined) return option
  const { AWS_REGION: forSdks, AWS_DEFAULT_REGION: forCli } = before
  if (forSdks !== undefined && forCli !== undefined) return undefined
  return forSdks ?? forCli ?? profileRegion()
}

function displacedBy(target: Variables, before: Variables): Displaced[] {
  return changedVariables.flatMap((name): Displaced[] => {
    const value = target[name]
    const left = value === undefined ? null : recordable(name, value)
    // A session and its end that we displace are never put back; nor is a secret kept to do so.
    const found = isRestorable(name, before[name]) ? before[name] : null
    return found === left ? [] : [{ name, found, left }]
  })
}
