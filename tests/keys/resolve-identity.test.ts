import { describe, expect, it } from 'vitest'
import { resolveIdentity } from '../../src/keys/resolve-identity.ts'
import { undoExport, type Variables } from '../../src/variables/displaced.ts'
import { type Displaced, recordable, type Source, type State } from '../../src/variables/state.ts'
import { failureOf, profilesOf, useFolder } from '../profiles/sandbox.ts'

const folder = useFolder()

const idOf: Readonly<Record<string, string>> = {
  default: 'AKIA000000000DEFAULT',
  work: 'AKIA000000000000WORK',
  home: 'AKIA000000000000HOME',
}
const credentials = Object.entries(idOf)
  .map(([name, id]) => `[${name}]\naws_access_key_id = ${id}\naws_secret_access_key = secret\n`)
  .join('')

const longTerm = { AWS_ACCESS_KEY_ID: 'AKIA00000ENVIRONMENT', AWS_SECRET_ACCESS_KEY: 'secret' }
const foreign = {
  AWS_ACCESS_KEY_ID: 'ASIA0000000000FOREIGN',
  AWS_SECRET_ACCESS_KEY: 's',
  AWS_SESSION_TOKEN: 't',
}

/** Our session, from the source, as an export with these displaced variables left it. */
const ours = {
  AWS_ACCESS_KEY_ID: 'ASIA00000000000OURS',
  AWS_SECRET_ACCESS_KEY: 'ours',
  AWS_SESSION_TOKEN: 'ours',
}
const stateFrom = (source: Source, ...displaced: Displaced[]): State => ({
  source,
  serialNumber: 'GAHT12345678',
  issuedAt: '2029-12-31T12:00:00Z',
  accessKeyId: ours.AWS_ACCESS_KEY_ID,
  expiration: '2030-01-01T00:00:00Z',
  displaced: [
    { name: 'AWS_ACCESS_KEY_ID', found: null, left: ours.AWS_ACCESS_KEY_ID },
    { name: 'AWS_SECRET_ACCESS_KEY', found: null, left: recordable('AWS_SECRET_ACCESS_KEY', 'ours') },
    { name: 'AWS_SESSION_TOKEN', found: null, left: recordable('AWS_SESSION_TOKEN', 'ours') },
    ...displaced,
  ],
})

interface Question {
  readonly option?: string
  readonly variables?: Variables
  readonly state?: State
  readonly files?: { config?: string; credentials?: string }
}

async function ask({ option, variables = {}, state, files = { credentials } }: Question) {
  const notes: string[] = []
  const profiles = await profilesOf(folder.path, files)
  const answer = failureOf(() => {
    const { source } = resolveIdentity({
      profileOption: option,
      current: variables,
      before: undoExport(variables, state),
      state,
      profiles,
      note: (text) => notes.push(text),
    })
    return source
  }, folder.path)
  return { answer, notes }
}

