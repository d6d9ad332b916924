import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Variant } from './measure.ts'
import type { Node } from './programs.ts'

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))

export const bundle = here('../../dist/aws-mfa-env.cjs')
export const executable = here('../../executables/linux-x64/aws-mfa-env')

/** A call whose keys are in the environment: it signs, sends and prints, and keeps no session. */
const call = ['-s', 'sh', '123456']

/** The request as curl and bare send it. */
const form =
  'Action=GetSessionToken&Version=2011-06-15&DurationSeconds=43200&SerialNumber=arn%3Aaws%3Aiam%3A%3A123456789012%3Amfa%2Falice&TokenCode=123456'

/** Of a run that signs with the environment's keys. */
export const keys = {
  AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE',
  AWS_SECRET_ACCESS_KEY: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
}

/** Everything that is measured. */
export function variantsOf(
  nodes: readonly Node[],
  environment: Readonly<Record<string, string>>,
  url: string,
): Variant[] {
  // A session for the cache, and code compiled.
  for (const tool of [...nodes.map(({ path }) => [path, bundle]), [executable]])
    execFileSync(tool[0] ?? '', [...tool.slice(1), '123456', '-s', 'sh'], {
      env: environment,
      stdio: ['ignore', 'pipe', 'ignore'],
    })
  const empty = join(environment['HOME'] ?? '', 'empty-cache')
  const inEmptyCache = { ...keys, XDG_CACHE_HOME: empty }
  return [
    ...nodes.flatMap(({ line, path }): Variant[] => [
      { name: `node ${line} -e 0`, command: [path, '-e', '0'] },
      { name: `bare ${line}`, command: bare(path, url) },
      { name: `call ${line}`, command: [path, bundle, ...call], variables: keys },
      {
        name: `first call ${line}`,
        command: [path, bundle, ...call],
        variables: inEmptyCache,
        prepare: ['rm', '-rf', empty],
      },
      ...runs.map(({ name, words }) => ({ name: `${name} ${line}`, command: [path, bundle, ...words] })),
    ]),
    { name: 'call executable', command: [executable, ...call], variables: keys },
    ...runs.map(({ name, words }) => ({ name: `${name} executable`, command: [executable, ...words] })),
    { name: 'curl', command: ['/usr/bin/curl', '--silent', '--data', form, url] },
    ...(existsSync(awsCli)
      ? [
          {
            name: 'AWS CLI',
            command: [awsCli, 'sts', 'get-session-token', '--endpoint-url', url],
            variables: keys,
          },
        ]
      : []),
  ]
}

/** Debian's. */
const awsCli = '/usr/bin/aws'

const runs = [
  { name: '--unset', words: ['--unset', '-s', 'sh'] },
  { name: 'status', words: ['status', '--profile', 'default'] },
  { name: 'cached session', words: ['-s', 'sh'] },
] as const

export function bare(node: string, url: string): string[] {
  return [node, here('bare.cjs'), url, form]
}

/** What is measured by what, and at most how much of it is wanted. */
export interface Row {
  readonly what: string
  readonly by: string
  readonly goal?: number
}

export const rows: readonly Row[] = [
  ...['20', '22', '24', '26'].flatMap((line): Row[] => {
    const wanted = line === '22' || line === '24'
    const goal = (value: number) => (wanted ? { goal: value } : {})
    return [
      { what: `call ${line}`, by: `bare ${line}`, ...goal(1.5) },
      { what: `first call ${line}`, by: `bare ${line}`, ...goal(2.4) },
      ...runs.map(({ name }) => ({ what: `${name} ${line}`, by: `node ${line} -e 0`, ...goal(1.2) })),
    ]
  }),
  { what: 'call executable', by: 'bare 24', goal: 0.9 },
  { what: 'call executable', by: 'curl' },
  { what: '--unset executable', by: 'node 24 -e 0', goal: 0.65 },
  { what: 'status executable', by: 'node 24 -e 0' },
  { what: 'cached session executable', by: 'node 24 -e 0' },
  { what: 'call 24', by: 'AWS CLI', goal: 0.25 },
  { what: 'call executable', by: 'AWS CLI', goal: 0.1 },
]

/** The rows' cells; a row of which something was not there to be measured says so. */
export function compare(wanted: readonly Row[], times: ReadonlyMap<string, number>): string[][] {
  return wanted.map(({ what, by, goal }) => {
    const [time, yardstick] = [times.get(what), times.get(by)]
    const limit = goal === undefined ? '' : `≤ ${goal}`
    if (time === undefined || yardstick === undefined) return [what, by, 'not here', limit, '']
    return [what, by, (time / yardstick).toFixed(2), limit, (time * 1000).toFixed(0)]
  })
}
