// @module-tag slow
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { hasOpenssl } from '../aws/private-authority.ts'
import { findOnPath } from '../real-shells/shells.ts'
import { themes } from './render-terminal.ts'
import { playSession } from './session.ts'

const missing = [
  ...(findOnPath('tmux') ? [] : ['tmux']),
  ...(findOnPath('aws') ? [] : ['the AWS CLI']),
  ...(hasOpenssl ? [] : ['openssl']),
]

/** The texts of a picture, with what differs from run to run blotted out. */
function readPicture(name: string): string[] {
  const svg = readFileSync(new URL(`../../docs/${name}.svg`, import.meta.url), 'utf8')
  const texts = [...svg.matchAll(/<text [^>]*>(.*?)<\/text>/g)].map(([, text = '']) => text)
  return texts.map((text) => blot(text.replace(/<[^>]*>/g, '').replaceAll('&gt;', '>')))
}

function blot(line: string): string {
  return line
    .replace(/\d{4}-\d\d-\d\dT[\d:]+Z/g, 'TIME')
    .replace(/\b\d{6}$/, 'CODE')
    .replace(/key \.\.\.\w{4}/, 'key')
}

describe.skipIf(missing.length > 0)(
  `the picture in the README (${missing.join(', ') || 'all is here'})`,
  () => {
    it('shows what a terminal shows', { timeout: 120_000 }, async () => {
      const shown = (await playSession()).map(blot)
      for (const theme of themes) expect(readPicture(`terminal-${theme}`)).toEqual(shown)
    })
  },
)
