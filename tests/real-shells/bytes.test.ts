import { expect, it } from 'vitest'
import { describeEachShell } from './each-shell.ts'
import { itInGerman } from './locale.ts'
import { findWrongValues } from './round-trip.ts'
import { isBourne, isOwn } from './shells.ts'

const bytes = Array.from({ length: 255 }, (_, index) => String.fromCharCode(index + 1)).flatMap((byte) => [
  byte,
  `a${byte}b`,
  `${byte}'`,
  `'!${byte}`,
  `\\${byte}`,
  `"${byte}`,
  // Beside parts of a character of several bytes.
  `${byte}\xa0`,
  `\xc3${byte}`,
])

// Through the dialect of one character a byte: what it prints for text, it prints for any bytes.
describeEachShell(
  'a byte from 1 to 255',
  (shell) => {
    it.each(['C', 'C.UTF-8'])('reaches a child under LC_ALL=%s', async (locale) => {
      const environment = { LC_ALL: locale }
      expect(await findWrongValues(shell, bytes, { encoding: 'latin1', environment })).toEqual([])
    })

    if (isOwn(shell))
      itInGerman('ISO-8859-1', 'reaches a child', async (environment) => {
        expect(await findWrongValues(shell, bytes, { encoding: 'latin1', environment })).toEqual([])
      })
  },
  isBourne,
)
