import { createHash } from 'node:crypto'

/** 132 bits of a text's SHA-256, in 22 characters of base64url. */
export function digest(text: string): string {
  return createHash('sha256').update(text).digest('base64url').slice(0, 22)
}
