import { GetCallerIdentityCommand, GetSessionTokenCommand } from '@aws-sdk/client-sts'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { createStsClient, findRefusal } from './sdk-client.ts'
import { type AwsServer, type Fault, startAwsServer } from './server.ts'

let aws: AwsServer
beforeAll(async () => {
  aws = await startAwsServer()
})
beforeEach(() => aws.reset())
afterAll(() => aws.close())

const identify = () => createStsClient(aws, aws.users.alice).send(new GetCallerIdentityCommand())
const post = () => fetch(aws.url, { method: 'POST', body: 'Action=GetCallerIdentity', redirect: 'manual' })

describe('AWS’s own failures', () => {
  const cases: [Fault, Awaited<ReturnType<typeof findRefusal>>][] = [
    [{ kind: 'throttle' }, [400, 'Throttling', 'Rate exceeded']],
    [{ kind: 'throttle', status: 429 }, [429, 'Throttling', 'Rate exceeded']],
    [
      { kind: 'internal-failure' },
      [
        500,
        'InternalFailure',
        'The request processing has failed because of an unknown error, exception or failure.',
      ],
    ],
    [
      { kind: 'unavailable' },
      [503, 'ServiceUnavailable', 'The request has failed due to a temporary failure of the server.'],
    ],
    [
      { kind: 'region-disabled' },
      [
        403,
        'RegionDisabledException',
        'STS is not activated in this region for account:123456789012. ' +
          'Your account administrator can activate STS in this region using the IAM Console.',
      ],
    ],
  ]
  it.each(cases)('%j', async (fault, refusal) => {
    aws.fail(fault)
    expect(await findRefusal(identify())).toEqual(refusal)
    expect(await identify()).toMatchObject({ Arn: aws.users.alice.arn })
  })

  it('are AWS’s XML', async () => {
    aws.fail({ kind: 'internal-failure' })
    const response = await post()
    expect(response.headers.get('content-type')).toBe('text/xml')
    const text = await response.text()
    const requestId = response.headers.get('x-amzn-requestid') ?? ''
    expect(requestId).toMatch(/^[0-9a-f-]{36}$/)
    expect(text.replace(requestId, 'THAT OF THE HEADER')).toMatchInlineSnapshot(`
      "<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
        <Error>
          <Type>Receiver</Type>
          <Code>InternalFailure</Code>
          <Message>The request processing has failed because of an unknown error, exception or failure.</Message>
        </Error>
        <RequestId>THAT OF THE HEADER</RequestId>
      </ErrorResponse>
      "
    `)
  })
})

describe('the connection', () => {
  it('hangs', async () => {
    aws.fail({ kind: 'hang' })
    const client = new AbortController()
    const options = { abortSignal: client.signal }
    const answer = createStsClient(aws, aws.users.alice).send(new GetCallerIdentityCommand(), options)
    const refused = expect(answer).rejects.toThrow(/abort/i)
    await vi.waitUntil(() => aws.requests.length > 0, { timeout: 10_000, interval: 5 })
    client.abort()
    await refused
    expect(aws.requests).toMatchObject([{ action: 'GetCallerIdentity' }])
    expect(aws.requests[0]?.status).toBeUndefined()
  })

  it.each(['headers', 'body'] as const)('is cut in the %s, with the code spent', async (where) => {
    const user = aws.addUser()
    const command = new GetSessionTokenCommand({
      SerialNumber: user.serialNumber,
      TokenCode: aws.nextTokenCode(user),
    })
    aws.fail({ kind: 'cut', where })
    await expect(createStsClient(aws, user).send(command)).rejects.toMatchObject({ code: 'ECONNRESET' })
    const [status, , message] = await findRefusal(createStsClient(aws, user).send(command))
    expect([status, message]).toEqual([
      403,
      'MultiFactorAuthentication failed with invalid MFA one time pass code.',
    ])
  })

  it('in the body, is cut after the headers', async () => {
    aws.fail({ kind: 'cut', where: 'body' })
    const response = await post()
    expect(response.headers.get('content-type')).toBe('text/xml')
    await expect(response.text()).rejects.toThrow('terminated')
  })
})

