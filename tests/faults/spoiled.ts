import fc from 'fast-check'

/** One change to some bytes: a piece is taken out, put in, said twice or moved, or one byte is another. */
interface Slip {
  readonly kind: 'delete' | 'insert' | 'repeat' | 'replace' | 'truncate'
  /** From 0 to 1, of the whole. */
  readonly at: number
  readonly length: number
  readonly piece: Buffer
}

const slipOf = (pieces: readonly string[]): fc.Arbitrary<Slip> =>
  fc.record({
    kind: fc.constantFrom('delete', 'insert', 'insert', 'insert', 'repeat', 'replace', 'truncate'),
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    length: fc.integer({ min: 1, max: 60 }),
    piece: fc.oneof(
      fc.constantFrom(...pieces).map((piece) => Buffer.from(piece)),
      fc.uint8Array({ minLength: 1, maxLength: 4 }).map((bytes) => Buffer.from(bytes)),
      fc.string({ unit: 'binary', maxLength: 4 }).map((text) => Buffer.from(text)),
    ),
  })

/**
 * Good bytes with a few slips in them.
 * @param pieces what the reader may trip over
 */
export function spoil(seeds: readonly Buffer[], pieces: readonly string[]): fc.Arbitrary<Buffer> {
  return fc
    .tuple(fc.constantFrom(...seeds), fc.array(slipOf(pieces), { maxLength: 6 }))
    .map(([bytes, slips]) => slips.reduce(apply, bytes))
}

function apply(bytes: Buffer, { kind, at, length, piece }: Slip): Buffer {
  const start = Math.floor(at * bytes.length)
  const [before, taken, behind] = [
    bytes.subarray(0, start),
    bytes.subarray(start, start + length),
    bytes.subarray(start + length),
  ]
  switch (kind) {
    case 'delete':
      return Buffer.concat([before, behind])
    case 'insert':
      return Buffer.concat([before, piece, taken, behind])
    case 'repeat':
      return Buffer.concat([before, ...Array<Buffer>(length).fill(taken), behind])
    case 'replace':
      return Buffer.concat([before, piece, behind])
    case 'truncate':
      return before
  }
}
