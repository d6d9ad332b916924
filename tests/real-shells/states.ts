// The table of states, which states.test.ts walks through in every shell of Unix and cmd-states.test.ts in cmd.

import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { AwsServer, User } from '../aws-server/server.ts'
import { keysOf, writeProfiles } from '../commands/tool.ts'
import { askBotocore, askSdk, type Client, type Resolved } from './resolve-credentials.ts'
import { type Run, runs, type Sandbox } from './run.ts'

type Who = 'default' | 'work' | 'other' | 'environment'
export type Variables = Record<string, string>

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

export type State = keyof typeof states
export type ProfileState = keyof typeof profiles

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

export interface World {
  readonly server: AwsServer
  readonly users: Readonly<Record<Who, User>>
}

/** One call of the tool in a real shell. */
export interface Step {
  /** A session of ours that the row begins with is made by the first of them. */
  readonly name: 'begin' | StepName
  /** What the user sets just before. */
  readonly set: Variables
  readonly words: readonly string[]
  /** For AWS_MFA_SERIAL. Each export has a device of its own, since codes are used up. */
  readonly serialNumber: string
}

type StepName = 'exported' | 'again' | 'unset'

/** What is to be done in a shell for one row. */
export interface Plan {
  readonly world: World
  /** What the shell holds at its start. */
  readonly variables: Variables
  readonly steps: readonly Step[]
}

/** What a step came to. */
export interface Result {
  readonly failed: boolean
  readonly stderr: string
  /** The AWS variables of a child. */
  readonly after: Variables
}

/** A row that has been walked through. */
export interface Walk extends World {
  readonly steps: Readonly<Record<StepName, Result & { before: Variables; signer: Who | undefined }>>
  /** What each client that was asked finds after each step. */
  readonly found: Partial<Readonly<Record<'botocore' | 'sdk', Record<StepName, Resolved>>>>
}

/** Every row, in order. */
export const rows = (Object.keys(states) as State[]).flatMap((state) =>
  (Object.keys(profiles) as ProfileState[]).map((profile) => ({ state, profile })),
)

/** Users of the row's own, and their profiles in the sandbox's home folder. */
export async function planRow(
  server: AwsServer,
  sandbox: Sandbox,
  state: State,
  profile: ProfileState,
): Promise<Plan> {
  const world = await settle(server, sandbox)
  const { before, since } = profiles[profile] as { before?: string; since?: string }
  const [first, second] = expected[state][profile]
  const beginsWithOurs = state === 'our session'
  const change: Variables = since === undefined ? {} : { AWS_PROFILE: since }
  const step = (
    name: Step['name'],
    device: number,
    who: Who | 6,
    set: Variables,
    words: string[] = [],
  ): Step => {
    const user = world.users[who === 6 ? 'default' : who]
    return { name, set, words, serialNumber: user.devices[device]?.serialNumber ?? '' }
  }
  const begin =
    before === undefined
      ? step('begin', 0, 'work', {}, ['--profile', 'work'])
      : step('begin', 0, 'work', { AWS_PROFILE: 'work' })
  return {
    world,
    variables: {
      ...states[state](world),
      AWS_ACCOUNT_ID: '999999999999',
      AWS_DEFAULT_REGION: 'eu-north-1',
      ...(before === undefined || beginsWithOurs ? {} : { AWS_PROFILE: before }),
    },
    steps: [
      ...(beginsWithOurs ? [begin] : []),
      step('exported', 1, first, beginsWithOurs ? change : {}),
      step('again', 2, second, beginsWithOurs ? {} : change),
      step('unset', 3, 6, {}, ['--unset']),
    ],
  }
}

async function settle(server: AwsServer, sandbox: Sandbox): Promise<World> {
  const create = () => server.addUser({ devices: ['virtual', 'virtual', 'virtual'] })
  const users = { default: create(), work: create(), other: create(), environment: create() }
  await writeProfiles(sandbox, {
    credentials: [keysOf(users.default), keysOf(users.work, 'work'), keysOf(users.other, 'other')].join('\n'),
    config: '[default]\nregion = us-east-2\n[profile work]\nregion = us-west-2\n',
  })
  return { server, users }
}

/** A code for an export, no word for --unset. */
export function tokenCodeFor({ server, users }: World, { serialNumber }: Step): string[] {
  const user = Object.values(users).find(({ devices }) =>
    devices.some((device) => device.serialNumber === serialNumber),
  )
  return user === undefined ? [] : [server.nextTokenCode(user, serialNumber)]
}

/** The AWS variables of an environment, but those that only the tests need. */
export function awsVariables(entries: Iterable<readonly [string, string]>): Variables {
  const names = ['AWS_MFA_SERIAL', 'AWS_ENDPOINT_URL']
  return Object.fromEntries([...entries].filter(([name]) => name.startsWith('AWS_') && !names.includes(name)))
}

/** What the results of all steps come to, by the server's log of who signed. */
export function judge(plan: Plan, results: readonly Result[]): Walk {
  const { server, users } = plan.world
  let { variables } = plan
  const judged = plan.steps.map(({ name, set, serialNumber }, index) => {
    const result = results[index]
    if (result === undefined) throw new Error(`the step "${name}" was not taken`)
    const before = { ...variables, ...set }
    variables = result.after
    const request = server.requests.find(({ parameters }) => parameters['SerialNumber'] === serialNumber)
    const signer = (Object.keys(users) as Who[]).find(
      (who) => users[who].accessKeyId === request?.accessKeyId,
    )
    return [name, { ...result, before, signer }] as const
  })
  return { ...plan.world, steps: Object.fromEntries(judged) as unknown as Walk['steps'], found: {} }
}

/** Asks the clients, too, what they find after each step. */
export async function askClients(walk: Walk, sandbox: Sandbox): Promise<Walk> {
  const ask = async (client: Client) => {
    const found: Partial<Record<StepName, Resolved>> = {}
    for (const name of Object.keys(walk.steps) as StepName[]) {
      found[name] = await client(sandbox, walk.steps[name].after)
    }
    return found as Record<StepName, Resolved>
  }
  return {
    ...walk,
    found: {
      ...(askBotocore && { botocore: await ask(askBotocore) }),
      sdk: await ask(askSdk),
    },
  }
}

/** Describes the three tests of a row, for which it is walked through once. */
export function describeRow(state: State, profile: ProfileState, walkThrough: () => Promise<Walk>): void {
  const [exported, again, unset] = expected[state][profile]
  describe(`${state}, AWS_PROFILE ${profile}`, () => {
    let walk: Walk
    let script: Run | undefined
    beforeAll(async () => {
      walk = await walkThrough()
      script = runs.findLast(({ what }) => what.startsWith('a script of '))
    })
    // For people who read of a failure.
    beforeEach(() => void (script && runs.push(script)))
    it('export', () => checkExport(walk, 'exported', exported))
    it('again', () => checkExport(walk, 'again', again))
    it('--unset', () => checkUnset(walk, unset, state, profile))
  })
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