describe('what is not AWS', () => {
  it.each([200, 403] as const)('answers with a page and %i', async (status) => {
    aws.fail({ kind: 'html', status })
    const response = await post()
    expect([response.status, response.headers.get('content-type')]).toEqual([status, 'text/html'])
    expect(await response.text()).toContain('<h1>Please sign in</h1>')
  })

  it.each([301, 302] as const)('redirects with %i', async (status) => {
    aws.fail({ kind: 'redirect', status, location: 'http://127.0.0.1:9/login' })
    const response = await post()
    expect([response.status, response.headers.get('location')]).toEqual([status, 'http://127.0.0.1:9/login'])
  })

  it('answers anything', async () => {
    aws.fail({ kind: 'raw', answer: { status: 418, headers: { 'X-Pot': 'tea', Date: 'never' }, body: 'é' } })
    const response = await post()
    expect([response.status, response.headers.get('x-pot'), response.headers.get('date')]).toEqual([
      418,
      'tea',
      'never',
    ])
    expect(await response.text()).toBe('é')
  })
})

describe('the queue', () => {
  it('gives each fault its turn, so many times', async () => {
    aws.fail({ kind: 'html', status: 403 }, 2)
    aws.fail({ kind: 'unavailable' })
    const statuses = [await post(), await post(), await post()].map(({ status }) => status)
    expect(statuses).toEqual([403, 403, 503])
    expect(await identify()).toMatchObject({ Account: '123456789012' })
  })

  it('keeps a fault for its action', async () => {
    aws.fail({ kind: 'throttle', action: 'GetSessionToken' })
    expect(await identify()).toMatchObject({ Account: '123456789012' })
    const answer = createStsClient(aws, aws.users.alice).send(new GetSessionTokenCommand())
    expect((await findRefusal(answer))[1]).toBe('Throttling')
  })

  it('skews the clock for one request', async () => {
    aws.fail({ kind: 'skew', offsetMs: -3_600_000 })
    expect((await findRefusal(identify()))[2]).toMatch(/^Signature not yet current: /)
    expect(await identify()).toMatchObject({ Account: '123456789012' })
  })

  it('is forgotten by reset', async () => {
    aws.fail({ kind: 'hang' })
    aws.clockOffsetMs = 3_600_000
    aws.reset()
    expect(await identify()).toMatchObject({ Account: '123456789012' })
    expect(aws.requests).toHaveLength(1)
  })
})

describe('the log', () => {
  it('says what was asked and answered, and no secret', async () => {
    const { alice } = aws.users
    const session = aws.issueSession(alice)
    await createStsClient(aws, session, 'eu-central-1').send(new GetCallerIdentityCommand())
    await findRefusal(createStsClient(aws, alice).send(new GetSessionTokenCommand({ DurationSeconds: 1 })))
    expect(aws.requests).toMatchObject([
      {
        action: 'GetCallerIdentity',
        accessKeyId: session.accessKeyId,
        region: 'eu-central-1',
        service: 'sts',
      },
      { action: 'GetSessionToken', accessKeyId: alice.accessKeyId, parameters: { DurationSeconds: '1' } },
    ])
    expect(aws.requests).toMatchObject([
      { withSessionToken: true, status: 200, host: new URL(aws.url).host, method: 'POST', path: '/' },
      { withSessionToken: false, status: 400, errorCode: 'ValidationError', version: '2011-06-15' },
    ])
    expect(aws.requests[0]?.userAgent).toContain('aws-sdk-js/')
    const log = JSON.stringify(aws.requests)
    for (const secret of [
      session.sessionToken,
      session.secretAccessKey,
      alice.secretAccessKey,
      alice.totpSecret,
    ]) {
      expect(log).not.toContain(secret)
    }
  })
})

describe('close', () => {
  it('ends hanging connections', async () => {
    const other = await startAwsServer()
    other.fail({ kind: 'hang' })
    const answer = fetch(other.url, { method: 'POST', body: '' }).catch(() => 'cut')
    await vi.waitUntil(() => other.requests.length > 0, { timeout: 10_000, interval: 5 })
    await other.close()
    expect(await answer).toBe('cut')
  })
})
