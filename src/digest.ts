// In JavaScript: Node.js's takes longer to load than all that a cached session needs.
import { sha256 } from '@noble/hashes/sha2.js'

/** 132 bits of a text's SHA-256, in 22 characters of base64url. */
export function digest(text: string): string {
  return Buffer.from(sha256(Buffer.from(text)))
    .toString('base64url')
    .slice(0, 22)
}
