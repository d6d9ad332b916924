import { resolve } from 'node:path'
import { resolveUrl } from '../aws/endpoint-url.ts'
import type { Role } from '../keys/roles.ts'
import type { Surroundings } from '../surroundings.ts'
import type { SessionOrder } from './order.ts'
import { type IssuedSession, remainingOf } from './session.ts'
import { type CacheKey, readCachedSession } from './session-cache.ts'

/** The cached session that serves the order; undefined where a new one has to be asked for. */
export function findSession(
  order: SessionOrder,
  roles: readonly Role[],
  { now, debug }: Surroundings,
): IssuedSession | undefined {
  if (order.cache === undefined || order.renew) return undefined
  const session = readCached(order, roles)
  const lacking = session === undefined ? 'there is none' : findLack(session, order, now())
  debug(`cached session${roles.length > 0 ? ' of the role' : ''}: ${lacking ?? 'good'}`)
  return lacking === undefined ? session : undefined
}

/** Why the user's own session that is cached does not serve the order; undefined where none is cached. */
export function describeLack(order: SessionOrder, { now }: Surroundings): string | undefined {
  const session = readCached(order, [])
  return session && (order.renew ? 'a new one is wanted' : findLack(session, order, now()))
}

/** The cached session, whether it serves or not. */
export function readCached(order: SessionOrder, roles: readonly Role[]): IssuedSession | undefined {
  return order.cache && readCachedSession(order.cache, cacheKeyOf(order, roles))
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

/** What a session is cached by. */
export function cacheKeyOf(order: SessionOrder, roles: readonly Role[]): CacheKey {
  return {
    signer: order.identity.signer,
    profilePaths: order.profiles.paths().map((path) => resolve(path)),
    endpointUrl: resolveUrl(order.sources, 'sts'),
    roles: roles.map(({ roleArn, roleSessionName, externalId, durationSeconds }) => [
      roleArn.value,
      roleSessionName,
      externalId ?? null,
      durationSeconds?.value ?? null,
    ]),
  }
}
