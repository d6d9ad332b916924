import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { changedVariables, restorableVariables } from '../../src/variables/names.ts'
import { decodeState, encodeState, recordable, type State } from '../../src/variables/state.ts'
import { source, text } from './arbitraries.ts'

const state: fc.Arbitrary<State> = fc.record({
  source,
  issuedAt: fc.constantFrom('2029-12-31T12:00:00Z', '1999-12-31T23:59:59Z'),
  serialNumber: fc.stringMatching(/^[\w+=/:,.@-]{9,256}$/),
  accessKeyId: fc.stringMatching(/^[A-Z0-9]{16,128}$/),
  expiration: fc.constantFrom('2030-01-01T00:00:00Z', '1999-12-31T23:59:59Z'),
  displaced: fc.uniqueArray(
    fc
      .record({
        name: fc.constantFrom(...changedVariables),
        found: fc.option(text),
        left: fc.option(text),
      })
      .map((one) => (restorableVariables.includes(one.name) ? one : { ...one, found: null })),
    { selector: ({ name }) => name },
  ),
})

const plain: State = {
  source: { profile: 'work' },
  serialNumber: 'GAHT12345678',
  issuedAt: '2029-12-31T12:00:00Z',
  accessKeyId: 'ASIA0000000000000000',
  expiration: '2030-01-01T00:00:00Z',
  displaced: [{ name: 'AWS_PROFILE', found: 'work', left: null }],
}
const record = {
  version: 1,
  source: { profile: 'work' },
  serialNumber: 'GAHT12345678',
  issuedAt: '2029-12-31T12:00:00Z',
  accessKeyId: 'ASIA0000000000000000',
  expiration: '2030-01-01T00:00:00Z',
  displaced: [['AWS_PROFILE', 'work', null]],
}
const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')

describe('the state', () => {
  it('of somebody else installs no keys, no session and no empty value', () => {
    for (const [name, found] of [
      ['AWS_ACCESS_KEY_ID', 'AKIA0000000000000000'],
      ['AWS_SECRET_ACCESS_KEY', 'secret'],
      ['AWS_SESSION_TOKEN', 'token'],
      ['AWS_SECURITY_TOKEN', 'token'],
      ['AWS_CREDENTIAL_EXPIRATION', '2030-01-01T00:00:00Z'],
      ['AWS_PROFILE', ''],
    ]) {
      expect(decodeState(encoded({ ...record, displaced: [[name, found, null]] }))).toBeUndefined()
    }
    const twice = [
      ['AWS_PROFILE', 'a', null],
      ['AWS_PROFILE', 'b', null],
    ]
    expect(decodeState(encoded({ ...record, displaced: twice }))).toBeUndefined()
  })

  it('comes back as it was written', () => {
    fc.assert(
      fc.property(state, (one) => {
        expect(decodeState(encodeState(one))).toEqual(one)
      }),
    )
  })

  it('needs no quoting in any shell', () => {
    fc.assert(
      fc.property(state, (one) => {
        expect(encodeState(one)).toMatch(/^[A-Za-z0-9_-]+$/)
      }),
    )
  })

  it('has one form', () => {
    expect(encodeState(plain)).toBe(encoded(record))
    expect(decodeState(encoded(record))).toEqual(plain)
  })

  it('names a profile or a key, not both', () => {
    const both = { profile: 'work', accessKeyId: 'AKIA0000000000000000' }
    expect(decodeState(encoded({ ...record, source: both }))?.source).toEqual({ profile: 'work' })
    expect(decodeState(encoded({ ...record, source: { accessKeyId: both.accessKeyId } }))?.source).toEqual({
      accessKeyId: both.accessKeyId,
    })
  })

  it('holds a digest in the place of a secret', () => {
    expect(recordable('AWS_SECRET_ACCESS_KEY', 'abc')).toBe('sha256:ungWv48Bz-pBQUDeXa4iI7')
    expect(recordable('AWS_SESSION_TOKEN', 'abc')).toBe('sha256:ungWv48Bz-pBQUDeXa4iI7')
    expect(recordable('AWS_PROFILE', 'abc')).toBe('abc')
  })
})

