import type { AwsTime } from '../aws/aws-time.ts'
import { unlessUnwritable } from '../files/records.ts'
import type { Role } from '../keys/roles.ts'
import type { Surroundings } from '../surroundings.ts'
import type { TokenCodes } from '../token-code/token-code.ts'
import { cacheKeyOf, findSession } from './find-session.ts'
import type { SessionOrder } from './order.ts'
import type { IssuedSession } from './session.ts'
import { keepSession } from './session-cache.ts'

/** What a run is asked for, and what it may use. */
export interface SessionRun {
  readonly order: SessionOrder
  readonly codes: TokenCodes
  readonly surroundings: Surroundings
  readonly time: AwsTime
}

/** The cached session that serves; a typed code asks for a new one. */
export function findCached(
  { order, codes, surroundings }: SessionRun,
  roles: readonly Role[],
): IssuedSession | undefined {
  return codes.typed === undefined ? findSession(order, roles, surroundings) : undefined
}

/** Caches a session, where sessions of its keys are cached. */
export function keep(
  { order, surroundings }: SessionRun,
  roles: readonly Role[],
  session: IssuedSession,
): void {
  const { cache } = order
  if (cache === undefined) return
  unlessUnwritable(cache, surroundings.note, () => keepSession(cache, cacheKeyOf(order, roles), session))
}
