import { describe, expect, it } from 'vitest'
import { computeTokenCode, UsedTokenCodes } from './token-codes.ts'
import { createUser } from './users.ts'

const [device] = createUser({}).devices
if (!device) throw new Error('a user without a device')
const now = 1_700_000_010_000
const codeAt = (seconds: number) => computeTokenCode(device.totpSecret, now + seconds * 1000)

describe('computeTokenCode', () => {
  // RFC 6238, appendix B: SHA1, the last six of eight digits. The secret is 12345678901234567890.
  it.each([
    [59, '287082'],
    [1111111109, '081804'],
    [1111111111, '050471'],
    [1234567890, '005924'],
    [2000000000, '279037'],
  ])('gives at %i s the code of RFC 6238, %s', (seconds, code) => {
    expect(computeTokenCode('GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ', seconds * 1000)).toBe(code)
  })
})

describe('UsedTokenCodes', () => {
  it.each([
    [-60, false],
    [-30, true],
    [0, true],
    [30, true],
    [60, false],
  ])('judges the code of %i s from now: %s', (seconds, right) => {
    expect(new UsedTokenCodes().spend(device, codeAt(seconds), now)).toBe(right)
  })

  it.each([
    { used: 0, next: 0, right: false },
    { used: 0, next: -30, right: false },
    { used: 0, next: 30, right: true },
    { used: -30, next: 0, right: true },
    { used: 30, next: 0, right: false },
  ])('after the code of $used s, judges that of $next s: $right', ({ used, next, right }) => {
    const codes = new UsedTokenCodes()
    expect(codes.spend(device, codeAt(used), now)).toBe(true)
    expect(codes.spend(device, codeAt(next), now)).toBe(right)
  })

  it('a wrong code spends nothing', () => {
    const codes = new UsedTokenCodes()
    const wrong = codeAt(0).replace(/\d$/, (digit) => String((Number(digit) + 1) % 10))
    expect(codes.spend(device, wrong, now)).toBe(false)
    expect(codes.spend(device, codeAt(0), now)).toBe(true)
  })

  it('keeps devices apart', () => {
    const codes = new UsedTokenCodes()
    const [other] = createUser({}).devices
    codes.spend(device, codeAt(30), now)
    expect(other && codes.spend(other, computeTokenCode(other.totpSecret, now), now)).toBe(true)
  })

  it('finds two unused codes at a time, then says what to do', () => {
    const codes = new UsedTokenCodes()
    for (const seconds of [0, 30]) {
      expect(codes.findUnused(device, now)).toBe(codeAt(seconds))
      expect(codes.spend(device, codes.findUnused(device, now), now)).toBe(true)
    }
    expect(() => codes.findUnused(device, now)).toThrow('addUser()')
  })
})