describe('a damaged state is absent', () => {
  const damaged: [name: string, text: string | undefined][] = [
    ['none', undefined],
    ['empty', ''],
    ['no base64url', '{}'],
    ['a line end behind it', `${encoded(record)}\n`],
    ['blanks around it', ` ${encoded(record)} `],
    ['padding', `${encoded(record)}=`],
    ['no JSON', Buffer.from('{"version":1').toString('base64url')],
    ['no object', encoded('text')],
    ['null', encoded(null)],
    ['a list', encoded([record])],
    ['too long', encoded({ ...record, more: 'x'.repeat(16_384) })],
    ['another version', encoded({ ...record, version: 2 })],
    ['the version as a text', encoded({ ...record, version: '1' })],
    ['no source', encoded({ ...record, source: {} })],
    ['an empty profile', encoded({ ...record, source: { profile: '' } })],
    ['a profile with NUL', encoded({ ...record, source: { profile: 'a\0' } })],
    ['a number for a profile', encoded({ ...record, source: { profile: 1 } })],
    ['null for a source', encoded({ ...record, source: null })],
    ['a key id with a quote', encoded({ ...record, accessKeyId: "ASIA000000000000000'" })],
    ['a key id with a line end', encoded({ ...record, accessKeyId: 'ASIA0000000000000000\n' })],
    ['a short serial number', encoded({ ...record, serialNumber: 'GAHT' })],
    ['a serial number with a blank', encoded({ ...record, serialNumber: 'GAHT 12345678' })],
    ['a time without its zone', encoded({ ...record, expiration: '2030-01-01T00:00:00' })],
    ['no such day', encoded({ ...record, expiration: '2030-13-01T00:00:00Z' })],
    ['a number for a time', encoded({ ...record, expiration: 1893456000 })],
    ['no list', encoded({ ...record, displaced: {} })],
    ['another variable', encoded({ ...record, displaced: [['PATH', 'a', null]] })],
    [
      'another variable among ours',
      encoded({ ...record, displaced: [...record.displaced, ['LD_PRELOAD', 'a', null]] }),
    ],
    ['a name of an object', encoded({ ...record, displaced: [['__proto__', 'a', null]] })],
    ['the state itself', encoded({ ...record, displaced: [['AWS_MFA_ENV_STATE', 'a', null]] })],
    ['another case', encoded({ ...record, displaced: [['aws_profile', 'a', null]] })],
    ['a list for a name', encoded({ ...record, displaced: [[['AWS_PROFILE'], 'a', null]] })],
    ['two of three', encoded({ ...record, displaced: [['AWS_PROFILE', 'a']] })],
    [
      'an object for three',
      encoded({ ...record, displaced: [{ name: 'AWS_PROFILE', found: 'a', left: null }] }),
    ],
    ['NUL in a value', encoded({ ...record, displaced: [['AWS_PROFILE', 'a\0b', null]] })],
    ['a number for a value', encoded({ ...record, displaced: [['AWS_PROFILE', 1, null]] })],
    ['an object for a value', encoded({ ...record, displaced: [['AWS_PROFILE', null, {}]] })],
    [
      'a value that is too long',
      encoded({ ...record, displaced: [['AWS_PROFILE', 'a'.repeat(4097), null]] }),
    ],
    [
      'more than there are',
      encoded({ ...record, displaced: Array.from({ length: 12 }, () => record.displaced[0]) }),
    ],
  ]
  it.each(damaged)('%s', (_, text) => {
    expect(decodeState(text)).toBeUndefined()
  })

  const hostile = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.base64String(),
    fc.json().map((json) => Buffer.from(json).toString('base64url')),
    fc.uint8Array().map((bytes) => Buffer.from(bytes).toString('base64url')),
    fc
      .record(
        Object.fromEntries(
          Object.entries(record).map(([key, value]) => [key, fc.oneof(fc.constant(value), fc.anything())]),
        ),
        { requiredKeys: [] },
      )
      .map((value) => encoded(jsonable(value))),
    fc
      .array(
        fc.tuple(fc.oneof(fc.constantFrom<string>(...changedVariables), fc.string()), fc.json(), fc.json()),
      )
      .map((displaced) => encoded({ ...record, displaced })),
    // A good one with a few characters changed, or cut short.
    fc.tuple(state, fc.nat(400), fc.string({ maxLength: 3 }), fc.nat(3)).map(([one, at, inserted, cut]) => {
      const good = encodeState(one)
      return good.slice(0, at) + inserted + good.slice(at + cut)
    }),
  )

  it('and never a failure, a name beyond the list, or a value that no variable can hold', () => {
    fc.assert(
      fc.property(hostile, (one) => {
        const decoded = decodeState(one)
        if (decoded === undefined) return
        const known: readonly string[] = changedVariables
        for (const { name, found, left } of decoded.displaced) {
          expect(known).toContain(name)
          for (const value of [found, left]) {
            expect(value === null || (typeof value === 'string' && !value.includes('\0'))).toBe(true)
          }
        }
        expect(Object.keys(decoded.source)).toHaveLength(1)
        expect(decodeState(encodeState(decoded))).toEqual(decoded)
      }),
      { numRuns: 3000 },
    )
  })
})

/** JSON has no functions, cycles or big integers. */
function jsonable(value: unknown): unknown {
  try {
    JSON.stringify(value)
    return value
  } catch {
    return null
  }
}
