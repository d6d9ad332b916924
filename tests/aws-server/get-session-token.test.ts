import {
  GetCallerIdentityCommand,
  GetSessionTokenCommand,
  type GetSessionTokenCommandInput,
} from '@aws-sdk/client-sts'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createStsClient, findRefusal, type Keys } from './sdk-client.ts'
import { type AwsServer, startAwsServer, type User } from './server.ts'

let aws: AwsServer
beforeAll(async () => {
  aws = await startAwsServer()
})
beforeEach(() => aws.reset())
afterAll(() => aws.close())

const region = { aws: 'eu-west-1', 'aws-cn': 'cn-north-1', 'aws-us-gov': 'us-gov-west-1' }

function ask(user: User, input: GetSessionTokenCommandInput = {}, keys: Keys = user) {
  const client = createStsClient(aws, keys, region[user.partition])
  return client.send(new GetSessionTokenCommand(input))
}

function withMfa(user: User, input: GetSessionTokenCommandInput = {}): GetSessionTokenCommandInput {
  return { SerialNumber: user.serialNumber, TokenCode: aws.nextTokenCode(user), ...input }
}

describe('a session', () => {
  it.each(['alice', 'bob', 'carol', 'paula', 'root', 'china', 'government'] as const)(
    'for %s is accepted',
    async (who) => {
      const user = aws.users[who]
      const { Credentials } = await ask(user, withMfa(user))
      expect(Credentials?.AccessKeyId).toMatch(/^ASIA[A-Z2-7]{16}$/)
      expect(Credentials?.SecretAccessKey).toMatch(/^[A-Za-z\d+/]{40}$/)
      expect(Credentials?.SessionToken).toMatch(/^(?=.*\+)(?=.*\/)[A-Za-z\d+/]{348,898}={1,2}$/)
      const { AccessKeyId = '', SecretAccessKey = '', SessionToken = '' } = Credentials ?? {}
      const keys = { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken }
      const identity = await createStsClient(aws, keys, region[user.partition]).send(
        new GetCallerIdentityCommand(),
      )
      expect(identity).toMatchObject({ Arn: user.arn, UserId: user.userId, Account: '123456789012' })
    },
  )

  it.each([
    ['alice', undefined, 43200],
    ['alice', 900, 900],
    ['alice', 129600, 129600],
    ['root', undefined, 3600],
    ['root', 900, 900],
    ['root', 129600, 3600],
  ] as const)('for %s, asked for %s s, lasts %i s', async (who, DurationSeconds, seconds) => {
    const before = Math.floor(Date.now() / 1000)
    const { Credentials } = await ask(
      aws.users[who],
      DurationSeconds ? withMfa(aws.users[who], { DurationSeconds }) : {},
    )
    const end = (Credentials?.Expiration?.getTime() ?? 0) / 1000
    expect(end - before - seconds).toBeGreaterThanOrEqual(0)
    expect(end - before - seconds).toBeLessThan(5)
  })
})

const wrongCode = [
  403,
  'AccessDenied',
  'MultiFactorAuthentication failed with invalid MFA one time pass code.',
]
const wrongDevice = [
  403,
  'AccessDenied',
  'MultiFactorAuthentication failed, unable to validate MFA code.  ' +
    'Please verify your MFA serial number is valid and associated with this user.',
]

describe('a code', () => {
  it('that is mistyped is refused', async () => {
    const user = aws.addUser()
    const TokenCode = String((Number(aws.nextTokenCode(user)) + 1) % 1e6).padStart(6, '0')
    expect(await findRefusal(ask(user, withMfa(user, { TokenCode })))).toEqual(wrongCode)
  })

  it('that was used is refused in the same words', async () => {
    const user = aws.addUser()
    const input = withMfa(user)
    await ask(user, input)
    expect(await findRefusal(ask(user, input))).toEqual(wrongCode)
    expect(await ask(user, withMfa(user))).toHaveProperty('Credentials')
  })

  it('that is stale is refused in the same words', async () => {
    const user = aws.addUser()
    const input = withMfa(user)
    aws.clockOffsetMs = 10 * 60_000
    expect(await findRefusal(ask(user, input))).toEqual(wrongCode)
  })

  it('of a hardware device is used once, too', async () => {
    const user = aws.addUser({ devices: ['hardware'] })
    const input = withMfa(user)
    expect(input.SerialNumber).toMatch(/^GAHT\d{8}$/)
    await ask(user, input)
    expect(await findRefusal(ask(user, input))).toEqual(wrongCode)
  })
})

