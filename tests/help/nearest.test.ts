import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { findNearest } from '../../src/help/nearest.ts'
import { commandWords, type OptionName, options } from '../../src/options.ts'

const optionNames = Object.keys(options) as OptionName[]

/** One slip of the finger at a place in a word. */
const slips: readonly ((word: string, at: number, letter: string) => string)[] = [
  (word, at) => word.slice(0, at) + word.slice(at + 1),
  (word, at, letter) => word.slice(0, at) + letter + word.slice(at),
  (word, at, letter) => word.slice(0, at) + letter + word.slice(at + 1),
  (word, at) => word.slice(0, at) + (word[at + 1] ?? '') + (word[at] ?? '') + word.slice(at + 2),
]

const letter = fc.constantFrom(...'abcdefghijklmnopqrstuvwxyz-')

describe('the nearest name', () => {
  it('is found behind one slip in a command, and two in a long one', () => {
    const slip = fc.tuple(fc.constantFrom(...slips), fc.nat(17), letter)
    fc.assert(
      fc.property(
        fc.constantFrom(...commandWords),
        fc.array(slip, { minLength: 1, maxLength: 2 }),
        (word, made) => {
          const few = word.length < 8 ? made.slice(0, 1) : made
          const typed = few.reduce(
            (text, [slipped, at, other]) => slipped(text, at % word.length, other),
            word as string,
          )
          expect(findNearest(typed, commandWords)).toBe(word)
        },
      ),
    )
  })

  it.each([
    ['frofile', 'profile'],
    ['PROFILE', 'profile'],
    ['serial', 'serial-number'],
    ['duration', 'duration-seconds'],
    ['endpoint', 'endpoint-url'],
    ['mfa', 'mfa-process'],
    ['no-cahce', 'no-cache'],
    ['nwe', 'new'],
    ['verison', 'version'],
  ])('of the option %s is %s', (typed, meant) => {
    expect(findNearest(typed, optionNames)).toBe(meant)
  })

  it.each(['x', 'no', 'pro-something-else', 'terraform', ''])('of %j is none', (typed) => {
    expect(findNearest(typed, optionNames)).toBeUndefined()
  })

  it('is none among none', () => {
    expect(findNearest('work', [])).toBeUndefined()
  })

  it('is found among more names than a call can take', () => {
    const names = Array.from({ length: 200_000 }, (_, index) => `team ${index}`)
    expect(findNearest('wrok', [...names, 'work'])).toBe('work')
  })
})
