// @module-tag slow
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseProfileDocument } from '../../src/profiles/document.ts'
import { generatePairs, neededKeys } from '../profiles/generated-files.ts'
import { nastyFiles } from '../profiles/nasty-files.ts'
import { profilesOf, useFolder } from '../profiles/sandbox.ts'
import { counts } from './counts.ts'
import { cpuSeconds, fuzz, unlessRefused } from './fuzz.ts'
import { spoil } from './spoiled.ts'

const folder = useFolder()

describe('the reader of profiles', () => {
  const seeds = [
    ...nastyFiles.map(({ bytes }) => bytes),
    ...generatePairs(50, 60, 1).flatMap(({ config, credentials }) => [config, credentials]),
  ]
  const pieces = [
    '[',
    ']',
    '[profile ',
    '[DEFAULT]',
    '=',
    ':',
    '#',
    ';',
    ' ',
    '\t',
    '\r',
    '\n',
    '\r\n',
    '\n ',
    '\\',
    '"',
    "'",
    '\0',
    '\ufeff',
    '\x85',
    '\u2028',
    '__proto__',
    'services = s',
    's3 =\n  region = x\n',
    ...neededKeys,
  ]

  it('has a value, none, or a reason for everything', async () => {
    const pair = fc.record({ config: spoil(seeds, pieces), credentials: spoil(seeds, pieces) })
    await fuzz('profile files', pair, counts.fuzzedFiles, async ({ config, credentials }) => {
      const profiles = await profilesOf(folder.path, {
        config,
        credentials,
      })
      for (const name of (await unlessRefused(() => profiles.names())) ?? []) {
        const profile = await unlessRefused(() => profiles.find(name))
        for (const key of neededKeys) await unlessRefused(() => profile?.setting(key))
        await unlessRefused(() => profile?.serviceEndpoint('sts'))
      }
    })
  })

  it.each([
    ' ',
    '\t',
    '[',
    ']',
    '=',
    ':',
    '#',
    ';',
    '"',
    '\\',
    '\r',
    '\0',
    'a',
    ' #',
    '\n ',
    '[a]\n',
    'a=\n',
  ])('takes no longer for many of %j than for other bytes', (piece) => {
    const start = cpuSeconds()
    for (const text of [
      `[a]\nb${piece.repeat(200_000)}`,
      `[${piece.repeat(200_000)}]\nb = c`,
      `[a]\nb = c${piece.repeat(200_000)}\n`,
    ]) {
      parseProfileDocument(Buffer.from(text)).sections(piece)
    }
    // Were it quadratic, it would be minutes.
    expect(cpuSeconds() - start).toBeLessThan(15)
  })
})
