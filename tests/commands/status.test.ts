import { describe, expect, it } from 'vitest'
import { encodeState } from '../../src/variables/state.ts'
import { withSandbox } from '../real-shells/run.ts'
import { runTool } from './tool.ts'

const serialNumber = 'arn:aws:iam::123456789012:mfa/alice'
const keyId = 'ASIA000000000000ABCD'
const minutesFromNow = (minutes: number) =>
  new Date(Date.now() + minutes * 60_000).toISOString().replace(/\.\d+Z$/, 'Z')

function ours(
  expiration: string,
  source: { profile: string } | { accessKeyId: string } = { profile: 'work' },
) {
  return {
    AWS_ACCESS_KEY_ID: keyId,
    AWS_SECRET_ACCESS_KEY: 'a secret that status must not print',
    AWS_SESSION_TOKEN: 'a token that status must not print',
    AWS_MFA_ENV_STATE: encodeState({ source, serialNumber, accessKeyId: keyId, expiration, displaced: [] }),
  }
}

const status = (environment: Record<string, string>, ...words: string[]) =>
  withSandbox((sandbox) => runTool(['status', ...words], { sandbox, environment }))

describe('status', () => {
  it('tells whose session it is and until when', async () => {
    const end = minutesFromNow(90.5)
    expect(await status(ours(end))).toEqual({
      status: 0,
      stdout: `session of profile work, device ${serialNumber}, key ...ABCD\nuntil ${end}: 1 h 30 min left\n`,
      stderr: '',
    })
    const fromEnvironment = await status(ours(end, { accessKeyId: 'AKIA000000000000WXYZ' }))
    expect(fromEnvironment.stdout).toMatch(/^session of the key \.\.\.WXYZ from the environment, device /)
  })

  it('tells it as JSON', async () => {
    const end = minutesFromNow(60)
    const { stdout, ...rest } = await status(ours(end), '--json')
    expect(rest).toEqual({ status: 0, stderr: '' })
    expect(JSON.parse(stdout)).toEqual({
      session: 'ours',
      keyId,
      profile: 'work',
      serialNumber,
      account: '123456789012',
      expiration: end,
      remainingSeconds: expect.any(Number),
    })
  })

  it.each([
    ['4m', '3m', 0],
    ['4m', '5m', 3],
    ['4m', undefined, 3],
    ['6m', undefined, 0],
    ['6m', '1h', 3],
    ['6m', '0', 0],
    ['-1m', '0', 3],
  ])('with %s left and --min-remaining %s ends with %i', async (left, minimum, code) => {
    const words = minimum === undefined ? [] : ['--min-remaining', minimum]
    const ran = await status(ours(minutesFromNow(Number.parseInt(left, 10) + 0.1)), ...words)
    expect({ status: ran.status, stderr: ran.stderr }).toEqual({ status: code, stderr: '' })
  })

  it('tells since when a session has been over', async () => {
    const end = minutesFromNow(-125)
    const { status: code, stdout } = await status(ours(end))
    expect(code).toBe(3)
    expect(stdout).toContain(`\nended at ${end}, 2 h 5 min ago\n`)
  })

  it('knows a session that is not ours, with or without an end', async () => {
    const { AWS_MFA_ENV_STATE, ...foreign } = ours(minutesFromNow(60))
    expect(await status(foreign)).toEqual({
      status: 0,
      stdout: 'a session that aws-mfa-env did not set, key ...ABCD\nnothing says until when\n',
      stderr: '',
    })
    expect(await status(foreign, '--min-remaining', '0')).toMatchObject({ status: 0 })
    expect(await status(foreign, '--min-remaining', '30m')).toMatchObject({ status: 3 })
    const damaged = {
      ...foreign,
      AWS_MFA_ENV_STATE: `${AWS_MFA_ENV_STATE.slice(4)}`,
      AWS_CREDENTIAL_EXPIRATION: minutesFromNow(1),
    }
    expect(await status(damaged)).toMatchObject({ status: 3, stdout: expect.stringContaining('did not set') })
  })

  it('takes a part of a session for none, and prints no control of a hostile state', async () => {
    const { AWS_SESSION_TOKEN, ...part } = ours(minutesFromNow(60))
    expect(AWS_SESSION_TOKEN).toBeDefined()
    expect(await status(part)).toMatchObject({ status: 3 })
    const hostile = await status(ours(minutesFromNow(60), { profile: 'a\u001b]0;b' }))
    expect(hostile.stdout).toContain('profile a\\u{1b}]0;b,')
  })

  it('knows that there is none', async () => {
    const none = { status: 3, stdout: 'no session in this environment\n', stderr: '' }
    expect(await status({})).toEqual(none)
    expect(await status({ AWS_ACCESS_KEY_ID: 'AKIA0000000000000000', AWS_SECRET_ACCESS_KEY: 'x' })).toEqual(
      none,
    )
    expect(await status({}, '--json')).toEqual({ ...none, stdout: '{\n  "session": "none"\n}\n' })
  })
})
