const inHeader = 1
const inKey = 2
const kinds = new Uint8Array(256)
for (const character of '0123456789abcdefghijklmnopqrstuvwxyz_-')
  kinds[character.charCodeAt(0)] = inHeader | inKey
for (const character of 'ABCDEFGHIJKLMNOPQRSTUVWXYZ .@/+%:') kinds[character.charCodeAt(0)] = inHeader

const [feed, carriage, space, hash, semicolon, equals, open, close] = [10, 13, 32, 35, 59, 61, 91, 93]

/** A section with more keys than this is left to a parser that looks them up in a set. */
const keys = new Int32Array(40)

/**
 * The offset behind the section whose header begins at that offset, where another such header follows or the file
 * ends, if nothing but its header and the names of its keys has to be read to know that all tools find it and none
 * refuses the file for it: it consists of `[header]`, lines that are empty or begin with `#` or `;`, and lines that
 * begin with `key =` or `key=`, each key once and in lower case. Since a file may have 100,000 sections, of which one
 * is asked for, a byte takes a step, and nothing is kept.
 * @param bytes in which every carriage return stands before a line feed
 * @returns -1 for every other section: whether it has a defect has to be read line by line
 */
export function scanPlainSection(bytes: Uint8Array, start: number): number {
  const first = plainHeaderEnd(bytes, start)
  if (first < 0) return -1
  let keyCount = 0
  let at = nextLine(bytes, first)
  while (at < bytes.length) {
    const byte = bytes[at]
    if (byte === open) return plainHeaderEnd(bytes, at) < 0 ? -1 : at
    if (isKind(byte, inKey)) {
      let key = 0
      for (; isKind(bytes[at], inKey); at += 1) key = step(key, bytes[at])
      // Two keys may seem the same and not be; that is for the other parser to tell.
      if (keyCount === keys.length || isAmong(key, keyCount)) return -1
      keys[keyCount] = key
      keyCount += 1
      while (bytes[at] === space) at += 1
      if (bytes[at] !== equals) return -1
    } else if (byte !== feed && byte !== carriage && byte !== hash && byte !== semicolon) return -1
    at = nextLine(bytes, at)
  }
  return at
}

/** A loop, since a view of the array costs more than all else. */
function isAmong(key: number, keyCount: number): boolean {
  for (let index = 0; index < keyCount; index += 1) if (keys[index] === key) return true
  return false
}

/** The offset of the `]` of a line that is nothing but a header; else -1. */
export function plainHeaderEnd(bytes: Uint8Array, start: number): number {
  if (bytes[start] !== open) return -1
  let at = start + 1
  while (isKind(bytes[at], inHeader)) at += 1
  if (at === start + 1 || bytes[at] !== close) return -1
  const behind = bytes[at + 1]
  return behind === feed || behind === carriage || behind === undefined ? at : -1
}

/** The offset of the `[` of the plain header that a character may be one of; else -1. */
export function plainHeaderStart(bytes: Uint8Array, at: number): number {
  let start = at
  while (isKind(bytes[start - 1], inHeader)) start -= 1
  return bytes[start - 1] === open ? start - 1 : -1
}

/** A number of 53 bits, the same for the same bytes. Others seldom have it too. */
export function fingerprintOf(bytes: Uint8Array, start: number, end: number): number {
  let high = 0
  let low = 0
  for (let at = start; at < end; at += 1) {
    high = step(high, bytes[at])
    low = Math.imul(low, 0x01000193) ^ (bytes[at] ?? 0)
  }
  return (high >>> 0) * 0x20_0000 + (low & 0x1f_ffff)
}

function step(sum: number, byte = 0): number {
  return (Math.imul(sum, 31) + byte) | 0
}

function isKind(byte: number | undefined, kind: number): boolean {
  return byte !== undefined && ((kinds[byte] ?? 0) & kind) !== 0
}

function nextLine(bytes: Uint8Array, start: number): number {
  let at = start
  while (at < bytes.length && bytes[at] !== feed) at += 1
  return at < bytes.length ? at + 1 : at
}
