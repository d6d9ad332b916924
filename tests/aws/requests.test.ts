import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { listMfaDevices } from '../../src/aws/iam.ts'
import type { Credentials } from '../../src/aws/request.ts'
import { assumeRole, getCallerIdentity, getSessionToken, type RoleParameters } from '../../src/aws/sts.ts'
import { type AwsServer, type Fault, type Role, startAwsServer, type User } from '../aws-server/server.ts'
import { endpointOf, linesOf, requestOf } from './asking.ts'

let aws: AwsServer
let alice: User
beforeAll(async () => {
  aws = await startAwsServer()
  alice = aws.users.alice
})
beforeEach(() => aws.reset())
afterAll(() => aws.close())

const at = (service: 'sts' | 'iam', server = aws) =>
  endpointOf(service, { AWS_ENDPOINT_URL: server.url, AWS_REGION: 'us-east-2' })

const identify = (keys: Credentials, server = aws) => getCallerIdentity(requestOf(at('sts', server), keys))
const list = (keys: Credentials, userName?: string, server = aws) =>
  listMfaDevices(requestOf(at('iam', server), keys), { userName })

function assume(
  role: Pick<Role, 'arn'>,
  keys: Credentials,
  parameters: Partial<RoleParameters> = {},
  server = aws,
) {
  return assumeRole(requestOf(at('sts', server), keys), {
    roleArn: { value: role.arn, origin: 'role_arn in config, line 3', from: 'profile' },
    roleSessionName: 'test',
    chained: false,
    ...parameters,
  })
}

const fromConfig = (value: number) => ({ value, origin: 'duration_seconds in config, line 4' })
const tail = ({ accessKeyId }: Credentials) => accessKeyId.slice(-4)

describe('each call', () => {
  it('GetSessionToken gives a session', async () => {
    const user = aws.addUser()
    const serialNumber = { value: user.serialNumber, origin: 'here', from: 'option' } as const
    const parameters = { serialNumber, tokenCode: aws.nextTokenCode(user), durationSeconds: 900 }
    const answer = await getSessionToken(requestOf(at('sts'), user), parameters)
    expect(answer).toEqual({
      accessKeyId: expect.stringMatching(/^ASIA/),
      secretAccessKey: expect.any(String),
      sessionToken: expect.any(String),
      expiration: expect.any(Date),
      clockOffset: expect.any(Number),
    })
  })

  it('AssumeRole gives a session of the role, as its parameters say', async () => {
    const role = aws.addRole({
      name: 'deploy',
      trust: { requireMfa: true, externalId: 'blue' },
      maxSessionDuration: 7200,
    })
    const session = aws.issueSession(alice)
    const answer = await assume(role, session, { externalId: 'blue', durationSeconds: fromConfig(7200) })
    expect(aws.requests).toMatchObject([
      {
        region: 'us-east-2',
        service: 'sts',
        withSessionToken: true,
        parameters: {
          DurationSeconds: '7200',
          ExternalId: 'blue',
          RoleArn: role.arn,
          RoleSessionName: 'test',
        },
      },
    ])
    const { accessKeyId, secretAccessKey, sessionToken } = answer as unknown as Credentials
    expect(await identify({ accessKeyId, secretAccessKey, sessionToken })).toEqual({
      arn: 'arn:aws:sts::123456789012:assumed-role/deploy/test',
      account: '123456789012',
    })
  })

  it('AssumeRole sends no parameter that was not given', async () => {
    await assume(aws.addRole(), alice)
    expect(Object.keys(aws.requests[0]?.parameters ?? {})).toEqual(['RoleArn', 'RoleSessionName'])
  })

  it.each(['alice', 'root'] as const)('GetCallerIdentity says that it is %s', async (who) => {
    const { arn, account } = aws.users[who]
    expect(await identify(aws.users[who])).toEqual({ arn, account })
  })

  it('ListMFADevices gives all pages', async () => {
    const { carol } = aws.users
    expect(await list(carol)).toEqual(
      carol.devices.map(({ serialNumber, enableDate }) => ({ serialNumber, enableDate })),
    )
    expect(aws.requests).toHaveLength(3)
    expect(aws.requests).toMatchObject([{ service: 'iam', region: 'us-east-2' }, {}, {}])
  })

  it('ListMFADevices gives none', async () => {
    expect(await list(aws.addUser({ devices: [] }))).toEqual([])
  })

  it('ListMFADevices names the user', async () => {
    const user = aws.addUser({ listDevices: 'with-user-name' })
    expect(await list(user, user.name)).toMatchObject([{ serialNumber: user.serialNumber }])
  })

  it('says what it does, without a secret', async () => {
    const request = requestOf(at('iam'), aws.users.carol)
    await listMfaDevices(request)
    const pages = ['', ', page 2', ', page 3'].map((page) => `asking IAM for the MFA devices${page}`)
    expect(request.lines).toEqual(pages)
  })
})

