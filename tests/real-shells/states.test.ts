import { chmod, mkdir, symlink } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type AwsServer, startAwsServer, type User } from '../aws-server/server.ts'
import { keysOf, toolPath, writeProfiles } from '../commands/tool.ts'
import { describeEachShell } from './each-shell.ts'
import { type Resolved, resolveWithBotocore, resolveWithSdk } from './resolve-credentials.ts'
import { readEnvironment, runScript, type Sandbox, withSandbox } from './run.ts'
import type { FoundShell } from './shells.ts'

type Who = 'default' | 'work' | 'other' | 'environment'
type Variables = Record<string, string>

/** What the shell holds before the first step. */
const states = {
  clean: () => ({}),
  'our session': () => ({}),
  "another tool's session": ({ server, users }: World) => {
    const session = server.issueSession(users.other)
    return {
      AWS_ACCESS_KEY_ID: session.accessKeyId,
      AWS_SECRET_ACCESS_KEY: session.secretAccessKey,
      AWS_SESSION_TOKEN: session.sessionToken,
      AWS_SECURITY_TOKEN: session.sessionToken,
      AWS_CREDENTIAL_EXPIRATION: '2020-01-01T00:00:00Z',
    }
  },
  'an AKIA pair': ({ users }: World) => pairOf(users.environment),
  'an AKIA pair with a foreign token': ({ users }: World) => ({
    ...pairOf(users.environment),
    AWS_SESSION_TOKEN: 'left behind by some other tool',
  }),
  'an ASIA pair without its token': ({ server, users }: World) => {
    const { accessKeyId, secretAccessKey } = server.issueSession(users.other)
    return { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey }
  },
  'half a pair': ({ users }: World) => ({ AWS_ACCESS_KEY_ID: users.environment.accessKeyId }),
} satisfies Record<string, (world: World) => Variables>

/** AWS_PROFILE before the first step; and as the user sets it once a session of ours has been there. */
const profiles = {
  unset: {},
  'the same': { before: 'work' },
  'changed since': { before: 'work', since: 'other' },
  missing: { before: 'ghost', since: 'ghost' },
} satisfies Record<string, { before?: string; since?: string }>

type State = keyof typeof states
type ProfileState = keyof typeof profiles

/**
 * Whose keys sign, at the first export and at the one after it (6: none, configuration), and whose a client finds
 * after --unset (undefined: none).
 */
type Row = readonly [exported: Who | 6, again: Who | 6, unset: Who | undefined]
const expected: Readonly<Record<State, Readonly<Record<ProfileState, Row>>>> = {
  clean: {
    unset: ['default', 'default', 'default'],
    'the same': ['work', 'work', 'work'],
    'changed since': ['work', 'other', 'other'],
    missing: [6, 6, undefined],
  },
  'our session': {
    unset: ['work', 'work', 'default'],
    'the same': ['work', 'work', 'work'],
    'changed since': ['other', 'other', 'other'],
    missing: [6, 6, undefined],
  },
  "another tool's session": {
    unset: ['default', 'default', 'default'],
    'the same': ['work', 'work', 'work'],
    'changed since': ['work', 'other', 'other'],
    missing: [6, 6, undefined],
  },
  'an AKIA pair': {
    unset: ['environment', 6, 'default'],
    'the same': ['environment', 6, 'work'],
    'changed since': ['environment', 'other', 'other'],
    missing: ['environment', 6, undefined],
  },
  'an AKIA pair with a foreign token': {
    unset: [6, 6, 'environment'],
    'the same': [6, 6, 'environment'],
    'changed since': [6, 6, 'environment'],
    missing: [6, 6, 'environment'],
  },
  'an ASIA pair without its token': {
    unset: ['default', 'default', 'default'],
    'the same': ['work', 'work', 'work'],
    'changed since': ['work', 'other', 'other'],
    missing: [6, 6, undefined],
  },
  'half a pair': {
    unset: [6, 6, undefined],
    'the same': [6, 6, undefined],
    'changed since': [6, 6, undefined],
    missing: [6, 6, undefined],
  },
}

const sessionNames = [
  'AWS_ACCESS_KEY_ID',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
  'AWS_CREDENTIAL_EXPIRATION',
  'AWS_MFA_ENV_STATE',
]

interface World {
  readonly server: AwsServer
  readonly users: Readonly<Record<Who, User>>
}

/** One step in a real shell: what it printed, and the AWS variables of a child before and after it. */
interface Step {
  readonly failed: boolean
  readonly stderr: string
  readonly signer: Who | undefined
  readonly before: Variables
  readonly after: Variables
}