describe('a device', () => {
  it.each([
    ["somebody else's", () => aws.users.bob.serialNumber],
    ['the ARN of the user', () => aws.users.alice.arn],
    ['nobody has', () => 'GAHT00000000'],
  ])('%s is refused', async (_, serialNumber) => {
    const { alice } = aws.users
    expect(await findRefusal(ask(alice, withMfa(alice, { SerialNumber: serialNumber() })))).toEqual(
      wrongDevice,
    )
  })

  it('that is a FIDO key is refused', async () => {
    const { carol } = aws.users
    const [fido] = carol.devices
    expect(fido?.serialNumber).toContain(':u2f/')
    expect(await findRefusal(ask(carol, withMfa(carol, { SerialNumber: fido?.serialNumber })))).toEqual(
      wrongDevice,
    )
  })

  it('that is not the first of its user is good', async () => {
    const { carol } = aws.users
    const SerialNumber = carol.devices[2]?.serialNumber ?? ''
    const answer = await ask(carol, { SerialNumber, TokenCode: aws.nextTokenCode(carol, SerialNumber) })
    expect(answer).toHaveProperty('Credentials')
  })

  it('without a code is refused', async () => {
    const { alice } = aws.users
    const message =
      'MultiFactorAuthentication failed, must provide both MFA serial number and one time pass code.'
    const answer = findRefusal(ask(alice, { SerialNumber: alice.serialNumber }))
    expect(await answer).toEqual([403, 'AccessDenied', message])
  })
})

describe('a parameter', () => {
  const cases: [GetSessionTokenCommandInput, string][] = [
    [
      { TokenCode: '12345' },
      "1 validation error detected: Value '12345' at 'tokenCode' failed to satisfy constraint: Member must have length greater than or equal to 6",
    ],
    // As in https://github.com/aws/aws-cli/issues/4648
    [
      { TokenCode: '138502\\' },
      "2 validation errors detected: Value '138502\\' at 'tokenCode' failed to satisfy constraint: Member must have length less than or equal to 6; Value '138502\\' at 'tokenCode' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\d]*",
    ],
    [
      { TokenCode: '１２３４５６' },
      "1 validation error detected: Value '１２３４５６' at 'tokenCode' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\d]*",
    ],
    [
      { TokenCode: '<a&b>!' },
      "1 validation error detected: Value '<a&b>!' at 'tokenCode' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\d]*",
    ],
    [
      { SerialNumber: 'GAHT1234' },
      "1 validation error detected: Value 'GAHT1234' at 'serialNumber' failed to satisfy constraint: Member must have length greater than or equal to 9",
    ],
    [
      { SerialNumber: 'GAHT 12345678' },
      "1 validation error detected: Value 'GAHT 12345678' at 'serialNumber' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w+=/:,.@-]*",
    ],
    [
      { SerialNumber: 'G'.repeat(257) },
      `1 validation error detected: Value '${'G'.repeat(257)}' at 'serialNumber' failed to satisfy constraint: Member must have length less than or equal to 256`,
    ],
    [
      { DurationSeconds: 899 },
      "1 validation error detected: Value '899' at 'durationSeconds' failed to satisfy constraint: Member must have value greater than or equal to 900",
    ],
    [
      { DurationSeconds: 129601 },
      "1 validation error detected: Value '129601' at 'durationSeconds' failed to satisfy constraint: Member must have value less than or equal to 129600",
    ],
  ]
  it.each(cases)('%j is refused', async (input, message) => {
    const { alice } = aws.users
    expect(await findRefusal(ask(alice, withMfa(alice, input)))).toEqual([400, 'ValidationError', message])
  })
})

describe('a caller', () => {
  it('with a session is refused', async () => {
    const { alice } = aws.users
    const answer = ask(alice, withMfa(alice), aws.issueSession(alice))
    const message = 'Cannot call GetSessionToken with session credentials'
    expect(await findRefusal(answer)).toEqual([403, 'AccessDenied', message])
  })

  it('with an explicit deny is refused', async () => {
    const { denied } = aws.users
    const message =
      'User: arn:aws:iam::123456789012:user/denied is not authorized to perform: sts:GetSessionToken ' +
      'on resource: * with an explicit deny in an identity-based policy'
    expect(await findRefusal(ask(denied, withMfa(denied)))).toEqual([403, 'AccessDenied', message])
  })
})