describe('the keys that sign', () => {
  const environment: Source = { accessKeyId: longTerm.AWS_ACCESS_KEY_ID }
  const displacedWork: Displaced = { name: 'AWS_PROFILE', found: 'work', left: null }
  const passedOver = (name: string) => `the session in the environment is passed over: profile ${name} signs`
  const changed = (name: string, previous: string) =>
    `profile ${name} signs; the session before this one was profile ${previous}'s`

  const cases: [name: string, question: Question, source: Source, note?: string][] = [
    ['default', {}, { profile: 'default' }],
    ['AWS_PROFILE', { variables: { AWS_PROFILE: 'work' } }, { profile: 'work' }],
    ['AWS_DEFAULT_PROFILE', { variables: { AWS_DEFAULT_PROFILE: 'work' } }, { profile: 'work' }],
    [
      'both, which agree',
      { variables: { AWS_PROFILE: 'work', AWS_DEFAULT_PROFILE: 'work' } },
      { profile: 'work' },
    ],
    ['the environment', { variables: longTerm }, environment],
    ['the environment before AWS_PROFILE', { variables: { ...longTerm, AWS_PROFILE: 'work' } }, environment],
    [
      'the environment before the last source',
      { variables: longTerm, state: stateFrom({ profile: 'work' }) },
      environment,
    ],
    ['--profile before the environment', { option: 'home', variables: longTerm }, { profile: 'home' }],
    [
      '--profile before AWS_PROFILE',
      { option: 'home', variables: { AWS_PROFILE: 'work' } },
      { profile: 'home' },
    ],
    [
      '--profile, whatever else is wrong',
      {
        option: 'home',
        variables: { AWS_ACCESS_KEY_ID: 'AKIA', AWS_PROFILE: 'a', AWS_DEFAULT_PROFILE: 'b' },
      },
      { profile: 'home' },
    ],
    ['--profile before a session', { option: 'home', variables: foreign }, { profile: 'home' }],
    [
      'a profile before a foreign session',
      { variables: foreign },
      { profile: 'default' },
      passedOver('default'),
    ],
    [
      'AWS_PROFILE before a foreign session',
      { variables: { ...foreign, AWS_PROFILE: 'work' } },
      { profile: 'work' },
      passedOver('work'),
    ],
    [
      'a profile before a temporary key id without a token',
      { variables: { AWS_ACCESS_KEY_ID: 'ASIA0', AWS_SECRET_ACCESS_KEY: 's' } },
      { profile: 'default' },
      passedOver('default'),
    ],
    [
      'a profile before a token by its older name',
      { variables: { AWS_ACCESS_KEY_ID: 'X', AWS_SECRET_ACCESS_KEY: 's', AWS_SECURITY_TOKEN: 't' } },
      { profile: 'default' },
      passedOver('default'),
    ],
    ['the last source', { variables: ours, state: stateFrom({ profile: 'work' }) }, { profile: 'work' }],
    ['the last source, its session gone', { state: stateFrom({ profile: 'work' }) }, { profile: 'work' }],
    [
      'the last source, before a foreign session',
      { variables: foreign, state: stateFrom({ profile: 'work' }) },
      { profile: 'work' },
      passedOver('work'),
    ],
    [
      'AWS_PROFILE that our export displaced',
      { variables: ours, state: stateFrom({ profile: 'work' }, displacedWork) },
      { profile: 'work' },
    ],
    [
      'AWS_PROFILE that our export displaced, when --profile had named another',
      { variables: ours, state: stateFrom({ profile: 'home' }, displacedWork) },
      { profile: 'work' },
      changed('work', 'home'),
    ],
    [
      'AWS_PROFILE that was set since',
      { variables: { ...ours, AWS_PROFILE: 'home' }, state: stateFrom({ profile: 'work' }, displacedWork) },
      { profile: 'home' },
      changed('home', 'work'),
    ],
    [
      'AWS_PROFILE that was set since the keys in the environment went',
      { variables: { ...ours, AWS_PROFILE: 'home' }, state: stateFrom(environment) },
      { profile: 'home' },
    ],
    [
      'the keys in the environment, set again',
      { variables: { ...longTerm }, state: stateFrom(environment) },
      environment,
    ],
  ]
  it.each(cases)('are those of %s', async (_, question, source, note) => {
    expect(await ask(question)).toEqual({
      answer: { answered: source },
      notes: note === undefined ? [] : [note],
    })
  })
})

