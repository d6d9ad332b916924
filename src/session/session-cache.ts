import { resolve } from 'node:path'
import { resolveUrl } from '../aws/endpoint-url.ts'
import { digest } from '../digest.ts'
import { deletePrivateFile, listPrivateFiles } from '../files/private-files.ts'
import type { PrivateFolder } from '../files/private-folder.ts'
import { readRecord, unlessUnwritable, writeRecord } from '../files/records.ts'
import type { Role } from '../keys/roles.ts'
import type { Signer } from '../keys/signer.ts'
import type { Surroundings } from '../surroundings.ts'
import type { SessionOrder } from './order.ts'
import { decodeIssuedSession, type IssuedSession, remainingOf } from './session.ts'

/** Who looks for a session, and when. */
interface Search {
  readonly order: SessionOrder
  readonly surroundings: Pick<Surroundings, 'now' | 'debug'>
}

/** The cached session that serves the order; undefined where a new one has to be asked for. */
export function findCached(
  { order, surroundings: { now, debug } }: Search,
  roles: readonly Role[],
): IssuedSession | undefined {
  if (order.cache === undefined || order.renew) return undefined
  const session = readCached(order, roles)
  const lacking = session === undefined ? 'there is none' : findLack(session, order, now())
  debug(`cached session${roles.length > 0 ? ' of the role' : ''}: ${lacking ?? 'good'}`)
  return lacking === undefined ? session : undefined
}

/** Why the user's own session that is cached does not serve the order; undefined where it does, or none is cached. */
export function describeLack(order: SessionOrder, { now }: Surroundings): string | undefined {
  const session = readCached(order, [])
  return session && (order.renew ? 'a new one is wanted' : findLack(session, order, now()))
}

/** Why a cached session does not serve; undefined where it does. */
function findLack(session: IssuedSession, order: SessionOrder, now: number): string | undefined {
  const { identity, serialNumber, durationSeconds, minimumRemaining } = order
  const { signer } = identity
  if (remainingOf(session, now) < minimumRemaining * 1000) return 'too little of it is left'
  if (signer.kind !== 'process' && signer.accessKeyId !== session.keyId) return 'it is of another access key'
  if (serialNumber !== undefined && serialNumber.value !== session.serialNumber)
    return 'it is of another device'
  if (durationSeconds !== undefined && durationSeconds !== session.durationSeconds) {
    return 'it was asked for another duration'
  }
  return undefined
}

/** The cached session, whether it serves or not; undefined where there is none that can be trusted. */
export function readCached(order: SessionOrder, roles: readonly Role[]): IssuedSession | undefined {
  const record = order.cache && readRecord(order.cache, fileNameOf(order, roles))
  return record && decodeIssuedSession(record)
}

/** Caches a session, where sessions of its keys are cached. */
export function keep(
  order: SessionOrder,
  roles: readonly Role[],
  session: IssuedSession,
  { note }: Surroundings,
): void {
  const { cache } = order
  if (cache === undefined) return
  unlessUnwritable(cache, note, () => writeRecord(cache, fileNameOf(order, roles), session))
}

/**
 * Where the user's own session is kept, beside which those of roles are: known before anything is run or asked. A role's
 * is found by what AssumeRole is asked, role after role.
 */
export function fileNameOf({ identity, profiles, sources }: SessionOrder, roles: readonly Role[]): string {
  const { signer } = identity
  // Of a command nobody knows whose keys it gives; another command may give another's.
  const command = signer.kind === 'process' ? [signer.command.value] : []
  const prefix = prefixOf(cacheSource(signer, profiles.paths()))
  const base = `${prefix}${digestOf([resolveUrl(sources, 'sts') ?? '', ...command])}`
  return roles.length === 0 ? `${base}.json` : `${base}-${digestOf(roles.map(parametersOf))}.json`
}

const parametersOf = ({ roleArn, roleSessionName, externalId, durationSeconds }: Role) => [
  roleArn.value,
  roleSessionName,
  externalId ?? null,
  durationSeconds?.value ?? null,
]

/** What all sessions of the same keys have in common, those of roles included. */
function prefixOf(source: readonly string[]): string {
  return `session-${digestOf(source)}-`
}

const digestOf = (parts: readonly unknown[]) => digest(JSON.stringify(parts))

/** Whose sessions they are: a key id of the environment's; else a profile's name, which says nothing without its files. */
export function cacheSource(signer: Signer, profilePaths: readonly string[]): string[] {
  return signer.kind === 'environment'
    ? [signer.accessKeyId]
    : profileSource(signer.profile.name, profilePaths)
}

/** The same by a profile's name. */
export function profileSource(name: string, profilePaths: readonly string[]): string[] {
  return [name, ...profilePaths.map((path) => resolve(path))]
}

/**
 * Deletes the sessions of keys, and those of the roles that were assumed with them.
 * @param source as cacheSource gives it
 * @returns how many there were
 */
export function forgetSessions(folder: PrivateFolder, source: readonly string[]): number {
  const prefix = prefixOf(source)
  const names = listPrivateFiles(folder).filter((name) => name.startsWith(prefix))
  for (const name of names) deletePrivateFile(folder, name)
  return names.length
}