const withoutRole =
  'there is no such role, its trust policy does not name the caller, or a policy of the caller (signed with profile test) does not allow it'
const fresher =
  'the role may want a fresher code: ask for a new session with --new; or an external_id in the profile'

describe('a refusal', () => {
  it('of a role names who may not and where the role stands', async () => {
    const role = aws.addRole({ trust: { users: [] } })
    expect(await linesOf(assume(role, aws.issueSession(alice)))).toEqual([
      'RoleDenied',
      4,
      `arn:aws:iam::123456789012:user/alice may not assume ${role.arn} (from role_arn in config, line 3)`,
      withoutRole,
      fresher,
    ])
  })

  it('of a role whose code is too old is the same, and an external id is not repeated', async () => {
    const role = aws.addRole({ trust: { maxMfaAgeSeconds: 60 } })
    const session = aws.issueSession(alice, { mfaAgeSeconds: 61 })
    const lines = await linesOf(assume(role, session, { externalId: 'blue' }))
    expect(lines.slice(0, 1)).toEqual(['RoleDenied'])
    expect(lines.slice(3)).toEqual([withoutRole, fresher.replace('an external', 'another external')])
  })

  it.each([
    [
      'User: arn:aws:iam::123456789012:user/alice is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::123456789012:role/x with an explicit deny in a service control policy',
      'arn:aws:iam::123456789012:user/alice',
      ['AWS says: with an explicit deny in a service control policy'],
    ],
    [
      'Roles may not be assumed by root accounts.',
      'profile test',
      ['AWS says: Roles may not be assumed by root accounts. (AccessDenied)'],
    ],
  ])('of a role keeps what else AWS says: %s', async (message, who, told) => {
    aws.fail(rawError(403, 'AccessDenied', message))
    const role = aws.addRole()
    expect(await linesOf(assume(role, alice))).toEqual([
      'RoleDenied',
      4,
      `${who} may not assume ${role.arn} (from role_arn in config, line 3)`,
      ...told,
      withoutRole,
      fresher,
    ])
  })

  it('of a duration names the line', async () => {
    const role = aws.addRole()
    expect(await linesOf(assume(role, alice, { durationSeconds: fromConfig(3601) }))).toEqual([
      'Failure',
      4,
      `duration_seconds in config, line 4: 3601 seconds exceeds what ${role.arn} allows`,
      "write a smaller duration_seconds, or have the role's maximum session duration raised",
    ])
  })

  it('of a duration behind another role names the line', async () => {
    const first = aws.addRole()
    const second = aws.addRole({ trust: { roleNames: [first.name] }, maxSessionDuration: 43_200 })
    const { accessKeyId, secretAccessKey, sessionToken } = await assume(first, alice)
    const session = { accessKeyId, secretAccessKey, sessionToken } as Credentials
    expect(await linesOf(assume(second, session, { durationSeconds: fromConfig(7200) }))).toEqual([
      'Failure',
      4,
      'duration_seconds in config, line 4: 7200 seconds exceeds the hour that a role lasts which another role assumes',
      'write a duration_seconds of 3600 or less, or take it out',
    ])
  })

  it('of another parameter of a role names the role', async () => {
    expect(await linesOf(assume({ arn: 'arn:aws:iam::123456789012:user/alice' }, alice))).toEqual([
      'Failure',
      4,
      'AWS finds a parameter of AssumeRole invalid: arn:aws:iam::123456789012:user/alice is invalid (ValidationError)',
      'the role is arn:aws:iam::123456789012:user/alice, from role_arn in config, line 3',
    ])
  })

  it.each([
    ['AssumeRole', (keys: Credentials) => assume(aws.addRole(), keys)],
    ['GetCallerIdentity', (keys: Credentials) => identify(keys)],
    ['ListMFADevices', (keys: Credentials) => list(keys)],
  ])('of an expired session by %s is told from one of expired keys', async (_, call) => {
    expect(await linesOf(call(aws.issueSession(alice, { durationSeconds: -1 })))).toEqual([
      'SessionRefused',
      4,
      'the session has expired: The security token included in the request is expired (ExpiredToken)',
      'it came from profile test: get a new one',
    ])
    aws.fail(rawError(403, 'ExpiredToken', 'The security token included in the request is expired'))
    expect(await linesOf(call(alice))).toEqual([
      'Failure',
      4,
      'AWS says that the keys have expired: The security token included in the request is expired (ExpiredToken)',
      'they came from profile test',
    ])
  })

  it('of a session whose user is gone', async () => {
    const user = aws.addUser()
    const session = aws.issueSession(user)
    aws.removeUser(user)
    expect(await linesOf(identify(session))).toEqual([
      'SessionRefused',
      4,
      `AWS does not take the session with key ...${tail(session)}, from profile test, in us-east-2 (partition aws)`,
      'whom it was issued to may be deleted or inactive, or the region not enabled for the account: get a new one',
    ])
  })

  it('of devices can be told from others', async () => {
    const { denied } = aws.users
    const words = (name: string) =>
      `User: ${denied.arn} is not authorized to perform: iam:ListMFADevices on resource: user ${name} with an explicit deny in an identity-based policy (AccessDenied)`
    const hint = 'have iam:ListMFADevices allowed'
    expect(await linesOf(list(denied))).toEqual([
      'DevicesDenied',
      4,
      `AWS does not let profile test list the MFA devices: ${words('null')}`,
      hint,
    ])
    expect(await linesOf(list(denied, 'denied'))).toEqual([
      'DevicesDenied',
      4,
      `AWS does not let profile test list the MFA devices of denied: ${words('denied')}`,
      hint,
    ])
  })

  it('of devices of nobody', async () => {
    expect(await linesOf(list(aws.users.root, 'root'))).toEqual([
      'Failure',
      4,
      'IAM knows no such user: The user with name root cannot be found. (NoSuchEntityException)',
      'name the device with --serial-number',
    ])
  })

  it('of a secret or a clock says nothing of a code where none was sent', async () => {
    expect(await linesOf(identify({ ...alice, secretAccessKey: 'wrong'.repeat(8) }))).toEqual([
      'Failure',
      4,
      `the secret access key is wrong: AWS computes another signature for key ...${tail(alice)}, from profile test`,
      'copy the secret again, or make a new access key',
    ])
    aws.fail({ kind: 'skew', offsetMs: -40 * 60_000 })
    aws.fail({ kind: 'skew', offsetMs: 40 * 60_000 })
    expect((await linesOf(identify(alice))).at(-1)).toBe('set the clock')
  })
})

