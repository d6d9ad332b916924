import { spawnSync } from 'node:child_process'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { answerBash } from '../../src/completion/bash.ts'
import { findOnPath } from '../real-shells/shells.ts'

const breaks = ' \t\n"\'@><=;|&(:'

/** What is put behind the open quote, or the space, at the end of the line, for each of the names. */
function answers(quote: string, names: readonly string[]): string[] {
  const candidates = names.map((value) => ({ value, help: '' }))
  const line = `aws-mfa-env -p ${quote}`
  const text = answerBash([breaks, line, 'aws-mfa-env', '-p', quote], () => ({ before: '', candidates }))
  return text.split('\n').slice(0, -1)
}

/** What real bash reads there. */
function readByBash(words: readonly string[]): string[] {
  const text = `printf '%s\\0' ${words.join(' ')}`
  const { stdout } = spawnSync('bash', ['--noprofile', '--norc'], { input: text, encoding: 'utf8' })
  return stdout.split('\0').slice(0, -1)
}

describe.skipIf(findOnPath('bash') === undefined)('a name of any characters', { tags: 'slow' }, () => {
  it.each(['', "'", '"'])('is the same name for bash behind %s', (quote) => {
    const name = fc
      .string({ unit: 'binary', minLength: 1, maxLength: 12 })
      .filter((text) => !/\p{C}/u.test(text))
    const special = fc.string({ unit: fc.constantFrom(...'\'"\\$`!~#*?[]{}()<>|&;=: a%@^-'), minLength: 1 })
    const names = fc.uniqueArray(fc.oneof(name, special), { minLength: 40, maxLength: 40 })
    const whole = (answer: string) => `${quote}${answer}${quote}`
    fc.assert(
      fc.property(names, (given) => {
        expect(readByBash(answers(quote, given).map(whole))).toEqual(given)
      }),
      { numRuns: 20 },
    )
  })
})

/** The line up to the cursor, COMP_WORDS up to the cursor's, and the words that are understood. */
const lines: readonly (readonly [line: string, pieces: readonly string[], words: readonly string[]])[] = [
  ['p --profile wo', ['p', '--profile', 'wo'], ['p', '--profile', 'wo']],
  ['p --profile=wo', ['p', '--profile', '=', 'wo'], ['p', '--profile=wo']],
  ['p --profile=', ['p', '--profile', '='], ['p', '--profile=']],
  ['p  --profile = wo', ['p', '--profile', '=', 'wo'], ['p', '--profile', '=', 'wo']],
  ['p a:b:', ['p', 'a', ':', 'b', ':'], ['p', 'a:b:']],
  // bash 3.2 divides at blanks alone.
  ['p --profile=wo', ['p', '--profile=wo'], ['p', '--profile=wo']],
  // The cursor is in the middle of the last one.
  ['p --profile=w', ['p', '--profile', '=', 'work'], ['p', '--profile=w']],
  ['p ', ['p', ''], ['p', '']],
  [`p "a b" 'c d' e\\ f `, ['p', '"a b"', "'c d'", 'e\\ f', ''], ['p', 'a b', 'c d', 'e f', '']],
  [`p "a\\"\\\\\\n\\$"x 'y`, ['p', '"a\\"\\\\\\n\\$"x', "'y"], ['p', 'a"\\\\n$x', 'y']],
]

describe('the words of a line', () => {
  it.each(lines)('of %j in %j', (line, pieces, expected) => {
    let understood: readonly string[] = []
    answerBash([breaks, line, ...pieces], (words) => {
      understood = words
      return { before: '', candidates: [] }
    })
    expect(understood).toEqual(expected)
  })
})

/** The word at the cursor, what it is completed to, and what readline is to put behind what it leaves as it is. */
const cuts: readonly (readonly [typed: string, completed: string, answer: string])[] = [
  ['', 'a:b', 'a:b'],
  ['a', 'a:b', 'a:b'],
  ['a:', 'a:b', 'b'],
  ['--profile=', '--profile=a b', 'a\\ b'],
  ["--profile='", '--profile=a b', 'a b'],
  ['--profile="a', '--profile=a$b', 'a\\$b'],
  ["'a:", 'a:b', 'a:b'],
  ['a\\:', 'a:b', 'a:b'],
  ['a\\\\:', 'a\\:b', 'b'],
  ['a\\&b:', 'a&b:c', 'c'],
]

describe('the answer', () => {
  it.each(cuts)('at %j to %j', (typed, completed, answer) => {
    const candidates = [completed, 'another'].map((value) => ({ value, help: '' }))
    const told = answerBash([breaks, `p ${typed}`, 'p', typed], () => ({ before: '', candidates }))
    expect(told.split('\n')[0]).toBe(answer)
    if (typed !== '' && typed !== 'a') expect(told).toBe(`${answer}\n`)
  })

  it('is cut where the user has it cut', () => {
    const candidates = [{ value: 'a:b', help: '' }]
    expect(answerBash([' ', 'p a:', 'p', 'a:'], () => ({ before: '', candidates }))).toBe('a:b\n')
  })

  it('that is another command is the place of its first piece', () => {
    const pieces = ['p', 'exec', '--profile', '=', 'work', 'ls', '-']
    const told = answerBash([breaks, 'p exec --profile=work ls -', ...pieces], () => ({ commandAt: 3 }))
    expect(told).toBe('\t5\n')
  })
})
