import type { SessionTokenAnswer } from '../aws/sts.ts'
import { ExitCode, Failure } from '../errors.ts'

/** Temporary credentials, fit to be put into a shell. */
export interface Session {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken: string
  /** RFC 3339, UTC, whole seconds. */
  readonly expiration: string
}

/**
 * The session in an answer. The API gives the key id's form; for the others the bounds are ours: printable ASCII
 * without spaces, 16 KiB.
 * @param now milliseconds since 1970, by AWS's clock
 * @throws {Failure} unreachable: what answered was not AWS
 */
export function readSession(answer: SessionTokenAnswer, now: number): Session {
  const { accessKeyId, secretAccessKey, sessionToken, expiration } = answer
  if (!isText(accessKeyId, /^\w{16,128}$/)) throw strange('access key id')
  if (!isText(secretAccessKey, /^[!-~]{16,1024}$/)) throw strange('secret access key')
  if (!isText(sessionToken, /^[!-~]{16,16384}$/)) throw strange('session token')
  if (!(expiration instanceof Date) || !(expiration.getTime() > now)) throw strange('expiration')
  return { accessKeyId, secretAccessKey, sessionToken, expiration: formatTime(expiration.getTime()) }
}

/** RFC 3339 in UTC and whole seconds, from milliseconds since 1970. */
export function formatTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace(/\.\d{3}Z$/, 'Z')
}

function isText(value: unknown, pattern: RegExp): value is string {
  return typeof value === 'string' && pattern.test(value)
}

function strange(what: string): Failure {
  return new Failure(
    ExitCode.unreachable,
    `the answer did not come from AWS: its ${what} is missing or not as AWS makes them`,
    'look at the endpoint and at proxies; the code may be spent',
  )
}
