import type { Fault } from '../aws-server/server.ts'
import { issued, longTermSecret, rawSessionBody, sessionBody } from './answers.ts'
import { tokenCode as code } from './harmless.ts'

/** A run, and all that it may do with what must not leak. */
export interface LeakCase {
  readonly name: string
  readonly words: readonly string[]
  readonly status: number
  /** Runs before it, in the same home, whose end does not matter. */
  readonly before?: readonly (readonly string[])[]
  /** What AWS answers first. */
  readonly faults?: readonly Fault[]
  /** In `environment` and `words` FOLDER is the folder of the case. */
  readonly environment?: Readonly<Record<string, string>>
  readonly input?: string
  /** A session is what stdout is for. */
  readonly printsSession?: true
  /** A child gets the session in its environment. */
  readonly handsOn?: true
  /** ~/.aws/credentials holds the session then. */
  readonly saves?: true
}

export const bash = ['-s', 'bash'] as const
const cached = [[...bash, code]]

function refusal(action: string, code: string, message: string, status = 403): Fault {
  const body = `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error></ErrorResponse>`
  return raw(body, status, action)
}

function raw(body: string, status = 200, action = 'GetSessionToken'): Fault {
  return { kind: 'raw', action, answer: { status, headers: { 'Content-Type': 'text/xml' }, body } }
}

/** As some services do it, which show the request that they have signed for themselves. */
const echo = (...sent: string[]) => `the request was Action=A&amp;X=${sent.join(' ')} and so on`
const codeEcho = echo(code, longTermSecret)
const sessionEcho = echo(issued.SessionToken, issued.SecretAccessKey)

const successes: readonly LeakCase[] = [
  { name: 'a session for bash', words: [...bash, code], status: 0, printsSession: true },
  {
    name: 'a session by --token-code, with --debug',
    words: [...bash, '--debug', '--token-code', code],
    status: 0,
    printsSession: true,
  },
  { name: 'a session by stdin', words: [...bash, '-'], input: `${code}\n`, status: 0, printsSession: true },
  {
    name: 'a session by mfa_process',
    words: [...bash, '--debug', '--mfa-process', `echo ${code}`],
    status: 0,
    printsSession: true,
  },
  { name: 'a session as JSON', words: ['-s', 'json', code], status: 0, printsSession: true },
  { name: 'a session as dotenv', words: ['-s', 'dotenv', code], status: 0, printsSession: true },
  { name: 'a cached session', before: cached, words: [...bash, '--debug'], status: 0, printsSession: true },
  {
    name: 'a session of keys that a command gives',
    words: [...bash, '--debug', '-p', 'vault', code],
    environment: { AWS_MFA_ENV_CACHE: 'on' },
    status: 0,
    printsSession: true,
  },
  {
    name: "a role's session",
    words: [...bash, '--debug', '-p', 'admin', code],
    status: 0,
    printsSession: true,
  },
  { name: 'a session without a cache', words: [...bash, '--no-cache', code], status: 0, printsSession: true },
  {
    name: 'a session of a device that is looked up',
    words: ['-s', 'sh', '-p', 'devices', '--debug', code],
    status: 6,
  },
  { name: 'save', words: ['save', '--debug', code], status: 0, saves: true },
  { name: 'save of a role', words: ['save', '-p', 'admin', '--to', 'work', code], status: 0, saves: true },
  { name: 'save --remove', before: [['save', code]], words: ['save', '--remove', '--debug'], status: 0 },
  { name: 'exec', words: ['exec', '--debug', '--token-code', code, 'true'], status: 0, handsOn: true },
  { name: 'exec of what fails', before: cached, words: ['exec', 'false'], status: 1, handsOn: true },
  {
    name: 'exec of what is not there',
    words: ['exec', '--token-code', code, 'no-such-program'],
    status: 127,
  },
  {
    name: 'credential-process',
    before: cached,
    words: ['credential-process', '--debug'],
    status: 0,
    printsSession: true,
  },
  { name: 'status of the cache', before: cached, words: ['status', '-p', 'default', '--debug'], status: 0 },
  {
    name: 'status of the cache as JSON',
    before: cached,
    words: ['status', '-p', 'default', '--json', '--verify'],
    status: 0,
  },
  { name: 'devices', words: ['devices', '--debug'], status: 0 },
  { name: 'forget', before: cached, words: ['forget', '--debug'], status: 0 },
  {
    name: '--unset',
    words: [...bash, '--unset', '--debug'],
    status: 0,
    environment: {
      AWS_ACCESS_KEY_ID: issued.AccessKeyId,
      AWS_SECRET_ACCESS_KEY: issued.SecretAccessKey,
      AWS_SESSION_TOKEN: issued.SessionToken,
    },
  },
]

const badAnswers: readonly LeakCase[] = [
  [
    'a wrong code',
    4,
    refusal(
      'GetSessionToken',
      'AccessDenied',
      'MultiFactorAuthentication failed with invalid MFA one time pass code.',
    ),
  ],
  [
    'a device of nobody',
    4,
    refusal(
      'GetSessionToken',
      'AccessDenied',
      'MultiFactorAuthentication failed, unable to validate MFA code.',
    ),
  ],
  ['words that repeat all', 4, refusal('GetSessionToken', 'AccessDenied', codeEcho)],
  ['other words that repeat all', 4, refusal('GetSessionToken', 'Strange', codeEcho, 400)],
  ['a validation error that repeats all', 4, refusal('GetSessionToken', 'ValidationError', codeEcho, 400)],
  ['a code of an error that repeats all', 4, refusal('GetSessionToken', `E${code}`, 'no', 400)],
  ['an error of its own that repeats all', 5, refusal('GetSessionToken', 'InternalFailure', codeEcho, 500)],
  ['a session that is over', 5, raw(sessionBody({ Expiration: '2001-01-01T00:00:00Z' }))],
  ['a session whose end cannot be read', 5, raw(sessionBody({ Expiration: 'never' }))],
  [
    'a session with a blank in its secret',
    5,
    raw(rawSessionBody('SecretAccessKey', `${issued.SecretAccessKey} x`)),
  ],
  ['a session that is cut', 5, raw(sessionBody().slice(0, -10))],
  ['a session in broken XML', 5, raw(sessionBody().replace('</Credentials>', '<'))],
  ['a session with status 403', 5, raw(sessionBody(), 403)],
].map(([name, status, fault]) => ({
  name: `AWS answers with ${name}`,
  words: [...bash, '--debug', code],
  status: status as number,
  faults: [fault as Fault],
}))

const otherRefusals: readonly LeakCase[] = [
  {
    name: 'a role that is denied',
    words: [...bash, '-p', 'admin', '--debug', code],
    faults: [refusal('AssumeRole', 'AccessDenied', sessionEcho)],
    status: 4,
  },
  {
    name: 'a role whose parameters are refused',
    words: [...bash, '-p', 'admin', code],
    faults: [refusal('AssumeRole', 'ValidationError', sessionEcho, 400)],
    status: 4,
  },
  {
    name: 'a session that is not taken',
    before: cached,
    words: ['status', '-p', 'default', '--verify'],
    faults: [refusal('GetCallerIdentity', 'ExpiredToken', sessionEcho)],
    status: 4,
  },
  {
    name: 'devices that are denied',
    words: ['devices', '--debug'],
    faults: Array(3).fill(refusal('ListMFADevices', 'AccessDenied', echo(longTermSecret))),
    status: 4,
  },
]

export const leakCases: readonly LeakCase[] = [...successes, ...badAnswers, ...otherRefusals]
