// @module-tag slow
// That AWS's own clients are content with the local AWS; the SDK for JavaScript is in every other test here.

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { keysOf, run, works } from './child-client.ts'
import type { Keys } from './sdk-client.ts'
import { type AwsServer, startAwsServer, type User } from './server.ts'

const [hasAwsCli, hasBotocore] = await Promise.all([
  works('aws', '--version'),
  works('python3', '-c', 'import botocore.session'),
])

let aws: AwsServer
beforeAll(async () => {
  aws = await startAwsServer()
})
afterAll(() => aws.close())

async function awsCli(keys: Keys, ...args: string[]) {
  const { status, stdout, stderr } = await run('aws', [...args, '--output', 'json'], keysOf(aws, keys))
  return { status, stderr, answer: stdout ? JSON.parse(stdout) : undefined }
}

function sessionArguments(user: User): string[] {
  const code = aws.nextTokenCode(user)
  return ['sts', 'get-session-token', '--serial-number', user.serialNumber, '--token-code', code]
}

it.skipIf(!hasAwsCli).concurrent(
  'aws (the AWS CLI): a session, and with it the identity and the devices',
  async () => {
    const user = aws.addUser()
    const { status, stderr, answer } = await awsCli(user, ...sessionArguments(user))
    expect(status, stderr).toBe(0)
    const { AccessKeyId, SecretAccessKey, SessionToken } = answer.Credentials
    const session = { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken }
    expect(await awsCli(session, 'sts', 'get-caller-identity')).toMatchObject({
      status: 0,
      answer: { UserId: user.userId, Account: user.account, Arn: user.arn },
    })
    const devices = await awsCli(session, 'iam', 'list-mfa-devices')
    expect(devices.answer.MFADevices).toMatchObject([
      { UserName: user.name, SerialNumber: user.serialNumber },
    ])
  },
)

it.skipIf(!hasAwsCli).concurrent('aws (the AWS CLI): all pages of devices', async () => {
  const { answer } = await awsCli(aws.users.carol, 'iam', 'list-mfa-devices', '--user-name', 'carol')
  const serials = answer.MFADevices.map((device: { SerialNumber: string }) => device.SerialNumber)
  expect(serials).toEqual(aws.users.carol.devices.map((device) => device.serialNumber))
})

it.skipIf(!hasAwsCli).concurrent('aws (the AWS CLI): a refusal', async () => {
  const { status, stderr } = await awsCli(aws.users.denied, ...sessionArguments(aws.users.denied))
  expect(status).toBeGreaterThan(0)
  expect(stderr).toContain(
    'An error occurred (AccessDenied) when calling the GetSessionToken operation: ' +
      'User: arn:aws:iam::123456789012:user/denied is not authorized to perform: sts:GetSessionToken ' +
      'on resource: * with an explicit deny in an identity-based policy',
  )
})

it.skipIf(!hasAwsCli).concurrent(
  'aws (the AWS CLI): a role assumed with a session, by hand and as a profile',
  async () => {
    const user = aws.addUser()
    const role = aws.addRole({ trust: { users: [user], requireMfa: true, externalId: 'blue' } })
    const session = aws.issueSession(user)
    const words = ['--role-arn', role.arn, '--role-session-name', 'cli', '--external-id', 'blue']
    const assumed = await awsCli(session, 'sts', 'assume-role', ...words)
    const arn = `arn:aws:sts::123456789012:assumed-role/${role.name}/cli`
    expect(assumed).toMatchObject({ status: 0, answer: { AssumedRoleUser: { Arn: arn } } })
    const folder = await mkdtemp(join(tmpdir(), 'aws-server-test-'))
    const config = join(folder, 'config')
    await writeFile(
      config,
      `[profile role]\nrole_arn = ${role.arn}\ncredential_source = Environment\nexternal_id = blue\nrole_session_name = profile\n`,
    )
    const environment = { ...keysOf(aws, session), AWS_CONFIG_FILE: config }
    const { status, stdout, stderr } = await run(
      'aws',
      ['sts', 'get-caller-identity', '--profile', 'role', '--output', 'json'],
      environment,
    )
    await rm(folder, { recursive: true })
    expect(status, stderr).toBe(0)
    expect(JSON.parse(stdout).Arn).toBe(arn.replace(/cli$/, 'profile'))
  },
)

