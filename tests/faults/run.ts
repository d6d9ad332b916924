// `npm run test:faults [-- FILE…]`: all of each fault. Where every file has passed, the figures go into README.md;
// of a part of the files they are only shown.

import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, release, tmpdir, type } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Figure } from './figures.ts'

const readme = fileURLToPath(new URL('README.md', import.meta.url))
const vitest = fileURLToPath(new URL('../../node_modules/vitest/vitest.mjs', import.meta.url))
const mark = '<!-- figures -->\n'

const files = process.argv.slice(2)
const folder = mkdtempSync(join(tmpdir(), 'aws-mfa-env-'))
try {
  const figures = join(folder, 'figures')
  writeFileSync(figures, '')
  const filters = files.length === 0 ? ['tests/faults/'] : files.map((name) => `tests/faults/${name}`)
  const { status } = spawnSync(process.execPath, [vitest, 'run', '--testTimeout=1800000', ...filters], {
    env: { ...process.env, FAULTS: 'full', FAULTS_FIGURES: figures },
    stdio: 'inherit',
  })
  const table = renderFigures(figures)
  console.log(table)
  process.exitCode = status ?? 1
  if (status === 0 && files.length === 0) {
    const [head = ''] = readFileSync(readme, 'utf8').split(mark)
    writeFileSync(readme, head + mark + table)
  }
} finally {
  rmSync(folder, { recursive: true })
}

/** The rows as Markdown; those of a file stand together, in the order of the file's tests. */
function renderFigures(path: string): string {
  const lines = readFileSync(path, 'utf8').split('\n').slice(0, -1)
  const figures = lines.map((line) => JSON.parse(line) as Figure)
  const files = [...new Set(figures.map(({ file }) => file))].sort()
  const rows = files.flatMap((name) => figures.filter(({ file }) => file === name))
  const cell = (text: string) => text.replaceAll('|', '\\|')
  const machine = `${type()} ${release().split('-')[0]}, ${cpus().length} cores, Node.js ${process.versions.node}`
  return [
    `From one run of \`npm run test:faults\` on ${new Date().toISOString().slice(0, 10)} (${machine}):`,
    '',
    '| test | what | figure |',
    '|---|---|---|',
    ...rows.map(({ file, what, figure }) => `| ${file} | ${cell(what)} | ${cell(figure)} |`),
    '',
  ].join('\n')
}
