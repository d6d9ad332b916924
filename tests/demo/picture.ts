// The picture in the README, of a real run: `npm run picture`.

import { mkdir, writeFile } from 'node:fs/promises'
import { renderTerminal, themes } from './render-terminal.ts'
import { playSession } from './session.ts'

const folder = new URL('../../docs/', import.meta.url)
const lines = await playSession()
await mkdir(folder, { recursive: true })
for (const theme of themes)
  await writeFile(new URL(`terminal-${theme}.svg`, folder), renderTerminal(lines, theme))
