import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Measuring, measure } from './measure.ts'
import type { Node } from './programs.ts'
import { renderTable } from './render-table.ts'
import { bundle } from './variants.ts'

/** How the time grows with profiles, the size of the files, and callers at once. */
export function measureGrowth(nodes: readonly Node[], measuring: Measuring): string[] {
  const node = nodes.find(({ line }) => line === '24')?.path ?? ''
  return [...growthOfFiles(node, measuring), '', ...growthOfCallers(node, measuring)]
}

const keys =
  'aws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY\n'

/** The files of a home: text after text until there are so many profiles or bytes. */
const homes = [
  { name: '10 profiles', config: 10, credentials: 0 },
  { name: '1,000 profiles', config: 1000, credentials: 0 },
  { name: '10,000 profiles', config: 10_000, credentials: 0 },
  { name: 'credentials file of 1 MB', config: 10, credentials: 1_000_000 },
  { name: 'credentials file of 10 MB', config: 10, credentials: 10_000_000 },
] as const

function growthOfFiles(node: string, measuring: Measuring): string[] {
  const variants = homes.flatMap(({ name, config, credentials }, index) => {
    const home = join(measuring.folder, `home-${index}`)
    const files = [join(home, '.aws', 'config'), join(home, '.aws', 'credentials')]
    writeHome(files, config, credentials)
    const variables = { HOME: home }
    execFileSync(node, [bundle, '-s', 'sh', '123456'], {
      env: { ...measuring.environment, ...variables },
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    const read = `for (const f of ${JSON.stringify(files)}) require('node:fs').readFileSync(f)`
    return [
      { name, command: [node, bundle, '-s', 'sh'], variables },
      { name: `reading ${name}`, command: [node, '-e', read], variables },
    ]
  })
  const times = measure(variants, { ...measuring, rounds: Math.ceil(measuring.rounds / 3) })
  const time = (name: string) => (times.get(name) ?? Number.NaN) * 1000
  const rows = homes.map(({ name }) => [
    name,
    (time(name) / time(homes[0].name)).toFixed(2),
    (time(name) - time(homes[0].name)).toFixed(0),
    (time(`reading ${name}`) - time(`reading ${homes[0].name}`)).toFixed(0),
    (time(name) / time(`reading ${name}`)).toFixed(2),
  ])
  return renderTable(
    [
      'a cached session, Node.js 24, with',
      'to 10 profiles',
      'ms more',
      'ms more of a plain read',
      'to a plain read',
    ],
    rows,
  )
}

function writeHome(
  [config = '', credentials = '']: readonly string[],
  profiles: number,
  bytes: number,
): void {
  mkdirSync(join(config, '..'), { recursive: true })
  const settings = Array.from(
    { length: profiles },
    (_, index) =>
      `[profile team-${index}]\nregion = eu-west-1\nrole_arn = arn:aws:iam::123456789012:role/team-${index}\nsource_profile = default\n\n`,
  )
  writeFileSync(config, settings.join(''))
  const sections = [`[default]\n${keys}`]
  const each = `[person-00000]\n${keys}`.length
  for (let index = 0; index * each < bytes; index += 1)
    sections.push(`[person-${String(index).padStart(5, '0')}]\n${keys}`)
  writeFileSync(credentials, sections.join(''))
}

/**
 * CPU time of callers that begin at once, beside that of as many one after another; an empty script's, too: what that
 * has more is the machine's share, whose cores have a cache and a clock in common.
 */
function growthOfCallers(node: string, { environment }: Measuring): string[] {
  const cpuSeconds = (words: readonly string[], count: number, together: boolean) => {
    const script = `i=0; while [ $i -lt ${count} ]; do "$@" >/dev/null ${together ? '&' : ';'} i=$((i + 1)); done; wait; times`
    const [, children = ''] = execFileSync('/bin/bash', ['-c', script, 'bash', node, ...words], {
      env: environment,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).split('\n')
    return [...children.matchAll(/(\d+)m([\d.]+)s/g)].reduce(
      (sum, [, m, s]) => sum + Number(m) * 60 + Number(s),
      0,
    )
  }
  const ratio = (words: readonly string[], count: number) => {
    const ratios = [1, 2, 3].map(() => cpuSeconds(words, count, true) / cpuSeconds(words, count, false))
    return Math.min(...ratios).toFixed(2)
  }
  const rows = [10, 50].map((count) => [
    `${count}`,
    ratio([bundle, '-s', 'sh'], count),
    '≤ 1',
    ratio(['-e', '0'], count),
  ])
  return renderTable(
    ['callers at once, cached', 'CPU time to that of as many one after another', 'goal', '`node -e 0` so'],
    rows,
  )
}
