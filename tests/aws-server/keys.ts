// What AWS's keys look like. None stands in the repository as text, so that no secret scanner fires.

import { createHash, randomBytes } from 'node:crypto'
import { Secret } from 'otpauth'

/** Bytes for a purpose: anew each time, or the same ones in every process. */
export type ByteSource = (purpose: string, length: number) => Buffer

export const freshBytes: ByteSource = (_purpose, length) => randomBytes(length)

/** The fixed cast's keys have to agree between a server and a test in different processes. */
export function bytesOf(name: string): ByteSource {
  return (purpose, length) =>
    createHash('sha512').update(`the local AWS: ${purpose} of ${name}`).digest().subarray(0, length)
}

export function createLongTermKeyId(bytes: ByteSource): string {
  return 'AKIA' + base32(bytes('access key id', 10))
}

export function createUserId(bytes: ByteSource): string {
  return 'AIDA' + base32(bytes('user id', 11)).slice(0, 17)
}

export function createRoleId(bytes: ByteSource): string {
  return 'AROA' + base32(bytes('role id', 11)).slice(0, 17)
}

export function createSecretAccessKey(bytes: ByteSource): string {
  return bytes('secret access key', 30).toString('base64')
}

/** As long as the console's: 64 characters of base32. */
export function createTotpSecret(bytes: ByteSource, serialNumber: string): string {
  return base32(bytes(`secret of ${serialNumber}`, 40))
}

export function createSessionKeyId(): string {
  return 'ASIA' + base32(randomBytes(10))
}

/** With each character that a shell or an URL might take amiss. */
export function createSessionToken(): string {
  for (;;) {
    const token = randomBytes(400).toString('base64')
    if (/\+/.test(token) && /\//.test(token) && token.endsWith('=')) return token
  }
}

function base32(bytes: Buffer): string {
  return new Secret({ buffer: new Uint8Array(bytes).buffer }).base32
}
