import { noteForeignEndpoint } from '../aws/amazon-hosts.ts'
import { AwsTime } from '../aws/aws-time.ts'
import { resolveEndpoint, resolveRegion } from '../aws/endpoint.ts'
import { RoleDenied, SessionRefused } from '../aws/refusals.ts'
import { Failure } from '../errors.ts'
import type { Surroundings } from '../surroundings.ts'
import type { TokenCodes } from '../token-code/token-code.ts'
import { assumeRoles } from './assume-roles.ts'
import { inTurn } from './in-turn.ts'
import { refuseUnmeetable, type SessionOrder, type SessionRun } from './order.ts'
import { obtainOwnSession, wayToTokenCode } from './own-session.ts'
import { ageOf, type IssuedSession } from './session.ts'
import { findCached, keep } from './session-cache.ts'

/**
 * The session that was ordered, from the cache or from AWS: the user's own, or the role's.
 * @throws {Failure} usage: there is no way to a code; refused, unreachable, configuration, interrupted
 */
export async function provideSession(
  order: SessionOrder,
  codes: TokenCodes,
  surroundings: Surroundings,
): Promise<IssuedSession> {
  const note = noteOnce(surroundings.note)
  const run = {
    // A typed code asks for a new session, would be stale after a wait, and is for its own run alone.
    order: { ...order, renew: order.renew || codes.typed !== undefined },
    codes,
    surroundings: { ...surroundings, note },
    time: new AwsTime(surroundings.uptime),
  }
  const { roles } = order.identity
  const found = findCached(run, roles)
  if (found !== undefined) {
    // As it would be refused of a new one.
    resolveRegion(order.sources, found.serialNumber)
    return found
  }
  refuseUnmeetable(order)
  // Before a wait for others, which might be in vain.
  const needsCode = roles.length === 0 || findCached(run, []) === undefined
  if (needsCode) wayToTokenCode(run)
  return inTurn(run, needsCode, () => obtain(run))
}

/** Whoever finds something out notes it, and the user reads it once. */
function noteOnce(note: (text: string) => void): (text: string) => void {
  const noted = new Set<string>()
  return (text) => {
    if (noted.has(text)) return
    noted.add(text)
    note(text)
  }
}

async function obtain(run: SessionRun): Promise<IssuedSession> {
  const { roles } = run.order.identity
  const found = findCached(run, [])
  const own = found ?? (await obtainOwnSession(run))
  if (roles.length === 0) return own
  try {
    return await takeRole(run, own)
  } catch (error) {
    if (found === undefined) throw error
    if (error instanceof SessionRefused) {
      return await takeRoleAfresh(run, error, 'AWS takes the cached session no longer')
    }
    const minutes = Math.floor(ageOf(found, run.surroundings.now()) / 60_000)
    // Who has just shown a code is not asked for another.
    if (!(error instanceof RoleDenied) || minutes < 1) throw error
    const age = `the cached session is ${minutes} ${minutes === 1 ? 'minute' : 'minutes'} old, and the role may want a fresher code`
    if (run.codes.unattended) throw withoutCode(error, age, run.codes.missing())
    return await takeRoleAfresh(run, error, age)
  }
}

/** AWS may take the user's session no longer, or a role's trust policy want a code that was shown a short while ago. */
async function takeRoleAfresh(run: SessionRun, refusal: Failure, why: string): Promise<IssuedSession> {
  try {
    wayToTokenCode(run)
  } catch (error) {
    throw withoutCode(refusal, why, error as Failure)
  }
  run.surroundings.note(`AWS did not give the role: ${why}`)
  const renewing = { ...run, order: { ...run.order, renew: true } }
  return takeRole(run, await obtainOwnSession(renewing))
}

function withoutCode({ exitCode, message, hints }: Failure, why: string, missing: Failure): Failure {
  return new Failure(exitCode, message, ...hints, why, ...missing.hints)
}

async function takeRole(run: SessionRun, own: IssuedSession): Promise<IssuedSession> {
  const { order, surroundings, time } = run
  const endpoint = resolveEndpoint(order.sources, 'sts', own.serialNumber)
  noteForeignEndpoint(endpoint, surroundings.note)
  const session = await assumeRoles(order.identity.roles, own, endpoint, time, surroundings)
  keep(order, order.identity.roles, session, surroundings)
  return session
}
