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

/** They start so many processes at once that what else runs then gets too little of the machine. */
const crowds = ['load.test.ts', 'together.test.ts']

/** What is shared out, too, beside the rest that it belongs to. */
const elsewhere = ['tests/start.test.ts', 'tests/real-shells/transaction.test.ts']

const files = process.argv.slice(2)
const folder = mkdtempSync(join(tmpdir(), 'aws-mfa-env-'))
try {
  const figures = join(folder, 'figures')
  writeFileSync(figures, '')
  const run = (...words: string[]) =>
    spawnSync(process.execPath, [vitest, 'run', '--testTimeout=1800000', ...words], {
      env: { ...process.env, FAULTS: 'full', FAULTS_FIGURES: figures },
      stdio: 'inherit',
    }).status ?? 1
  const statuses =
    files.length > 0
      ? [run(...files.map((name) => `tests/faults/${name}`))]
      : [
          run('tests/faults/', ...elsewhere, ...crowds.map((name) => `--exclude=tests/faults/${name}`)),
          run('--no-file-parallelism', ...crowds.map((name) => `tests/faults/${name}`)),
        ]
  const table = renderFigures(figures)
  console.log(table)
  process.exitCode = Math.max(...statuses)
  if (process.exitCode === 0 && files.length === 0) {
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
