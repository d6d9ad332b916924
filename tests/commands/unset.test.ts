import { describe, expect, it } from 'vitest'
import { encodeState } from '../../src/variables/state.ts'
import { withSandbox } from '../real-shells/run.ts'
import { runTool } from './tool.ts'

const cleared =
  'AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN AWS_CREDENTIAL_EXPIRATION AWS_SECURITY_TOKEN AWS_MFA_ENV_STATE'

const unset = (environment: Record<string, string>, shell = 'sh') =>
  withSandbox((sandbox) => runTool(['--unset', '-s', shell], { sandbox, environment }))

const session = {
  AWS_ACCESS_KEY_ID: 'ASIA0000000000000000',
  AWS_SECRET_ACCESS_KEY: 'x',
  AWS_SESSION_TOKEN: 'y',
  AWS_CREDENTIAL_EXPIRATION: '2030-01-01T00:00:00Z',
}

const stateFrom = (source: { profile: string } | { accessKeyId: string }, profile = 'work') =>
  encodeState({
    source,
    serialNumber: 'GAHT12345678',
    issuedAt: '2029-12-31T12:00:00Z',
    accessKeyId: session.AWS_ACCESS_KEY_ID,
    expiration: session.AWS_CREDENTIAL_EXPIRATION,
    displaced: [
      { name: 'AWS_PROFILE', found: profile, left: null },
      { name: 'AWS_REGION', found: null, left: 'eu-west-1' },
    ],
  })

describe('--unset', () => {
  it.each<[string, Record<string, string>]>([
    ['nothing', {}],
    ["another tool's session", session],
    ['a session without a token', { ...session, AWS_SESSION_TOKEN: '' }],
    ['a token alone', { AWS_SESSION_TOKEN: 'y', AWS_SECURITY_TOKEN: 'y' }],
    ['a damaged state', { ...session, AWS_MFA_ENV_STATE: 'bm90IG91cnM' }],
  ])('clears %s', async (_name, environment) => {
    expect(await unset(environment)).toEqual({
      status: 0,
      stdout: `{ unset ${cleared} ${cleared}; }\n`,
      stderr: '',
    })
  })

  it('puts back what our export displaced', async () => {
    const environment = {
      ...session,
      AWS_REGION: 'eu-west-1',
      AWS_MFA_ENV_STATE: stateFrom({ profile: 'work' }),
    }
    const { status, stdout, stderr } = await unset(environment)
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    expect(stdout).toContain(' AWS_REGION')
    expect(stdout).toMatch(/ && export AWS_PROFILE=work; }\n$/)
  })

  it('leaves alone what has changed since', async () => {
    const environment = {
      ...session,
      AWS_PROFILE: 'mine',
      AWS_REGION: 'eu-west-2',
      AWS_MFA_ENV_STATE: stateFrom({ profile: 'work' }),
    }
    expect(await unset(environment)).toEqual({
      status: 0,
      stdout: `{ unset ${cleared} ${cleared}; }\n`,
      stderr: '',
    })
  })

  it('keeps a long-term pair, with or without a stale token, and says so', async () => {
    const pair = { AWS_ACCESS_KEY_ID: 'AKIA000000000000ABCD', AWS_SECRET_ACCESS_KEY: 'x' }
    const without = 'AWS_SESSION_TOKEN AWS_CREDENTIAL_EXPIRATION AWS_SECURITY_TOKEN AWS_MFA_ENV_STATE'
    for (const environment of [pair, { ...pair, AWS_SESSION_TOKEN: 'stale', AWS_SECURITY_TOKEN: 'stale' }]) {
      expect(await unset(environment)).toEqual({
        status: 0,
        stdout: `{ unset ${without} ${without}; }\n`,
        stderr: 'aws-mfa-env: note: the long-term key ...ABCD stays in the environment\n',
      })
    }
  })

  it('says that keys which a session replaced in the environment are gone', async () => {
    const state = stateFrom({ accessKeyId: 'AKIA000000000000ABCD' })
    const { status, stderr } = await unset({ ...session, AWS_MFA_ENV_STATE: state })
    expect({ status, stderr }).toEqual({
      status: 0,
      stderr:
        'aws-mfa-env: note: the long-term key ...ABCD that the environment held before is not put back: its secret is kept nowhere\n',
    })
  })

  it('takes the session away although cmd cannot be told what it displaced', async () => {
    const environment = { ...session, AWS_MFA_ENV_STATE: stateFrom({ profile: 'work' }, '100%') }
    const lines = ['AWS_PROFILE', ...cleared.split(' ')].map((name) => `set "${name}="\r\n`)
    const { status, stdout, stderr } = await unset(environment, 'cmd')
    expect({ status, stderr }).toEqual({
      status: 0,
      stderr:
        'aws-mfa-env: note: AWS_PROFILE is not put back: its value has a percent sign, which this shell cannot be told\n',
    })
    expect(stdout.split(/(?<=\n)/).sort()).toEqual(lines.sort())
  })
})
