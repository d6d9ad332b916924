import fc from 'fast-check'
import { hostileCharacters } from '../real-shells/hostile-values.ts'
import { counts } from './counts.ts'

const hostile = fc.constantFrom(...hostileCharacters)
const anyCharacter = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 })

/** Any text, and more often one of what shells find special. fast-check can make each of them smaller. */
const text = fc.oneof(
  fc.string({ unit: hostile, maxLength: 24 }),
  fc.string({ unit: 'binary', maxLength: 24 }),
  fc.string({ unit: fc.oneof(hostile, anyCharacter), maxLength: 24 }),
)

const printableAscii = Array.from({ length: 95 }, (_, code) => String.fromCharCode(32 + code))

/** For a shell that takes little else. */
export const asciiText = fc.string({ unit: fc.constantFrom(...printableAscii), maxLength: 24 })

/** A way to set strings in a shell, and to find those that came wrong. */
export interface Setter {
  readonly texts?: fc.Arbitrary<string>
  isSayable(text: string): boolean
  findWrong(texts: readonly string[]): Promise<readonly string[]>
}

// What one start of a shell sets; together less than the system gives all arguments and variables of a process.
const batchLength = 500

/** Tries so many random strings; of those that come wrong it gives one, made as small as this shell lets it be. */
export async function findSmallestWrong({ texts = text, isSayable, findWrong }: Setter) {
  const sayable = texts.filter(isSayable)
  let tried = 0
  for (let seed = 1; tried < counts.shellStrings; seed++) {
    const numRuns = Math.min(batchLength, counts.shellStrings - tried)
    const [wrong] = await findWrong(fc.sample(sayable, { numRuns, seed }))
    tried += numRuns
    if (wrong === undefined) continue
    const isRight = async (one: string) => {
      fc.pre(isSayable(one))
      return (await findWrong([one])).length === 0
    }
    const { counterexample } = await fc.check(fc.asyncProperty(texts, isRight), {
      examples: [[wrong]],
      numRuns: 1,
    })
    return { tried, smallest: counterexample?.[0] ?? wrong }
  }
  return { tried, smallest: undefined }
}
