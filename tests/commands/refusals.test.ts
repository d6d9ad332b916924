import { spawn } from 'node:child_process'
import { createServer } from 'node:net'
import { afterAll, describe, expect, it } from 'vitest'
import { type Fault, startAwsServer, type User, type UserSpec } from '../aws-server/server.ts'
import { withSandbox } from '../real-shells/run.ts'
import {
  endpointNote,
  environmentOf,
  errorText,
  runTool,
  type ToolRun,
  toolProgram,
  toolWords,
} from './tool.ts'

const server = await startAwsServer()
afterAll(() => server.close())

const spent = 'the code may be spent: wait for the next one and try again'
const invalid = [
  'it was mistyped, is no longer the current one, or has been used already: wait for the next code',
  'if that is refused too, set the clock of the phone or computer that makes the codes',
]

interface Case {
  readonly name: string
  readonly user?: UserSpec
  readonly fault?: Fault
  readonly code?: string
  readonly environment?: (user: User) => Record<string, string | undefined>
  readonly status: 4 | 5
  /** How often GetSessionToken must have been asked. */
  readonly requests: number
  readonly lines: (user: User) => [message: string, ...hints: string[]]
}

const cases: readonly Case[] = [
  {
    name: 'a wrong code',
    code: '000000',
    status: 4,
    requests: 1,
    lines: ({ serialNumber }) => [`AWS did not accept the code for ${serialNumber}`, ...invalid],
  },
  {
    name: 'the serial number of nobody',
    environment: () => ({ AWS_MFA_SERIAL: 'arn:aws:iam::123456789012:mfa/nobody' }),
    status: 4,
    requests: 1,
    lines: ({ accessKeyId }) => [
      'AWS does not know arn:aws:iam::123456789012:mfa/nobody (from AWS_MFA_SERIAL) as an MFA device of the user whose key signed',
      `the key is ...${accessKeyId.slice(-4)}, from AWS_ACCESS_KEY_ID in the environment`,
      'compare it with the console, under IAM, Users, Security credentials: an ARN with :mfa/ in it, or the number on the back of a hardware token',
    ],
  },
  {
    name: 'a wrong secret',
    environment: () => ({ AWS_SECRET_ACCESS_KEY: 'wrong'.repeat(8) }),
    status: 4,
    requests: 1,
    lines: ({ accessKeyId }) => [
      `the secret access key is wrong: AWS computes another signature for key ...${accessKeyId.slice(-4)}, from AWS_ACCESS_KEY_ID in the environment`,
      'copy the secret again, or make a new access key; the code is not spent',
    ],
  },
  {
    name: 'a key that AWS does not know',
    environment: () => ({ AWS_ACCESS_KEY_ID: 'AKIA0000000000009999', AWS_REGION: 'eu-west-3' }),
    status: 4,
    requests: 1,
    lines: () => [
      'AWS does not know access key ...9999, from AWS_ACCESS_KEY_ID in the environment, in eu-west-3 (partition aws)',
      'the key may be deleted or inactive, of another partition (--region takes a region there), or the region not enabled for the account',
    ],
  },
  {
    name: 'a region where STS is switched off',
    fault: { kind: 'region-disabled' },
    status: 4,
    requests: 1,
    lines: () => [
      'STS is not activated in us-east-1: STS is not activated in this region for account:123456789012. Your account administrator can activate STS in this region using the IAM Console. (RegionDisabledException)',
      'take another region with --region',
    ],
  },
  {
    name: 'an explicit deny',
    user: { sessionTokenDenied: true },
    status: 4,
    requests: 1,
    lines: ({ arn }) => [
      `AWS refused: User: ${arn} is not authorized to perform: sts:GetSessionToken on resource: * with an explicit deny in an identity-based policy (AccessDenied)`,
      'a policy denies it for AWS_ACCESS_KEY_ID in the environment; an administrator of the account can change that',
    ],
  },
  {
    name: 'a session that looks like a long-term key',
    fault: rawError(403, 'AccessDenied', 'Cannot call GetSessionToken with session credentials'),
    status: 4,
    requests: 1,
    lines: () => [
      'AWS_ACCESS_KEY_ID in the environment holds a session, and AWS gives none for a session',
      'name the profile that holds your long-term keys with --profile',
    ],
  },
  {
    name: 'expired keys',
    fault: rawError(403, 'ExpiredToken', 'The security token included in the request is expired'),
    status: 4,
    requests: 1,
    lines: () => [
      'AWS says that the keys have expired: The security token included in the request is expired (ExpiredToken)',
      'they came from AWS_ACCESS_KEY_ID in the environment',
    ],
  },
  {
    name: 'a validation error, whose text repeats the code',
    fault: rawError(
      400,
      'ValidationError',
      "1 validation error detected: Value '000000' at 'tokenCode' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\d]*",
    ),
    status: 4,
    requests: 1,
    lines: ({ serialNumber }) => [
      'AWS finds a parameter invalid',
      `the serial number is ${serialNumber}, from AWS_MFA_SERIAL`,
    ],
  },
  {
    name: 'words of AWS that repeat the code',
    code: '918273',
    fault: rawError(403, 'InvalidParameterValue', 'TokenCode=918273 is denied, 918273'),
    status: 4,
    requests: 1,
    lines: () => [
      'AWS refused: TokenCode=****** is denied, ****** (InvalidParameterValue)',
      'signed with AWS_ACCESS_KEY_ID in the environment',
    ],
  },
  ...[
    '<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Cod',
    '<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"></ErrorResponse>',
  ].map(
    (body): Case => ({
      name: `an error of ${body.length} bytes that is not whole`,
      fault: { kind: 'raw', answer: { status: 403, headers: { 'Content-Type': 'text/xml' }, body } },
      status: 5,
      requests: 1,
      lines: () => [
        `the answer did not come from AWS: ${server.url} answered with status 403, and not in AWS's words`,
        'a proxy or the sign-in page of a network may be in between: open a web page to see',
        spent,
      ],
    }),
  ),
  {
    name: 'words of AWS with controls and bidi marks',
    fault: rawError(403, 'AccessDenied', 'no\u001b[31m \u202eyes\u2028'),
    status: 4,
    requests: 1,
    lines: () => [
      'AWS refused: no\\u{1b}[31m \\u{202e}yes\\u{2028} (AccessDenied)',
      'a policy denies it for AWS_ACCESS_KEY_ID in the environment; an administrator of the account can change that',
    ],
  },
  {
    name: 'an error of AWS itself',
    fault: { kind: 'internal-failure' },
    status: 5,
    requests: 1,
    lines: () => [
      'AWS had an error of its own: The request processing has failed because of an unknown error, exception or failure. (InternalFailure)',
      spent,
    ],
  },
  {
    name: 'a service that is away',
    fault: { kind: 'raw', answer: { status: 503, headers: { 'Content-Type': 'text/plain' }, body: 'busy' } },
    status: 5,
    requests: 1,
    lines: () => [`${server.url} answered with status 503`, spent],
  },
  ...(['headers', 'body'] as const).map(
    (where): Case => ({
      name: `a connection cut in the ${where}`,
      fault: { kind: 'cut', where },
      status: 5,
      requests: 1,
      lines: () => [`the connection to ${server.url} broke before an answer came (ECONNRESET)`, spent],
    }),
  ),
  ...([200, 403] as const).map(
    (status): Case => ({
      name: `a captive portal's page with status ${status}`,
      fault: { kind: 'html', status },
      status: 5,
      requests: 1,
      lines: () => [
        `the answer did not come from AWS: ${server.url} answered with status ${status}, and not in AWS's words`,
        'a proxy or the sign-in page of a network may be in between: open a web page to see',
        spent,
      ],
    }),
  ),
  {
    name: 'a redirect, which is not followed',
    fault: { kind: 'redirect', status: 302, location: '/elsewhere' },
    status: 5,
    requests: 1,
    lines: () => [
      `the answer did not come from AWS: ${server.url} answered with status 302, and not in AWS's words`,
      'a redirect is not followed; a proxy or the sign-in page of a network may be in between',
      spent,
    ],
  },
  {
    name: 'an answer without a session in it',
    fault: {
      kind: 'raw',
      answer: {
        status: 200,
        headers: { 'Content-Type': 'text/xml' },
        body: '<GetSessionTokenResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetSessionTokenResult/></GetSessionTokenResponse>',
      },
    },
    status: 5,
    requests: 1,
    lines: () => [
      'the answer did not come from AWS: its access key id is missing or not as AWS makes them',
      'look at the endpoint and at proxies; the code may be spent',
    ],
  },
]

