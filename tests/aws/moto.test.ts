// The calls as moto judges them: it checks signatures and policies with botocore's own code. It checks no codes,
// and lists no devices without a user name.

import { type ChildProcess, spawn } from 'node:child_process'
import {
  AttachUserPolicyCommand,
  CreateAccessKeyCommand,
  CreatePolicyCommand,
  CreateRoleCommand,
  CreateUserCommand,
  CreateVirtualMFADeviceCommand,
  EnableMFADeviceCommand,
  IAMClient,
} from '@aws-sdk/client-iam'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { listMfaDevices } from '../../src/aws/iam.ts'
import type { Credentials } from '../../src/aws/request.ts'
import { assumeRole, getCallerIdentity, getSessionToken, type SessionTokenAnswer } from '../../src/aws/sts.ts'
import { createEnvironment, works } from '../aws-server/child-client.ts'
import { endpointOf, linesOf, requestOf } from './asking.ts'
import { freePort } from './free-port.ts'

const hasMoto = await works('moto_server', '--help')

describe.skipIf(!hasMoto)('moto_server', () => {
  let moto: ChildProcess
  let url: string
  let keys: Credentials
  beforeAll(async () => {
    const port = await freePort()
    url = `http://127.0.0.1:${port}`
    moto = spawn('moto_server', ['-H', '127.0.0.1', '-p', String(port)], {
      env: createEnvironment(),
      stdio: 'ignore',
    })
    while (moto.exitCode === null && !(await fetch(url).catch(() => undefined)))
      await new Promise((resolve) => setTimeout(resolve, 100))
    keys = await createAlice(url)
    // From now on signatures and policies count.
    await fetch(`${url}/moto-api/reset-auth`, { method: 'POST', body: '0' })
  })
  afterAll(async () => {
    const ended = new Promise((resolve) => moto.once('exit', resolve))
    moto.kill()
    await ended
  })

  const at = (service: 'sts' | 'iam', credentials = keys) =>
    requestOf(endpointOf(service, { AWS_ENDPOINT_URL: url }), credentials)

  const askForSession = () =>
    getSessionToken(at('sts'), {
      serialNumber: { value: 'arn:aws:iam::123456789012:mfa/alice', origin: 'here', from: 'option' },
      tokenCode: '123456',
      durationSeconds: 900,
    })

  const askForRole = (name: string) =>
    assumeRole(at('sts'), {
      roleArn: { value: `arn:aws:iam::123456789012:role/${name}`, origin: 'role_arn', from: 'profile' },
      chained: false,
      roleSessionName: 'alice@home',
      durationSeconds: { value: 900, origin: 'duration_seconds' },
      externalId: 'a/b:c',
    })

  it('takes GetSessionToken', async () => {
    expect(credentialsOf(await askForSession())).toEqual({
      accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
      secretAccessKey: expect.any(String),
      sessionToken: expect.any(String),
    })
  })

  it('takes AssumeRole, and the session of the role', async () => {
    const answer = await askForRole('reader')
    expect(await getCallerIdentity(at('sts', credentialsOf(answer)))).toMatchObject({
      arn: 'arn:aws:sts::123456789012:assumed-role/reader/alice@home',
      account: '123456789012',
    })
  })

  it('refuses a role that no policy allows', async () => {
    const lines = await linesOf(askForRole('writer'))
    expect(lines.slice(0, 3)).toEqual([
      'RoleDenied',
      4,
      'arn:aws:iam::123456789012:user/alice may not assume arn:aws:iam::123456789012:role/writer (from role_arn)',
    ])
  })

  it('takes ListMFADevices', async () => {
    expect(await listMfaDevices(at('iam'), { userName: 'alice' })).toEqual([
      {
        serialNumber: 'arn:aws:iam::123456789012:mfa/alice',
        enableDate: expect.any(Date),
      },
    ])
  })

  it.each(['sts', 'iam'] as const)('refuses a wrong signature for %s', async (service) => {
    const request = at(service, { ...keys, secretAccessKey: 'wrong'.repeat(8) })
    const call = service === 'sts' ? getCallerIdentity(request) : listMfaDevices(request)
    expect((await linesOf(call))[2]).toMatch(/^the secret access key is wrong: /)
  })
})

function credentialsOf({ accessKeyId, secretAccessKey, sessionToken }: SessionTokenAnswer): Credentials {
  return { accessKeyId, secretAccessKey, sessionToken } as Credentials
}

/** A user with a device, who may do all but assume the role `writer`; her keys. */
async function createAlice(endpoint: string): Promise<Credentials> {
  const iam = new IAMClient({
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'setup', secretAccessKey: 'setup' },
  })
  const UserName = 'alice'
  await iam.send(new CreateUserCommand({ UserName }))
  const { VirtualMFADevice } = await iam.send(
    new CreateVirtualMFADeviceCommand({ VirtualMFADeviceName: 'alice' }),
  )
  await iam.send(
    new EnableMFADeviceCommand({
      UserName,
      SerialNumber: VirtualMFADevice?.SerialNumber,
      AuthenticationCode1: '123456',
      AuthenticationCode2: '654321',
    }),
  )
  const trust = [{ Effect: 'Allow', Principal: { AWS: '*' }, Action: 'sts:AssumeRole' }]
  for (const RoleName of ['reader', 'writer']) {
    await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: policy(trust) }))
  }
  const resource = 'arn:aws:iam::123456789012:role/writer'
  const allowed = [
    { Effect: 'Allow', Action: '*', Resource: '*' },
    { Effect: 'Deny', Action: 'sts:AssumeRole', Resource: resource },
  ]
  const { Policy } = await iam.send(
    new CreatePolicyCommand({ PolicyName: 'alice', PolicyDocument: policy(allowed) }),
  )
  await iam.send(new AttachUserPolicyCommand({ UserName, PolicyArn: Policy?.Arn }))
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName }))
  const { AccessKeyId: accessKeyId = '', SecretAccessKey: secretAccessKey = '' } = AccessKey ?? {}
  return { accessKeyId, secretAccessKey }
}

function policy(statements: readonly object[]): string {
  return JSON.stringify({ Version: '2012-10-17', Statement: statements })
}
