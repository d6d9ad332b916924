import { describeOffset } from '../aws/clock.ts'
import type { Endpoint } from '../aws/endpoint.ts'
import type { LongTermKeys } from '../keys/resolve-keys.ts'
import type { Sourced } from '../settings.ts'
import type { Surroundings } from '../surroundings.ts'
import { readSession, type Session } from './session.ts'

/** All that a new session depends on; everything is checked before it gets here. */
export interface SessionOrder {
  readonly keys: LongTermKeys
  readonly serialNumber: Sourced
  readonly durationSeconds: number
  readonly endpoint: Endpoint
}

/** For AWS in all, in milliseconds. */
const timeLimit = 15_000

/**
 * A new session from STS; what the user has to know of it is noted.
 * @throws {Failure} refused or unreachable
 */
export async function obtainSession(
  order: SessionOrder,
  tokenCode: string,
  surroundings: Surroundings,
): Promise<Session> {
  const { keys, serialNumber, durationSeconds, endpoint } = order
  const { accessKeyId, secretAccessKey } = keys
  const debug = surroundings.debug
  const { getSessionToken } = await import('../aws/sts.ts')
  const request = { ...endpoint, accessKeyId, secretAccessKey, timeLimit, debug }
  const parameters = { serialNumber: serialNumber.value, tokenCode, durationSeconds }
  const answer = await getSessionToken(request, parameters).catch(async (error: unknown) => {
    const { explainStsError } = await import('../aws/explain.ts')
    throw explainStsError(error, {
      accessKeyId,
      tokenCode,
      keysOrigin: keys.origin,
      serialNumber,
      ...endpoint,
    })
  })
  const clockOffset = answer.clockOffset ?? 0
  const awsNow = surroundings.now() + clockOffset
  const session = readSession(answer, awsNow)
  noteOddities(session, durationSeconds, awsNow, clockOffset, surroundings)
  return session
}

function noteOddities(
  session: Session,
  durationSeconds: number,
  awsNow: number,
  clockOffset: number,
  surroundings: Surroundings,
): void {
  const seconds = (Date.parse(session.expiration) - awsNow) / 1000
  if (seconds < durationSeconds - 300) {
    surroundings.note(
      `AWS gave ${Math.round(seconds / 60)} minutes instead of ${Math.round(durationSeconds / 60)}: more is not for the root user`,
    )
  }
  if (Math.abs(clockOffset) > 300_000) {
    surroundings.note(
      `this computer's clock is ${describeOffset(clockOffset)}: other AWS tools may fail until it is set`,
    )
  }
}