function rawError(status: number, code: string, message: string): Fault {
  const body = `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error><RequestId>4a1f</RequestId></ErrorResponse>`
  return { kind: 'raw', answer: { status, headers: { 'Content-Type': 'text/xml' }, body } }
}

/** Runs the default command as a user of its own; the faults of the local AWS are queued, so one case at a time. */
async function ask(
  one: Pick<Case, 'user' | 'code' | 'environment'>,
  user: User,
  asked = server,
): Promise<ToolRun> {
  const environment = { ...environmentOf(asked, user), ...one.environment?.(user) }
  const code = one.code ?? asked.nextTokenCode(user)
  return withSandbox((sandbox) => runTool(['-s', 'bash', code], { sandbox, environment }))
}

describe('what AWS or somebody in its place answers', () => {
  it.each(cases)('$name', async (one) => {
    server.reset()
    const user = server.addUser(one.user)
    if (one.fault !== undefined) server.fail(one.fault)
    const ran = await ask(one, user)
    expect(ran).toEqual({
      status: one.status,
      stdout: `(exit ${one.status});\n`,
      stderr: endpointNote(server) + errorText(...one.lines(user)),
    })
    expect(server.requests).toHaveLength(one.requests)
  })

  it('asks again after throttling, with the same code', { tags: 'slow' }, async () => {
    server.reset()
    server.fail({ kind: 'throttle' })
    server.fail({ kind: 'throttle', status: 429 })
    const ran = await ask({}, server.addUser())
    expect(ran.stderr).toBe(endpointNote(server))
    expect(ran.status).toBe(0)
    expect(server.requests).toHaveLength(3)
  })

  it('asks once more after a clock skew, by the time of AWS, and says how wrong the clock is', async () => {
    server.reset()
    server.clockOffsetMs = 20 * 60_000
    const ran = await ask({}, server.addUser())
    expect(ran.stderr).toBe(
      endpointNote(server) +
        "aws-mfa-env: note: this computer's clock is 20 minutes behind: other AWS tools may fail until it is set\n",
    )
    expect(ran.status).toBe(0)
    expect(server.requests).toHaveLength(2)
  })

  it('explains a clock skew that stays', async () => {
    server.reset()
    server.fail({ kind: 'skew', offsetMs: -40 * 60_000 })
    server.fail({ kind: 'skew', offsetMs: 40 * 60_000 })
    const ran = await ask({}, server.addUser())
    expect(ran.stderr).toBe(
      endpointNote(server) +
        errorText(
          "this computer's clock is 40 minutes behind, so that AWS does not accept its signature",
          'set the clock; the code is not spent',
        ),
    )
    expect(ran.status).toBe(4)
    expect(server.requests).toHaveLength(2)
  })

  it('says that the root user was given one hour', async () => {
    server.reset()
    const ran = await ask({}, server.addUser({ root: true }))
    expect(ran.stderr).toBe(
      endpointNote(server) +
        'aws-mfa-env: note: AWS gave 60 minutes instead of 720: the root user gets an hour at most\n',
    )
    expect(ran.status).toBe(0)
  })

  it('says that nobody listens, and that the code can still be used', async () => {
    const url = `http://127.0.0.1:${await freePort()}`
    const user = server.addUser()
    const environment = { ...environmentOf(server, user), AWS_ENDPOINT_URL: url }
    const ran = await withSandbox((sandbox) => runTool(['-s', 'bash', '123456'], { sandbox, environment }))
    expect(ran).toEqual({
      status: 5,
      stdout: '(exit 5);\n',
      stderr:
        `aws-mfa-env: note: STS is asked at ${url}, which is not AWS's own\n` +
        errorText(
          `${url} cannot be reached (ECONNREFUSED)`,
          'look at the network, the region and the endpoint',
          'the code was not sent: it can be used as long as the device shows it',
        ),
    })
  })
})