interface Walk extends World {
  readonly sandbox: Sandbox
  readonly shell: FoundShell
  readonly steps: { exported: Step; again: Step; unset: Step }
  /** What each client finds after each step. */
  readonly found: Record<'botocore' | 'sdk', Record<keyof Walk['steps'], Resolved> | undefined>
}

let server: AwsServer
beforeAll(async () => {
  server = await startAwsServer()
})
afterAll(() => server.close())

describeEachShell('the states table', (shell) => {
  for (const [row, state] of (Object.keys(states) as State[]).entries()) {
    for (const [column, profile] of (Object.keys(profiles) as ProfileState[]).entries()) {
      // bash sees every cell; the others share them out, since each takes three starts of the program.
      const others = ['zsh', 'dash', 'ksh93', 'mksh', 'busybox', 'fish', 'powershell']
      if (shell.name !== 'bash' && others[(row * 4 + column) % others.length] !== shell.name) continue
      describe(`${state}, AWS_PROFILE ${profile}`, () => checkCells(shell, state, profile))
    }
  }
})

function checkCells(shell: FoundShell, state: State, profile: ProfileState): void {
  const [exported, again, unset] = expected[state][profile]
  let walk: Walk
  beforeAll(async () => {
    walk = await withSandbox((sandbox) => walkThrough(shell, sandbox, state, profile))
  })
  it('export', () => checkExport(walk, 'exported', exported))
  it('again', () => checkExport(walk, 'again', again))
  it('--unset', () => checkUnset(walk, unset, state, profile))
}

function checkExport(walk: Walk, name: 'exported' | 'again', who: Who | 6): void {
  const step = walk.steps[name]
  if (who === 6) {
    expect(step.stderr).toMatch(/^aws-mfa-env: error: /m)
    expect(step).toMatchObject({ failed: true, signer: undefined, after: step.before })
    return
  }
  expect(step).toMatchObject({ failed: false, signer: who })
  for (const cleared of ['AWS_PROFILE', 'AWS_DEFAULT_PROFILE', 'AWS_SECURITY_TOKEN', 'AWS_ACCOUNT_ID']) {
    expect(step.after).not.toHaveProperty(cleared)
  }
  for (const set of sessionNames) expect(step.after).toHaveProperty(set)
  expect(step.after).toMatchObject({ AWS_REGION: 'eu-north-1', AWS_DEFAULT_REGION: 'eu-north-1' })
  const session = {
    accessKeyId: step.after['AWS_ACCESS_KEY_ID'],
    sessionToken: step.after['AWS_SESSION_TOKEN'],
  }
  for (const client of ['botocore', 'sdk'] as const) {
    if (walk.found[client] !== undefined)
      expect({ client, ...walk.found[client][name] }).toEqual({ client, ...session })
  }
}

function checkUnset(walk: Walk, who: Who | undefined, state: State, profile: ProfileState): void {
  const { failed, after } = walk.steps.unset
  expect(failed).toBe(false)
  const kept = { 'an AKIA pair with a foreign token': 2, 'half a pair': 1 }[state as string] ?? 0
  const own = profiles[profile] as { before?: string; since?: string }
  const name = own.since ?? own.before
  expect(after).toEqual({
    ...(name === undefined ? {} : { AWS_PROFILE: name }),
    AWS_ACCOUNT_ID: '999999999999',
    AWS_DEFAULT_REGION: 'eu-north-1',
    ...Object.fromEntries(Object.entries(pairOf(walk.users.environment)).slice(0, kept)),
  })
  const accessKeyId = who && walk.users[who].accessKeyId
  const found = walk.found
  // With a profile that does not exist, or half a pair, clients differ in whether they fail or look further.
  if (accessKeyId === undefined) return
  // The SDK takes AWS_PROFILE before the keys in the environment, botocore the keys.
  const bySdk = state === 'an AKIA pair with a foreign token' && name !== undefined ? undefined : accessKeyId
  const byBotocore = name === 'ghost' ? undefined : accessKeyId
  if (found.botocore !== undefined && byBotocore)
    expect(found.botocore.unset).toEqual({ accessKeyId: byBotocore })
  if (found.sdk !== undefined && bySdk) expect(found.sdk.unset).toEqual({ accessKeyId: bySdk })
}

function pairOf(user: User): Variables {
  return { AWS_ACCESS_KEY_ID: user.accessKeyId, AWS_SECRET_ACCESS_KEY: user.secretAccessKey }
}

