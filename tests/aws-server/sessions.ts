// The sessions that were issued, and to whom.

import { createSecretAccessKey, createSessionKeyId, createSessionToken, freshBytes } from './keys.ts'
import type { User } from './users.ts'

export interface Session {
  readonly user: User
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken: string
  readonly expiration: Date
  /** Whether a code was given for it. */
  readonly mfa: boolean
}

/** @param at in ms, by the server's clock */
export function createSession(user: User, at: number, durationSeconds: number, mfa: boolean): Session {
  return {
    user,
    accessKeyId: createSessionKeyId(),
    secretAccessKey: createSecretAccessKey(freshBytes),
    sessionToken: createSessionToken(),
    // AWS gives whole seconds.
    expiration: new Date(Math.floor(at / 1000) * 1000 + durationSeconds * 1000),
    mfa,
  }
}
