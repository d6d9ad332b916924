import {
  AssumeRoleCommand,
  type AssumeRoleCommandInput,
  GetCallerIdentityCommand,
  GetSessionTokenCommand,
} from '@aws-sdk/client-sts'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createStsClient, findRefusal, type Keys } from './sdk-client.ts'
import { type AwsServer, type Role, type RoleSpec, startAwsServer, type User } from './server.ts'

let aws: AwsServer
let alice: User
beforeAll(async () => {
  aws = await startAwsServer()
  alice = aws.users.alice
})
beforeEach(() => aws.reset())
afterAll(() => aws.close())

function ask(role: Role, keys: Keys, input: Partial<AssumeRoleCommandInput> = {}) {
  const command = new AssumeRoleCommand({ RoleArn: role.arn, RoleSessionName: 'tests', ...input })
  return createStsClient(aws, keys).send(command)
}

async function assume(role: Role, keys: Keys, input: Partial<AssumeRoleCommandInput> = {}) {
  const { Credentials, AssumedRoleUser } = await ask(role, keys, input)
  const { AccessKeyId = '', SecretAccessKey = '', SessionToken = '', Expiration } = Credentials ?? {}
  const session = { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken }
  return { session, seconds: ((Expiration?.getTime() ?? 0) - Date.now()) / 1000, AssumedRoleUser }
}

const denied = (arn: string, role: Role) => [
  403,
  'AccessDenied',
  `User: ${arn} is not authorized to perform: sts:AssumeRole on resource: ${role.arn}`,
]

const invalid = (message: string) => [400, 'ValidationError', message]

describe("a role's session", () => {
  it('says who it is, in the answer and after', async () => {
    const role = aws.addRole({ name: 'deploy', path: '/team/' })
    const { session, seconds, AssumedRoleUser } = await assume(role, aws.issueSession(alice))
    const arn = 'arn:aws:sts::123456789012:assumed-role/deploy/tests'
    expect(AssumedRoleUser).toEqual({ Arn: arn, AssumedRoleId: `${role.roleId}:tests` })
    expect(Math.round(seconds / 60)).toBe(60)
    expect(await createStsClient(aws, session).send(new GetCallerIdentityCommand())).toMatchObject({
      Arn: arn,
      UserId: `${role.roleId}:tests`,
      Account: '123456789012',
    })
  })

  it('lasts as long as was asked, up to what the role allows', async () => {
    const role = aws.addRole({ maxSessionDuration: 7200 })
    expect(Math.round((await assume(role, alice, { DurationSeconds: 7200 })).seconds / 60)).toBe(120)
    expect(await findRefusal(ask(role, alice, { DurationSeconds: 7201 }))).toEqual(
      invalid('The requested DurationSeconds exceeds the MaxSessionDuration set for this role.'),
    )
  })

  it('lasts an hour at most where another role assumed it', async () => {
    const first = aws.addRole()
    const second = aws.addRole({ trust: { roleNames: [first.name] }, maxSessionDuration: 43200 })
    const { session } = await assume(first, alice)
    expect(Math.round((await assume(second, session)).seconds / 60)).toBe(60)
    expect(await findRefusal(ask(second, session, { DurationSeconds: 3601 }))).toEqual(
      invalid(
        'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining',
      ),
    )
  })
})