async function walkThrough(
  shell: FoundShell,
  sandbox: Sandbox,
  state: State,
  profile: ProfileState,
): Promise<Walk> {
  const world = await settle(sandbox)
  const { before, since } = profiles[profile] as { before?: string; since?: string }
  const [first, second] = expected[state][profile]
  const step = (device: number, variables: Variables, who: Who | 6, ...words: string[]) =>
    takeStep(shell, sandbox, world, device, variables, who === 6 ? 'default' : who, words)

  let variables: Variables = {
    ...states[state](world),
    AWS_ACCOUNT_ID: '999999999999',
    AWS_DEFAULT_REGION: 'eu-north-1',
    ...(before === undefined || state === 'our session' ? {} : { AWS_PROFILE: before }),
  }
  const change = () => {
    if (since !== undefined) variables = { ...variables, AWS_PROFILE: since }
  }
  if (state === 'our session') {
    const chosen: Variables = before === undefined ? {} : { AWS_PROFILE: 'work' }
    const words = before === undefined ? ['--profile', 'work'] : []
    variables = (await step(0, { ...variables, ...chosen }, 'work', ...words)).after
    change()
  }
  const exported = await step(1, variables, first)
  variables = exported.after
  if (state !== 'our session') change()
  const again = await step(2, variables, second)
  const unset = await step(2, again.after, 6, '--unset')
  const steps = { exported, again, unset }
  return { ...world, sandbox, shell, steps, found: await askClients(sandbox, steps) }
}

async function settle(sandbox: Sandbox): Promise<World> {
  const create = () => server.addUser({ devices: ['virtual', 'virtual', 'virtual'] })
  const users = { default: create(), work: create(), other: create(), environment: create() }
  await writeProfiles(sandbox, {
    credentials: [keysOf(users.default), keysOf(users.work, 'work'), keysOf(users.other, 'other')].join('\n'),
    config: '[default]\nregion = us-east-2\n[profile work]\nregion = us-west-2\n',
  })
  await mkdir(join(sandbox.folder, 'bin'))
  await chmod(toolPath, 0o755)
  await symlink(toolPath, join(sandbox.folder, 'bin', 'aws-mfa-env'))
  return { server, users }
}

async function takeStep(
  shell: FoundShell,
  sandbox: Sandbox,
  { users }: World,
  device: number,
  variables: Variables,
  who: Who,
  words: readonly string[],
): Promise<Step> {
  const serialNumber = users[who].devices[device]?.serialNumber ?? ''
  const isUnset = words.includes('--unset')
  const code = isUnset ? [] : [server.nextTokenCode(users[who], serialNumber)]
  const file = join(sandbox.folder, `environment-${device}-${isUnset}`)
  const { syntax } = shell
  const evaluation = syntax.evaluate(syntax.command('aws-mfa-env', '-s', shell.dialect, ...words, ...code))
  const script = `${syntax.otherwise(evaluation, syntax.print('failed'))}\n${syntax.dumpEnvironment(file)}\n`
  const mark = server.requests.length
  const environment = {
    ...variables,
    PATH: `${join(sandbox.folder, 'bin')}${delimiter}${process.env['PATH']}`,
    AWS_MFA_SERIAL: serialNumber,
    AWS_ENDPOINT_URL: server.url,
  }
  const { stdout, stderr } = await runScript(shell, script, { sandbox, environment })
  const request = server.requests
    .slice(mark)
    .find(({ parameters }) => parameters['SerialNumber'] === serialNumber)
  return {
    failed: stdout.toString().includes('failed'),
    stderr: stderr.toString(),
    signer: (Object.keys(users) as Who[]).find((name) => users[name].accessKeyId === request?.accessKeyId),
    before: variables,
    after: awsVariables(await readEnvironment(file)),
  }
}

function awsVariables(environment: Map<string, Buffer>): Variables {
  const ours = [...environment].filter(
    ([name]) => name.startsWith('AWS_') && !['AWS_MFA_SERIAL', 'AWS_ENDPOINT_URL'].includes(name),
  )
  return Object.fromEntries(ours.map(([name, value]) => [name, value.toString()]))
}

async function askClients(sandbox: Sandbox, steps: Walk['steps']): Promise<Walk['found']> {
  const names = Object.keys(steps) as (keyof Walk['steps'])[]
  const environments = names.map((name) => steps[name].after)
  const byName = (all: Resolved[] | undefined) =>
    all &&
    (Object.fromEntries(names.map((name, i) => [name, all[i]])) as Record<keyof Walk['steps'], Resolved>)
  return {
    botocore: byName(await resolveWithBotocore(sandbox, environments)),
    sdk: byName(await resolveWithSdk(sandbox, environments)),
  }
}
