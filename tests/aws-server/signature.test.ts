import { GetCallerIdentityCommand } from '@aws-sdk/client-sts'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createStsClient, findRefusal, type Keys } from './sdk-client.ts'
import { type AwsServer, startAwsServer } from './server.ts'
import { findText, sendSigned } from './signed-request.ts'

let aws: AwsServer
beforeAll(async () => {
  aws = await startAwsServer()
})
beforeEach(() => aws.reset())
afterAll(() => aws.close())

const ask = (keys: Keys, region?: string, path?: string) =>
  createStsClient(aws, keys, region, path).send(new GetCallerIdentityCommand())

const invalid = 'The security token included in the request is invalid'
const wrongSignature = [
  403,
  'SignatureDoesNotMatch',
  'The request signature we calculated does not match the signature you provided. ' +
    'Check your AWS Secret Access Key and signing method. Consult the service documentation for details.',
]

describe('keys', () => {
  it.each(['/', '/base', '/a%20b/?x=y%2Fz'])('are known at the path %s', async (path) => {
    expect(await ask(aws.users.alice, 'eu-west-1', path)).toMatchObject({ Arn: aws.users.alice.arn })
  })

  it('that nobody has are refused', async () => {
    const accessKeyId = 'AKIA' + 'NOBODY'.padEnd(16, 'X')
    const refusal = findRefusal(ask({ ...aws.users.alice, accessKeyId }))
    expect(await refusal).toEqual([403, 'InvalidClientTokenId', `${invalid}.`])
  })

  it('that were deleted are refused, and their sessions', async () => {
    const user = aws.addUser()
    const session = aws.issueSession(user)
    expect(await ask(session)).toMatchObject({ Arn: user.arn })
    aws.removeUser(user)
    expect(await findRefusal(ask(user))).toEqual([403, 'InvalidClientTokenId', `${invalid}.`])
    expect(await findRefusal(ask(session))).toEqual([403, 'InvalidClientTokenId', `${invalid}.`])
  })

  it.each([
    ['alice', 'cn-north-1'],
    ['china', 'us-east-1'],
    ['government', 'us-east-1'],
  ] as const)('of %s are refused in %s, of another partition', async (who, region) => {
    expect(await findRefusal(ask(aws.users[who], region))).toEqual([
      403,
      'InvalidClientTokenId',
      `${invalid}.`,
    ])
  })

  it("with another's secret are refused", async () => {
    const { alice, bob } = aws.users
    expect(await findRefusal(ask({ ...alice, secretAccessKey: bob.secretAccessKey }))).toEqual(wrongSignature)
  })

  it('with a session token are refused', async () => {
    const { sessionToken } = aws.issueSession(aws.users.alice)
    const refusal = findRefusal(ask({ ...aws.users.alice, sessionToken }))
    expect(await refusal).toEqual([403, 'InvalidClientTokenId', invalid])
  })
})

describe('a session', () => {
  it('without its token is refused', async () => {
    const { accessKeyId, secretAccessKey } = aws.issueSession(aws.users.alice)
    expect(await findRefusal(ask({ accessKeyId, secretAccessKey }))).toEqual([
      403,
      'InvalidClientTokenId',
      invalid,
    ])
  })

  it('with the token of another is refused', async () => {
    const { sessionToken } = aws.issueSession(aws.users.alice)
    const refusal = findRefusal(ask({ ...aws.issueSession(aws.users.alice), sessionToken }))
    expect(await refusal).toEqual([403, 'InvalidClientTokenId', invalid])
  })

  it('that has expired is refused', async () => {
    const session = aws.issueSession(aws.users.alice, { durationSeconds: -1 })
    const message = 'The security token included in the request is expired'
    expect(await findRefusal(ask(session))).toEqual([403, 'ExpiredToken', message])
  })
})