describe('an answer that is not as AWS makes them', () => {
  const raw = (body: string): Fault => ({
    kind: 'raw',
    answer: { status: 200, headers: { 'Content-Type': 'text/xml' }, body },
  })
  const strange = (what: string) => [
    'Failure',
    5,
    `the answer did not come from AWS: its ${what} is missing or not as AWS makes them`,
    'look at the endpoint and at proxies',
  ]

  it.each([
    '',
    '<GetCallerIdentityResult><Arn>me</Arn><UserId>me</UserId><Account>12</Account></GetCallerIdentityResult>',
  ])('is no identity: %s', async (result) => {
    aws.fail(raw(`<GetCallerIdentityResponse>${result}</GetCallerIdentityResponse>`))
    expect(await linesOf(identify(alice))).toEqual(strange('caller'))
  })

  it('is no device', async () => {
    const device = '<member><SerialNumber>a\u202eb</SerialNumber></member>'
    const result = `<ListMFADevicesResult><MFADevices>${device}</MFADevices></ListMFADevicesResult>`
    aws.fail(raw(`<ListMFADevicesResponse>${result}</ListMFADevicesResponse>`))
    expect(await linesOf(list(alice))).toEqual(strange('serial number'))
  })

  it('is a list without an end', async () => {
    const result =
      '<ListMFADevicesResult><IsTruncated>true</IsTruncated><Marker>on</Marker></ListMFADevicesResult>'
    aws.fail(raw(`<ListMFADevicesResponse>${result}</ListMFADevicesResponse>`), 100)
    expect(await linesOf(list(alice))).toEqual(strange('end'))
    expect(aws.requests).toHaveLength(20)
  })

  it('is the page of a portal in place of IAM', async () => {
    aws.fail({ kind: 'html', status: 200 })
    expect(await linesOf(list(alice))).toEqual([
      'Failure',
      5,
      `the answer did not come from AWS: ${aws.url} answered with status 200, and not in AWS's words`,
      'a proxy or the sign-in page of a network may be in between: open a web page to see',
      'try again in a minute',
    ])
  })
})

