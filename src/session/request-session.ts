import { describeOffset } from '../aws/clock.ts'
import type { Endpoint } from '../aws/endpoint.ts'
import { ExitCode, Failure } from '../errors.ts'
import type { LongTermKeys } from '../keys/signer.ts'
import type { Sourced } from '../settings.ts'
import { defaultDurationSeconds } from './duration.ts'
import type { SessionRun } from './order.ts'
import { formatTime, type IssuedSession, readSession } from './session.ts'

/**
 * A new session from STS; what the user has to know of it is noted.
 * @throws {WrongTokenCode} another code may do
 * @throws {Failure} refused or unreachable
 */
export async function requestSession(
  { order, time, surroundings: { now, note, debug } }: SessionRun,
  keys: LongTermKeys,
  serialNumber: Sourced,
  endpoint: Endpoint,
  tokenCode: string,
): Promise<IssuedSession> {
  const { durationSeconds = defaultDurationSeconds, identity } = order
  const { getSessionToken } = await import('../aws/sts.ts')
  const parameters = { serialNumber, tokenCode, durationSeconds }
  // The answer to a code that is sent has to be waited for.
  if (!time.has(3000)) throw timeSpent()
  const answer = await time.spend((timeLimit) =>
    getSessionToken(
      { endpoint, credentials: keys, credentialsOrigin: identity.signer.origin, timeLimit, debug },
      parameters,
    ),
  )
  const clockOffset = answer.clockOffset ?? 0
  const awsNow = now() + clockOffset
  const session = readSpent(() => readSession(answer, awsNow))
  noteShorter(Date.parse(session.expiration) - awsNow, durationSeconds, note)
  noteClock(clockOffset, note)
  const issued = { keyId: keys.accessKeyId, serialNumber: serialNumber.value, durationSeconds }
  const clock = Math.abs(clockOffset) > 60_000 ? { clockOffset } : {}
  return { ...session, ...issued, issuedAt: formatTime(awsNow), ...clock }
}

function timeSpent(): Failure {
  return new Failure(
    ExitCode.unreachable,
    'AWS has taken nearly all of its 15 seconds for what it was asked before',
    'the code has not been sent, and can still be used',
  )
}

/** What answered has the code, whoever it was. */
function readSpent<T>(read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    throw new Failure(
      error.exitCode,
      error.message,
      ...error.hints.map((hint) => `${hint}; the code may be spent`),
    )
  }
}

function noteShorter(milliseconds: number, durationSeconds: number, note: (text: string) => void): void {
  const seconds = milliseconds / 1000
  if (seconds >= durationSeconds - 300) return
  note(
    `AWS gave ${Math.round(seconds / 60)} minutes instead of ${Math.round(durationSeconds / 60)}: the root user gets an hour at most`,
  )
}

function noteClock(clockOffset: number, note: (text: string) => void): void {
  if (Math.abs(clockOffset) <= 300_000) return
  note(`this computer's clock is ${describeOffset(clockOffset)}: other AWS tools may fail until it is set`)
}
