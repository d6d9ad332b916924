import type { Variables } from './displaced.ts'

/**
 * What the keys in the environment are. `conflict` is a long-term key id beside a token that belongs to some
 * session; `half` is one of the two without the other.
 */
export type KeysKind = 'none' | 'long-term' | 'session' | 'conflict' | 'half'

/**
 * Judges by the prefix of the key id (AKIA long-term, ASIA temporary: AWS's IAM user guide, "IAM identifiers"),
 * and for other ids, such as a test server's, by the token.
 */
export function classifyKeys(variables: Variables): KeysKind {
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = variables
  const hasToken = (variables.AWS_SESSION_TOKEN ?? variables.AWS_SECURITY_TOKEN) !== undefined
  if (accessKeyId === undefined && secretAccessKey === undefined) return 'none'
  if (accessKeyId === undefined) return hasToken ? 'session' : 'half'
  if (isTemporaryKeyId(accessKeyId)) return 'session'
  if (accessKeyId.startsWith('AKIA') && hasToken) return 'conflict'
  if (hasToken) return 'session'
  return secretAccessKey === undefined ? 'half' : 'long-term'
}

/** Whether AWS issued this key id with a session token, which is needed to sign with it. */
export function isTemporaryKeyId(accessKeyId: string): boolean {
  return accessKeyId.startsWith('ASIA')
}
