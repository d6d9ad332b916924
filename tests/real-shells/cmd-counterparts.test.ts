import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'

const folder = import.meta.dirname
const read = (file: string) => readFileSync(join(folder, file), 'utf8')
const unquoted = (text: string) => text.replaceAll("\\'", "'")

/** The rows of the README: a test that runs in every shell of the table, and what says the same for cmd. */
const rows = [...read('README.md').matchAll(/^\| (.+?) \| (.+) \|$/gm)]
  .map(([, test = '', counterpart = '']) => [test, counterpart].map((cell) => cell.replaceAll('\\|', '|')))
  .filter(([test]) => test !== 'in every shell of the table')

/** The tests of a file that run in every shell: those without a choice of shells behind them. */
function testsInEveryShell(file: string): string[] {
  const blocks = read(file).matchAll(/^describeEachShell\('([^'\n]+)', \(shell\) => \{\n(.*?)^\}\)/gms)
  return [...blocks].flatMap(([, title, body = '']) =>
    [...body.matchAll(/^ {2}it(?:\.skipIf\(.*\))?\(\s*['`](.*?)['`$]/gm)].map(
      ([, test = '']) => `${title}: ${unquoted(test)}`,
    ),
  )
}

it('every test that runs in every shell of the table has a word on cmd', () => {
  const tests = readdirSync(folder)
    .filter((file) => file.endsWith('.test.ts'))
    .flatMap(testsInEveryShell)
  // Else the pattern finds them no longer.
  expect(tests.length).toBeGreaterThanOrEqual(20)
  const known = rows.map(([test]) => test)
  expect(tests.filter((test) => !known.includes(test))).toEqual([])
})

it('what the README names for cmd is a test of cmd', () => {
  const counterparts = rows
    .map(([, counterpart = '']) => counterpart)
    .filter((text) => !text.startsWith('none: '))
  const missing = counterparts.filter((counterpart) => {
    const [file, title = ''] = counterpart.split(/: (.*)/)
    return !unquoted(read(`${file}.test.ts`)).includes(`'${title}`)
  })
  expect(missing).toEqual([])
})
