import { strangeAnswer } from '../aws/strange-answer.ts'
import type { SessionTokenAnswer } from '../aws/sts.ts'
import { forms, isText, isTime } from '../forms.ts'
import type { Provenance, Session } from '../variables/state.ts'

/** A session and what it was issued for. */
export interface IssuedSession extends Session, Omit<Provenance, 'source'> {
  /** The id of the long-term key that signed. */
  readonly keyId: string
  /** As it was asked for; of a role, that of the session which assumed it. */
  readonly durationSeconds: number
  /** Milliseconds that AWS's clock was ahead of this computer's, where that is more than a minute. */
  readonly clockOffset?: number
}

// The API gives none: printable ASCII without spaces.
const secretForms = {
  secretAccessKey: /^[!-~]{16,1024}$/,
  sessionToken: /^[!-~]{16,16384}$/,
}

/**
 * The session in an answer.
 * @param now milliseconds since 1970, by AWS's clock
 * @throws {Failure} unreachable: what answered was not AWS
 */
export function readSession(answer: SessionTokenAnswer, now: number): Session {
  const { accessKeyId, secretAccessKey, sessionToken, expiration } = answer
  if (!isText(accessKeyId, forms.accessKeyId)) throw strangeAnswer('access key id')
  if (!isText(secretAccessKey, secretForms.secretAccessKey)) throw strangeAnswer('secret access key')
  if (!isText(sessionToken, secretForms.sessionToken)) throw strangeAnswer('session token')
  if (!(expiration instanceof Date) || !(expiration.getTime() > now)) throw strangeAnswer('expiration')
  return { accessKeyId, secretAccessKey, sessionToken, expiration: formatTime(expiration.getTime()) }
}

/** RFC 3339 in UTC and whole seconds, from milliseconds since 1970. */
export function formatTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace(/\.\d{3}Z$/, 'Z')
}

/**
 * Milliseconds that a session has left. A clock that was behind AWS's when it was issued is taken to be so still; one that
 * was ahead may have been set since.
 * @param now milliseconds since 1970, by this computer's clock
 */
export function remainingOf(
  { expiration, clockOffset = 0 }: Pick<IssuedSession, 'expiration' | 'clockOffset'>,
  now: number,
): number {
  return Date.parse(expiration) - now - Math.max(0, clockOffset)
}

/** Milliseconds since AWS issued a session, which it said by its own clock. @param now as of `remainingOf` */
export function ageOf(
  { issuedAt, clockOffset = 0 }: Pick<IssuedSession, 'issuedAt' | 'clockOffset'>,
  now: number,
): number {
  return now + clockOffset - Date.parse(issuedAt)
}

/** The session that a record of ours holds, by an allow-list; undefined where anything in it is not as we write it. */
export function decodeIssuedSession(record: Readonly<Record<string, unknown>>): IssuedSession | undefined {
  const { accessKeyId, secretAccessKey, sessionToken, expiration } = record
  const { keyId, serialNumber, durationSeconds, issuedAt, roleArn, clockOffset } = record
  if (!isText(accessKeyId, forms.accessKeyId) || !isText(keyId, forms.accessKeyId)) return undefined
  if (!isText(secretAccessKey, secretForms.secretAccessKey)) return undefined
  if (!isText(sessionToken, secretForms.sessionToken)) return undefined
  if (!isTime(expiration) || !isTime(issuedAt) || typeof durationSeconds !== 'number') return undefined
  if (!isText(serialNumber, forms.serialNumber)) return undefined
  if (roleArn !== undefined && !isText(roleArn, forms.roleArn)) return undefined
  const session = { accessKeyId, secretAccessKey, sessionToken, expiration }
  const issued = { keyId, serialNumber, durationSeconds, issuedAt, roleArn }
  return { ...session, ...issued, ...(typeof clockOffset === 'number' ? { clockOffset } : {}) }
}
