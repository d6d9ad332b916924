import { execFileSync } from 'node:child_process'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { splitWindowsWords, splitWords } from '../../src/profiles/split-words.ts'
import { botocoreVersion } from './other-readers.ts'

const cases: readonly [text: string, unix: string[], windows: string[]][] = [
  ['', [], []],
  ['tool --user me', ['tool', '--user', 'me'], ['tool', '--user', 'me']],
  [' \ttool \t me ', ['tool', 'me'], ['tool', 'me']],
  ["tool 'a b'", ['tool', 'a b'], ['tool', "'a", "b'"]],
  [
    '"C:\\Program Files\\tool.exe" me',
    ['C:\\Program Files\\tool.exe', 'me'],
    ['C:\\Program Files\\tool.exe', 'me'],
  ],
  ['C:\\bin\\tool.exe me', ['C:bintool.exe', 'me'], ['C:\\bin\\tool.exe', 'me']],
  ['"a\\"b" c', ['a"b', 'c'], ['a"b', 'c']],
  ['tool "a\\\\" b\\\\', ['tool', 'a\\', 'b\\'], ['tool', 'a\\', 'b\\\\']],
  ['tool ""', ['tool', ''], ['tool', '']],
  ['tool "me', [], []],
]

describe('a command', () => {
  it.each(cases)('%j has its words', (text, unix, windows) => {
    expect(splitWords(text)).toEqual(unix)
    expect(splitWindowsWords(text)).toEqual(windows)
  })

  it.skipIf(botocoreVersion() === undefined)('has the words that botocore finds', { tags: 'slow' }, () => {
    const text = fc.string({
      unit: fc.constantFrom('a', 'é', ' ', '\t', '\n', '"', "'", '\\', '$'),
      maxLength: 12,
    })
    const texts = fc.sample(text, 20_000)
    const words = (platform: string) =>
      JSON.parse(
        execFileSync('python3', ['-c', program, platform], {
          input: JSON.stringify(texts),
          encoding: 'utf8',
          maxBuffer: 2 ** 28,
        }),
      )
    expect(texts.map(splitWords)).toEqual(words('linux'))
    expect(texts.map(splitWindowsWords)).toEqual(words('win32'))
  })
})

/** No words where botocore refuses the text. */
const program = `
import json, sys
from botocore.compat import compat_shell_split
def split(text):
    try:
        return compat_shell_split(text, sys.argv[1])
    except ValueError:
        return []
print(json.dumps([split(text) for text in json.load(sys.stdin)]))
`
