// The sessions that were issued, and to whom.

import { createSecretAccessKey, createSessionKeyId, createSessionToken, freshBytes } from './keys.ts'
import type { Role } from './roles.ts'
import type { User } from './users.ts'

export interface Session {
  /** Whose long-term keys stand at its beginning. */
  readonly user: User
  /** The role that was assumed, and under which name; undefined for a session of the user. */
  readonly assumed: { readonly role: Role; readonly sessionName: string } | undefined
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken: string
  readonly expiration: Date
  /** When a code was given for it, in ms by the server's clock; undefined without one, and for a role's. */
  readonly mfaAt: number | undefined
}

export interface SessionSpec {
  durationSeconds: number
  mfaAt?: number | undefined
  assumed?: Session['assumed']
}

/** @param at in ms, by the server's clock */
export function createSession(
  user: User,
  at: number,
  { durationSeconds, mfaAt, assumed }: SessionSpec,
): Session {
  return {
    user,
    assumed,
    accessKeyId: createSessionKeyId(),
    secretAccessKey: createSecretAccessKey(freshBytes),
    sessionToken: createSessionToken(),
    // AWS gives whole seconds.
    expiration: new Date(Math.floor(at / 1000) * 1000 + durationSeconds * 1000),
    mfaAt,
  }
}

/** What stands in an answer's `<Credentials>`. */
export function describeCredentials({ accessKeyId, secretAccessKey, sessionToken, expiration }: Session) {
  return {
    AccessKeyId: accessKeyId,
    SecretAccessKey: secretAccessKey,
    SessionToken: sessionToken,
    Expiration: expiration.toISOString().replace('.000Z', 'Z'),
  }
}