it.skipIf(!hasAwsCli).concurrent('aws (the AWS CLI): a role that is denied', async () => {
  const role = aws.addRole({ trust: { users: [] } })
  const words = ['--role-arn', role.arn, '--role-session-name', 'cli']
  const { status, stderr } = await awsCli(aws.users.alice, 'sts', 'assume-role', ...words)
  expect(status).toBeGreaterThan(0)
  expect(stderr).toContain(
    'An error occurred (AccessDenied) when calling the AssumeRole operation: ' +
      `User: arn:aws:iam::123456789012:user/alice is not authorized to perform: sts:AssumeRole on resource: ${role.arn}`,
  )
})

const script = `
import json, sys
import botocore.exceptions, botocore.session

serial, code, role = sys.argv[1:]
session = botocore.session.get_session()
sts = session.create_client('sts')
keys = sts.get_session_token(SerialNumber=serial, TokenCode=code)['Credentials']
session.set_credentials(keys['AccessKeyId'], keys['SecretAccessKey'], keys['SessionToken'])
with_session = session.create_client('sts')
identity = with_session.get_caller_identity()
pages = session.create_client('iam').get_paginator('list_mfa_devices').paginate()
role_keys = with_session.assume_role(RoleArn=role, RoleSessionName='botocore')['Credentials']
session.set_credentials(role_keys['AccessKeyId'], role_keys['SecretAccessKey'], role_keys['SessionToken'])
def refusal(client):
    try:
        client.get_session_token(SerialNumber=serial, TokenCode=code)
    except botocore.exceptions.ClientError as error:
        answer = error.response
        return [answer['ResponseMetadata']['HTTPStatusCode'], answer['Error']['Code'], answer['Error']['Message']]
print(json.dumps({
    'arn': identity['Arn'],
    'role': session.create_client('sts').get_caller_identity()['Arn'],
    'ids': [identity['ResponseMetadata']['RequestId'], identity['ResponseMetadata']['HTTPHeaders']['x-amzn-requestid']],
    'expiration': keys['Expiration'].isoformat(),
    'serials': [device['SerialNumber'] for page in pages for device in page['MFADevices']],
    'again': refusal(sts),
    'with session': refusal(with_session),
}))
`

it.skipIf(!hasBotocore).concurrent('python3 with botocore: a session, its devices, refusals', async () => {
  const user = aws.addUser({ devices: ['virtual', 'hardware', 'fido'], devicesPerPage: 2 })
  const role = aws.addRole({ name: 'boto', trust: { users: [user], maxMfaAgeSeconds: 60 } })
  const args = ['-c', script, user.serialNumber, aws.nextTokenCode(user), role.arn]
  const { stdout, stderr, status } = await run('python3', args, keysOf(aws, user))
  expect(status, stderr).toBe(0)
  const { ids, expiration, ...rest } = JSON.parse(stdout)
  expect(rest).toEqual({
    arn: user.arn,
    role: 'arn:aws:sts::123456789012:assumed-role/boto/botocore',
    serials: user.devices.map((device) => device.serialNumber),
    again: [403, 'AccessDenied', 'MultiFactorAuthentication failed with invalid MFA one time pass code.'],
    'with session': [403, 'AccessDenied', 'Cannot call GetSessionToken with session credentials'],
  })
  expect(ids[0]).toBe(ids[1])
  expect((Date.parse(expiration) - Date.now()) / 3_600_000).toBeCloseTo(12, 1)
})