describe('the clock', () => {
  const minutes = (date: string | undefined) =>
    Date.parse((date ?? '').replace(/(....)(..)(..)T(..)(..)(..)Z/, '$1-$2-$3T$4:$5:$6Z')) / 60_000

  it.each([
    [20, /^Signature expired: (\S+) is now earlier than (\S+) \((\S+) - 15 min\.\)$/],
    [-20, /^Signature not yet current: (\S+) is still later than (\S+) \((\S+) \+ 15 min\.\)$/],
  ])('%i minutes ahead refuses a signature', async (ahead, text) => {
    aws.clockOffsetMs = ahead * 60_000
    const [status, code, message] = await findRefusal(ask(aws.users.alice))
    expect([status, code]).toEqual([403, 'SignatureDoesNotMatch'])
    const [, signed, limit, now] = (text.exec(message) ?? []).map(minutes)
    expect(now).toBeCloseTo(Date.now() / 60_000 + ahead, 0)
    expect((now ?? 0) - (limit ?? 0)).toBeCloseTo(Math.sign(ahead) * 15)
    expect((now ?? 0) - (signed ?? 0)).toBeCloseTo(ahead, 0)
  })

  it.each([14, -14])('%i minutes ahead is good enough, and in the Date header', async (ahead) => {
    aws.clockOffsetMs = ahead * 60_000
    const answer = await sendSigned(aws, {
      parameters: { Action: 'GetCallerIdentity' },
      keys: aws.users.alice,
    })
    expect(answer.status).toBe(200)
    const date = Date.parse(answer.headers.get('date') ?? '')
    expect((date - Date.now()) / 60_000).toBeCloseTo(ahead, 0)
  })
})

describe('a request', () => {
  const parameters = { Action: 'GetCallerIdentity' }
  const outcome = async (
    parts: Omit<Parameters<typeof sendSigned>[1], 'keys'>,
    keys: Keys = aws.users.alice,
  ) => {
    const { status, text } = await sendSigned(aws, { ...parts, keys })
    return [status, findText(text, 'Code'), findText(text, 'Message')]
  }

  it('whose body was changed is refused', async () => {
    const tamper = (request: { body: string }) => {
      request.body += '&DurationSeconds=900'
    }
    expect(await outcome({ parameters, tamper })).toEqual(wrongSignature)
  })

  it('whose body is vouched for by a header alone is refused', async () => {
    const headers = { 'x-amz-content-sha256': '0'.repeat(64) }
    expect(await outcome({ parameters, headers })).toEqual(wrongSignature)
  })

  it('whose session token was put in later is refused', async () => {
    const { sessionToken, ...keys } = aws.issueSession(aws.users.alice)
    const tamper = (request: { headers: Record<string, string> }) => {
      request.headers['X-Amz-Security-Token'] = sessionToken
    }
    expect(await outcome({ parameters, tamper }, keys)).toEqual(wrongSignature)
  })

  it('for another service is refused', async () => {
    const message = "Credential should be scoped to correct service: 'sts'. "
    expect(await outcome({ parameters: { ...parameters, Version: '2011-06-15' }, service: 'iam' })).toEqual([
      403,
      'SignatureDoesNotMatch',
      message,
    ])
  })

  it('without a signature is refused', async () => {
    const tamper = (request: { headers: Record<string, string> }) => {
      delete request.headers['Authorization']
    }
    const message = 'Request is missing Authentication Token'
    expect(await outcome({ parameters, tamper })).toEqual([403, 'MissingAuthenticationToken', message])
  })

  it('with half a signature is refused', async () => {
    const tamper = ({ headers }: { headers: Record<string, string> }) => {
      headers['Authorization'] = 'AWS4-HMAC-SHA256 Credential=AKIA'
    }
    expect((await outcome({ parameters, tamper })).slice(0, 2)).toEqual([400, 'IncompleteSignature'])
  })

  it.each([
    ['GetAnything', '2011-06-15'],
    ['GetCallerIdentity', '2010-05-08'],
  ])('for %s of version %s is refused', async (Action, Version) => {
    const message = `Could not find operation ${Action} for version ${Version}`
    expect(await outcome({ parameters: { Action, Version } })).toEqual([400, 'InvalidAction', message])
  })
})