describe('what passes', () => {
  it('is waited for as long as it is said', async () => {
    aws.fail({ kind: 'throttle' })
    const request = requestOf(at('sts'), alice)
    const start = performance.now()
    await getCallerIdentity(request)
    const took = performance.now() - start
    const [, said] = /^AWS asks to wait: the next try is in (\d+) ms$/m.exec(request.lines.join('\n')) ?? []
    // A timer may be early.
    expect(took).toBeGreaterThan(Number(said) - 2)
    expect(Number(said)).toBeGreaterThanOrEqual(250)
  })

  const askThem: [name: string, ask: (server: AwsServer) => Promise<unknown>][] = [
    ['AssumeRole', (server) => assume(server.addRole(), alice, {}, server)],
    ['GetCallerIdentity', (server) => identify(alice, server)],
    ['ListMFADevices', (server) => list(alice, undefined, server)],
  ]
  const faults: [name: string, disturb: (server: AwsServer) => void][] = [
    ['throttling with 400', (server) => server.fail({ kind: 'throttle' })],
    ['throttling with 429', (server) => server.fail({ kind: 'throttle', status: 429 })],
    ['an error of AWS', (server) => server.fail({ kind: 'internal-failure' })],
    ['a service that is away', (server) => server.fail({ kind: 'unavailable' })],
    ['a connection cut in the headers', (server) => server.fail({ kind: 'cut', where: 'headers' })],
    ['a connection cut in the body', (server) => server.fail({ kind: 'cut', where: 'body' })],
    ['a 503 in other words', (server) => server.fail({ kind: 'raw', answer: { status: 503, body: 'busy' } })],
    [
      'a clock that is wrong',
      (server) => {
        server.clockOffsetMs = 20 * 60_000
      },
    ],
  ]
  const pairs = askThem.flatMap(([call, ask]) =>
    faults.map(([fault, disturb]) => ({ call, ask, fault, disturb })),
  )
  it.concurrent.each(pairs)('$call is sent again after $fault', async ({ ask, disturb }) => {
    const own = await startAwsServer()
    disturb(own)
    await ask(own)
    expect(own.requests).toHaveLength(2)
    await own.close()
  })

  it.concurrent.each([
    ['an error of AWS', { kind: 'internal-failure' }, /^AWS had an error of its own: /],
    ['a broken connection', { kind: 'cut', where: 'body' }, /broke before an answer came/],
  ] as const)('is given up after four times: %s', { tags: 'slow' }, async (_, fault, message) => {
    const own = await startAwsServer()
    own.fail(fault, 100)
    const endpoint = endpointOf('sts', { AWS_ENDPOINT_URL: own.url })
    const lines = await linesOf(getCallerIdentity(requestOf(endpoint, own.users.alice)))
    expect(lines.slice(1)).toEqual([5, expect.stringMatching(message), 'try again in a minute'])
    expect(own.requests).toHaveLength(4)
    await own.close()
  })

  // Two servers: the last request of a run that was given up may come as late as it likes.
  it.concurrent('is given up when it is throttled until the time is up', { tags: 'slow' }, async () => {
    const own = await startAwsServer()
    own.fail({ kind: 'throttle' }, 100)
    const lines = await linesOf(listMfaDevices(requestOf(at('iam', own), alice, 1_000)))
    // The time may be up in a request or between two.
    expect([
      `${own.url} did not answer in time`,
      'AWS asked us to slow down until the time was up',
    ]).toContain(lines[2])
    await own.close()
  })

  it.concurrent('is given up when no answer comes until the time is up', async () => {
    const own = await startAwsServer()
    own.fail({ kind: 'hang' })
    expect(await linesOf(listMfaDevices(requestOf(at('iam', own), alice, 400)))).toEqual([
      'Failure',
      5,
      `${own.url} did not answer in time`,
      'try again in a minute',
    ])
    await own.close()
  })

  it.concurrent.each(['internal-failure', 'unavailable'] as const)(
    'GetSessionToken is not sent again after %s',
    async (kind) => {
      const own = await startAwsServer()
      own.fail({ kind })
      const user = own.addUser()
      const serialNumber = { value: user.serialNumber, origin: 'here', from: 'option' } as const
      const parameters = { serialNumber, tokenCode: own.nextTokenCode(user), durationSeconds: 900 }
      const request = requestOf(endpointOf('sts', { AWS_ENDPOINT_URL: own.url }), user)
      expect((await linesOf(getSessionToken(request, parameters))).at(-1)).toBe(
        'the code may be spent: wait for the next one and try again',
      )
      expect(own.requests).toHaveLength(1)
      await own.close()
    },
  )
})

function rawError(status: number, code: string, message: string): Fault {
  const error = `<Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error>`
  return {
    kind: 'raw',
    answer: { status, body: `<ErrorResponse>${error}<RequestId>4a1f</RequestId></ErrorResponse>` },
  }
}