describe('keys are refused', () => {
  const foreignToken = [
    'AWS_ACCESS_KEY_ID holds a long-term key, but a session token that does not go with it is set',
    'unset AWS_SESSION_TOKEN and AWS_SECURITY_TOKEN to sign with that key, or name a profile with --profile',
  ]
  const half = 'set both, or unset both to use a profile; or name a profile with --profile'
  const gone = [
    'the last session was signed with a key from the environment (...MENT), which is no longer there',
    'set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY again, or name a profile with --profile',
  ]
  const stateOfEnvironment = stateFrom({ accessKeyId: longTerm.AWS_ACCESS_KEY_ID })
  const displacedWork = stateFrom(
    { accessKeyId: longTerm.AWS_ACCESS_KEY_ID },
    { name: 'AWS_PROFILE', found: 'work', left: null },
  )
  const thereAre = 'there are: default, work, home'

  const cases: [name: string, question: Question, ...lines: string[]][] = [
    ['AKIA with a token', { variables: { ...longTerm, AWS_SESSION_TOKEN: 't' } }, ...foreignToken],
    [
      'AKIA with a token by its older name',
      { variables: { ...longTerm, AWS_SECURITY_TOKEN: 't' } },
      ...foreignToken,
    ],
    [
      'an id without a secret',
      { variables: { AWS_ACCESS_KEY_ID: 'AKIA0' } },
      'AWS_ACCESS_KEY_ID is set, but AWS_SECRET_ACCESS_KEY is not',
      half,
    ],
    [
      'a secret without an id',
      { variables: { AWS_SECRET_ACCESS_KEY: 's' } },
      'AWS_SECRET_ACCESS_KEY is set, but AWS_ACCESS_KEY_ID is not',
      half,
    ],
    [
      'two profiles',
      { variables: { AWS_PROFILE: 'work', AWS_DEFAULT_PROFILE: 'home' } },
      'AWS_PROFILE and AWS_DEFAULT_PROFILE name different profiles, and clients disagree on which counts',
      'unset one of them, or name a profile with --profile',
    ],
    [
      'two profiles, one of which our export displaced',
      {
        variables: { ...ours, AWS_DEFAULT_PROFILE: 'home' },
        state: stateFrom({ profile: 'work' }, { name: 'AWS_PROFILE', found: 'work', left: null }),
      },
      'AWS_PROFILE and AWS_DEFAULT_PROFILE name different profiles, and clients disagree on which counts',
      'AWS_PROFILE comes back with aws-mfa-env --unset: unset it behind that; or name a profile with --profile',
    ],
    ["the environment's keys gone", { state: stateOfEnvironment }, ...gone],
    [
      "the environment's keys gone, our session there",
      { variables: ours, state: stateOfEnvironment },
      ...gone,
    ],
    [
      "the environment's keys gone, a foreign session there",
      { variables: foreign, state: stateOfEnvironment },
      ...gone,
    ],
    [
      "the environment's keys gone, and a profile that stood behind them",
      { variables: ours, state: displacedWork },
      ...gone,
    ],
    [
      'nothing at all',
      { files: {} },
      'there are no long-term keys: none in the environment, and no default profile',
      'looked in FOLDER/credentials and FOLDER/config',
    ],
    [
      'no default profile',
      { files: { credentials: '[work]\n[home]\n' } },
      'there are no long-term keys: none in the environment, and no default profile',
      'name one of the profiles with --profile: work, home',
      'looked in FOLDER/credentials and FOLDER/config',
    ],
    ['no such profile', { option: 'x' }, 'there is no profile x (from --profile)', thereAre],
    [
      'a default profile that is named and missing',
      { option: 'default', files: {} },
      'there is no profile default (from --profile)',
      'there is none at all: looked in FOLDER/credentials and FOLDER/config',
    ],
    [
      'no such profile, which might be a code',
      { option: '123456' },
      'there is no such profile (from --profile)',
      thereAre,
    ],
    [
      'no such profile in AWS_PROFILE',
      { variables: { AWS_PROFILE: 'x' } },
      'there is no profile x (from AWS_PROFILE)',
      thereAre,
    ],
    [
      'no such profile in AWS_DEFAULT_PROFILE',
      { variables: { AWS_DEFAULT_PROFILE: 'x' } },
      'there is no profile x (from AWS_DEFAULT_PROFILE)',
      thereAre,
    ],
    [
      'the last source gone',
      { state: stateFrom({ profile: 'x' }) },
      'there is no profile x (from the session before this one)',
      thereAre,
    ],
    [
      'one of many',
      { option: 'x', files: { credentials: Array.from({ length: 21 }, (_, n) => `[p${n}]\n`).join('') } },
      'there is no profile x (from --profile)',
      `there are: ${Array.from({ length: 20 }, (_, n) => `p${n}`).join(', ')}, ...`,
    ],
    [
      'keys that cannot sign',
      { option: 'x', files: { config: '[profile x]\nlogin_session = r\n' } },
      'profile x signs in with aws login (login_session in FOLDER/config, line 2)',
      'use aws login: such sessions have MFA already',
    ],
  ]
  it.each(cases)('%s', async (_, question, ...lines) => {
    expect(await ask(question)).toEqual({ answer: [6, ...lines], notes: [] })
  })

  it('without a word on a session that is passed over', async () => {
    const { notes } = await ask({ variables: { ...foreign, AWS_PROFILE: 'x' } })
    expect(notes).toEqual([])
  })
})
