/** Texts that must not be found where they do not belong, by what they are called. */
export type Canaries = Readonly<Record<string, string>>

// What a slip of the pen would leave of a secret is long enough to be worth something from here on.
const pieceLength = 12

/** Each canary that stands in a text: whole, in a piece, or in one of the usual disguises. */
export function findCanaries(text: string, canaries: Canaries): string[] {
  return Object.entries(canaries).flatMap(([name, canary]) => {
    if (pieces(canary).some((piece) => text.includes(piece))) return [name]
    return disguises
      .filter(({ disguise }) => disguise(canary).some((disguised) => text.includes(disguised)))
      .map(({ as }) => `${name} as ${as}`)
  })
}

function pieces(canary: string): string[] {
  if (canary.length <= pieceLength) return [canary]
  return Array.from({ length: canary.length - pieceLength + 1 }, (_, at) =>
    canary.slice(at, at + pieceLength),
  )
}

const disguises: readonly { as: string; disguise: (canary: string) => string[] }[] = [
  {
    as: 'base64',
    disguise: (canary) => [...encodings(canary, 'base64'), ...encodings(canary, 'base64url')],
  },
  { as: 'hex', disguise: (canary) => [hex(canary), hex(canary).toUpperCase()] },
  { as: 'UTF-16', disguise: (canary) => [Buffer.from(canary, 'utf16le').toString('latin1')] },
  { as: 'a part of a URL', disguise: (canary) => [encodeURIComponent(canary)] },
  { as: 'spaced out', disguise: (canary) => [[...canary].join(' ')] },
]

const hex = (canary: string) => Buffer.from(canary).toString('hex')

/** At each of the three places where it may stand in what was encoded, without what depends on its neighbors. */
function encodings(canary: string, encoding: 'base64' | 'base64url'): string[] {
  return [0, 1, 2].map((before) => {
    const encoded = Buffer.from('\0'.repeat(before) + canary)
      .toString(encoding)
      .replace(/=+$/, '')
    const whole = (before + canary.length) % 3 === 0
    return encoded.slice(before === 0 ? 0 : before + 1, whole ? undefined : -1)
  })
}
