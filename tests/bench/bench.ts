// `npm run bench [-- ROUNDS RUNS]`: how long the tool takes, in ratios to the least that does the same.

import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, release, tmpdir, type } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { measureGrowth } from './growth.ts'
import { type Measuring, measure } from './measure.ts'
import { measureMemory } from './memory.ts'
import { bringNodes } from './programs.ts'
import { renderTable } from './render-table.ts'
import { compare, rows, variantsOf } from './variants.ts'

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))

const folder = mkdtempSync(join(tmpdir(), 'aws-mfa-env-bench-'))
const server = spawn(process.execPath, [here('answer.cjs')], { stdio: ['ignore', 'pipe', 'inherit'] })
try {
  const url = `http://127.0.0.1:${await firstLine(server.stdout)}`
  const [rounds = '12', runs = '4'] = process.argv.slice(2)
  const measuring: Measuring = {
    environment: makeHome(join(folder, 'home'), url),
    folder,
    rounds: Number(rounds),
    runs: Number(runs),
  }
  const nodes = bringNodes()
  const variants = variantsOf(nodes, measuring.environment, url)
  const times = measure(variants, measuring)
  const report = [
    '# How long it takes',
    '',
    `From one run of \`npm run bench\` on ${new Date().toISOString().slice(0, 10)}: medians of ${
      measuring.rounds * measuring.runs
    } runs of each, interleaved, in an environment built from nothing. ${type()} ${
      release().split('-')[0]
    }, ${cpus().length} cores; Node.js ${nodes.map(({ version }) => version).join(', ')}. Only ratios mean something: the`,
    'machine is a shared one. *bare* is [bare.cjs](bare.cjs), one `http.request` in CommonJS.',
    '',
    ...renderTable(['what', 'to what', 'ratio', 'goal', 'ms'], compare(rows, times)),
    '',
    ...measureMemory(nodes, measuring.environment, url),
    '',
    ...measureGrowth(nodes, measuring),
    '',
  ].join('\n')
  console.log(report)
  writeFileSync(here('README.md'), report)
} finally {
  server.kill()
  rmSync(folder, { recursive: true })
}

function firstLine(stream: NodeJS.ReadableStream): Promise<string> {
  return new Promise((resolve) => stream.once('data', (text) => resolve(`${text}`.trim())))
}

/** A home with keys in it, and the environment of somebody who asks the server. */
function makeHome(home: string, url: string): Record<string, string> {
  mkdirSync(join(home, '.aws'), { recursive: true })
  writeFileSync(
    join(home, '.aws', 'credentials'),
    '[default]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY\n',
  )
  return {
    PATH: '/usr/bin:/bin',
    HOME: home,
    AWS_MFA_SERIAL: 'arn:aws:iam::123456789012:mfa/alice',
    AWS_ENDPOINT_URL: url,
    AWS_DEFAULT_REGION: 'us-east-1',
  }
}