describe('trust', () => {
  const cases: [name: string, trust: RoleSpec['trust'], keys: () => Keys, trusted: boolean][] = [
    ['in the account', {}, () => alice, true],
    ['in another account', {}, () => aws.addUser({ account: '999999999999' }), false],
    ['in a user', { users: [] }, () => alice, false],
    ['in MFA, without', { requireMfa: true }, () => alice, false],
    [
      'in MFA, with a session without',
      { requireMfa: true },
      () => aws.issueSession(alice, { mfa: false }),
      false,
    ],
    [
      'in MFA, with an old code',
      { requireMfa: true },
      () => aws.issueSession(alice, { mfaAgeSeconds: 9999 }),
      true,
    ],
    ['in a fresh code, without', { maxMfaAgeSeconds: 300 }, () => alice, false],
    [
      'in a fresh code',
      { maxMfaAgeSeconds: 300 },
      () => aws.issueSession(alice, { mfaAgeSeconds: 290 }),
      true,
    ],
    [
      'in a fresh code, with an old one',
      { maxMfaAgeSeconds: 300 },
      () => aws.issueSession(alice, { mfaAgeSeconds: 301 }),
      false,
    ],
    ['in an external id, without', { externalId: 'blue' }, () => alice, false],
  ]
  it.each(cases)('%s', async (_, trust = {}, keys, trusted) => {
    const role = aws.addRole({ trust })
    if (trusted) expect(await ask(role, keys())).toHaveProperty('Credentials')
    else expect((await findRefusal(ask(role, keys())))[1]).toBe('AccessDenied')
  })

  it('in a code that comes with the request, once', async () => {
    const user = aws.addUser()
    const role = aws.addRole({ trust: { users: [user], maxMfaAgeSeconds: 300 } })
    const code = { SerialNumber: user.serialNumber, TokenCode: aws.nextTokenCode(user) }
    expect(await ask(role, user, code)).toHaveProperty('Credentials')
    expect((await findRefusal(ask(role, user, code)))[2]).toMatch('invalid MFA one time pass code')
  })

  it('in an external id', async () => {
    const role = aws.addRole({ trust: { externalId: 'blue' } })
    expect(await ask(role, alice, { ExternalId: 'blue' })).toHaveProperty('Credentials')
    expect(await findRefusal(ask(role, alice, { ExternalId: 'red' }))).toEqual(denied(alice.arn, role))
  })

  it('in users is none in the sessions of a role that they have assumed', async () => {
    const first = aws.addRole({ name: 'first' })
    const { session } = await assume(first, alice)
    const arn = 'arn:aws:sts::123456789012:assumed-role/first/tests'
    const role = aws.addRole()
    expect(await findRefusal(ask(role, session))).toEqual(denied(arn, role))
  })
})

describe('a refusal', () => {
  it('does not tell whether there is such a role', async () => {
    const role = { ...aws.addRole(), arn: 'arn:aws:iam::123456789012:role/nobody' }
    expect(await findRefusal(ask(role, alice))).toEqual(denied(alice.arn, role))
  })

  it('meets the root user', async () => {
    expect(await findRefusal(ask(aws.addRole(), aws.users.root))).toEqual([
      403,
      'AccessDenied',
      'Roles may not be assumed by root accounts.',
    ])
  })

  it('meets an expired session', async () => {
    const session = aws.issueSession(alice, { durationSeconds: -1 })
    expect((await findRefusal(ask(aws.addRole(), session)))[1]).toBe('ExpiredToken')
  })

  it('meets GetSessionToken with the session of a role', async () => {
    const { session } = await assume(aws.addRole({ name: 'reader' }), alice)
    expect(await findRefusal(createStsClient(aws, session).send(new GetSessionTokenCommand()))).toEqual([
      403,
      'AccessDenied',
      'Cannot call GetSessionToken with session credentials',
    ])
  })

  it.each([
    [
      { RoleArn: 'role' },
      "1 validation error detected: Value 'role' at 'roleArn' failed to satisfy constraint: Member must have length greater than or equal to 20",
    ],
    [{ RoleArn: 'arn:aws:iam::123456789012:user/alice' }, 'arn:aws:iam::123456789012:user/alice is invalid'],
    [
      { RoleSessionName: 'a b' },
      "1 validation error detected: Value 'a b' at 'roleSessionName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w+=,.@-]*",
    ],
    [
      { DurationSeconds: 899 },
      "1 validation error detected: Value '899' at 'durationSeconds' failed to satisfy constraint: Member must have value greater than or equal to 900",
    ],
  ])('meets %o', async (input, message) => {
    expect(await findRefusal(ask(aws.addRole(), alice, input))).toEqual(invalid(message))
  })
})
