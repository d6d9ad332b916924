import { expect, it } from 'vitest'
import { dialects } from '../../src/dialects/dialects.ts'
import type { Change } from '../../src/variables/change.ts'
import { describeEachShell } from '../real-shells/each-shell.ts'
import { findWrongValues, type RoundTripOptions } from '../real-shells/round-trip.ts'
import type { FoundShell } from '../real-shells/shells.ts'
import { recordFigure } from './figures.ts'
import { findSmallestWrong } from './random-strings.ts'

const tryStrings = (shell: FoundShell, options: RoundTripOptions = {}) =>
  findSmallestWrong({
    isSayable: (text) => dialects[shell.dialect].refusal(text) === undefined,
    findWrong: async (texts) =>
      (await findWrongValues(shell, texts, options)).map(({ value }) => JSON.parse(value) as string),
  })

describeEachShell('random strings', (shell) => {
  it('reach a child byte for byte', async () => {
    const { tried, smallest } = await tryStrings(shell)
    expect(smallest).toBeUndefined()
    recordFigure(`random strings in ${shell.name}, set and read by a child`, `${tried}, 0 wrong`)
  })
})

/** Forgets the dollar sign. */
function renderWrongly(changes: readonly Change[]): string {
  const quote = (value: string | null) => `"${value?.replace(/["\\`]/g, '\\$&')}"`
  return changes.map(({ name, value }) => `export ${name}=${quote(value)};\n`).join('')
}

describeEachShell(
  'a wrong quoter',
  (shell) => {
    it('is found, by a string that was made small', async () => {
      const { smallest } = await tryStrings(shell, { render: renderWrongly })
      expect(smallest).toMatch(/^\$.{1,2}$/su)
    })
  },
  ({ name }) => name === 'bash',
)