describe.concurrent('the time limit', { tags: 'slow' }, () => {
  it('ends the waits that AWS asks for by throttling', async ({ expect }) => {
    const slow = await startAwsServer()
    slow.fail({ kind: 'throttle' }, 100)
    const ran = await ask({}, slow.addUser(), slow)
    expect(ran.stderr).toBe(
      endpointNote(slow) +
        errorText(
          'AWS asked us to slow down until the time was up',
          'wait a minute and try again with a new code',
        ),
    )
    expect(ran.status).toBe(5)
    expect(slow.requests.length).toBeGreaterThan(2)
    expect(slow.requests.length).toBeLessThan(12)
    await slow.close()
  })

  it('ends the wait for a server that never answers', async ({ expect }) => {
    const mute = await startAwsServer()
    mute.fail({ kind: 'hang' })
    const ran = await ask({}, mute.addUser(), mute)
    expect(ran.stderr).toBe(endpointNote(mute) + errorText(`${mute.url} did not answer in time`, spent))
    expect(ran.status).toBe(5)
    expect(mute.requests).toHaveLength(1)
    await mute.close()
  })
})

describe('an interruption', () => {
  it('is heard while a code is awaited on stdin', async () => {
    const interruptedAfter = async (milliseconds: number) => {
      const child = spawn(toolProgram, [...toolWords, '-s', 'bash', '-'], {
        env: environmentOf(server, server.addUser()),
        stdio: ['pipe', 'pipe', 'ignore'],
      })
      let stdout = ''
      child.stdout.on('data', (chunk) => {
        stdout += chunk
      })
      await new Promise((resolve) => setTimeout(resolve, milliseconds))
      child.kill('SIGTERM')
      const status = await new Promise((resolve) => child.on('close', resolve))
      return { status, stdout }
    }
    // Before it has begun, which nothing shows, a signal ends any process.
    let ending = await interruptedAfter(500)
    if (ending.status === null) ending = await interruptedAfter(10_000)
    expect(ending).toEqual({ status: 130, stdout: '(exit 130);\n' })
  })

  it.each(['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const)(
    'by %s ends with 130, no session, and a statement that fails',
    async (signal) => {
      const mute = await startAwsServer()
      mute.fail({ kind: 'hang' })
      const user = mute.addUser()
      const child = spawn(toolProgram, [...toolWords, '-s', 'bash', mute.nextTokenCode(user)], {
        env: environmentOf(mute, user),
        stdio: ['ignore', 'pipe', 'pipe'],
      })
      const output = { stdout: '', stderr: '' }
      child.stdout.on('data', (chunk) => {
        output.stdout += chunk
      })
      child.stderr.on('data', (chunk) => {
        output.stderr += chunk
      })
      while (mute.requests.length === 0) await new Promise((resolve) => setTimeout(resolve, 20))
      child.kill(signal)
      const status = await new Promise((resolve) => child.on('close', resolve))
      expect({ status, ...output }).toEqual({
        status: 130,
        stdout: '(exit 130);\n',
        stderr: endpointNote(mute) + errorText('interrupted'),
      })
      await mute.close()
    },
  )
})

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const listener = createServer().listen(0, '127.0.0.1', () => {
      const address = listener.address()
      listener.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0))
    })
  })
}
