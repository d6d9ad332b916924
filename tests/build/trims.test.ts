// @module-tag slow
// What is left out of dependencies must not be missed: the bundle behaves as one of which nothing is left out.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build, type Plugin } from 'rolldown'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { main } from '../../rolldown.config.ts'
import { type Authority, createAuthority, hasOpenssl } from '../aws/private-authority.ts'
import type { Fault } from '../aws-server/server.ts'
import { type Case, codeWord, openVariant, runCase, type Variant } from './variant.ts'

const session = ['--shell', 'json', '--no-cache', '--debug', codeWord]
const withoutUrl = { AWS_ENDPOINT_URL: '' }
const hosts = [
  'localhost',
  'sts.eu-west-1.amazonaws.com',
  'sts-fips.us-east-1.amazonaws.com',
  'sts.eu-west-1.api.aws',
  'sts.cn-north-1.amazonaws.com.cn',
  'sts.us-gov-west-1.amazonaws.com',
  'iam.amazonaws.com',
]

type Row = [what: string, given: Case, status: number, ...asked: string[]]

const [get, assume, list, who] = ['GetSessionToken', 'AssumeRole', 'ListMFADevices', 'GetCallerIdentity']
const meeting = (fault: Fault, ...more: Fault[]): Case => ({ words: session, faults: [fault, ...more] })
const raw = (status: number, body: string): Case => meeting({ kind: 'raw', answer: { status, body } })
const answer = (fields: string) =>
  `<GetSessionTokenResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetSessionTokenResult><Credentials>${fields}</Credentials></GetSessionTokenResult></GetSessionTokenResponse>`
const role = (externalId: string): Case => ({
  words: ['--profile', 'admin', ...session],
  config: `[profile admin]\nsource_profile = default\nrole_arn = arn:aws:iam::123456789012:role/admin\nexternal_id = ${externalId}\n`,
})

const plain: readonly Row[] = [
  ['a session', { words: session }, 0, get],
  ['a session of so many seconds', { words: ['-d', '900', '--region', 'us-east-2', ...session] }, 0, get],
  ['a wrong code', { words: [...session.slice(0, -1), '000000'] }, 4, get],
  ['a policy that denies', { words: session, user: 'denied' }, 4, get],
  ['the root user', { words: session, user: 'root' }, 0, get],
  ['a user of China', { words: session, user: 'china' }, 0, get],
  ['a key that is none', { words: session, edit: () => ({ accessKeyId: `AKIA${'A'.repeat(16)}` }) }, 4, get],
  ['a wrong secret', { words: session, edit: () => ({ secretAccessKey: 'a'.repeat(40) }) }, 4, get],
  ['throttling', meeting({ kind: 'throttle' }, { kind: 'throttle', status: 429 }), 0, get, get, get],
  ['an error of AWS', meeting({ kind: 'internal-failure' }), 5, get],
  ['AWS being unavailable', meeting({ kind: 'unavailable' }), 5, get],
  ['a region that is off', meeting({ kind: 'region-disabled' }), 4, get],
  ['headers that are cut', meeting({ kind: 'cut', where: 'headers' }), 5, get],
  ['a body that is cut', meeting({ kind: 'cut', where: 'body' }), 5, get],
  ['a portal', meeting({ kind: 'html', status: 200 }), 5, get],
  ['a portal that forbids', meeting({ kind: 'html', status: 403 }), 5, get],
  ['a redirect', meeting({ kind: 'redirect', status: 302, location: 'http://127.0.0.1:1/' }), 5, get],
  ['a clock that is wrong', { words: session, clockOffsetMs: 3_600_000 }, 0, get, get],
  ['references in XML', raw(200, answer('<AccessKeyId>&#65;SIA&amp;&lt;&#x41;</AccessKeyId>')), 5, get],
  ['an answer that lacks all', raw(200, answer('')), 5, get],
  [
    'an error without a message',
    raw(400, '<ErrorResponse><Error><Code>X</Code></Error></ErrorResponse>'),
    4,
    get,
  ],
  [
    'nobody who listens',
    { words: session, environment: () => ({ AWS_ENDPOINT_URL: 'http://127.0.0.1:1' }) },
    5,
  ],
  ['devices, page by page', { words: ['devices', '--debug'], user: 'carol' }, 0, list, list, list],
  ['devices that are denied', { words: ['devices', '--debug'], user: 'denied' }, 4, list, who, list],
  ['a device that is looked up', { words: session, edit: () => ({ serialNumber: '' }) }, 0, list, get],
  ['a role', role('blue'), 0, get, assume],
  ['a role that is refused', role('red'), 4, get, assume],
  [
    'whose session it is',
    { words: ['status', '--verify', '--json', '--debug'], environment: ({ server }) => sessionOf(server) },
    0,
    who,
  ],
]

const secure: readonly Row[] = [
  [
    'TLS',
    {
      words: session,
      environment: ({ tls }) => trusting({ AWS_ENDPOINT_URL: `https://localhost:${tls.port}` }),
    },
    0,
    get,
  ],
  [
    'a certificate of nobody',
    { words: session, environment: ({ tls }) => ({ AWS_ENDPOINT_URL: `https://localhost:${tls.port}` }) },
    5,
  ],
  [
    'the endpoint of a region',
    { words: ['--region', 'eu-west-1', ...session], environment: through() },
    0,
    get,
  ],
  ['the endpoint of a partition', { words: session, user: 'china', environment: through() }, 0, get],
  ['the endpoint of the other', { words: session, user: 'government', environment: through() }, 0, get],
  ['FIPS', { words: session, environment: through({ AWS_USE_FIPS_ENDPOINT: 'true' }) }, 0, get],
  [
    'dual stack',
    {
      words: ['--region', 'eu-west-1', ...session],
      environment: through({ AWS_USE_DUALSTACK_ENDPOINT: 'true' }),
    },
    0,
    get,
  ],
  [
    "IAM's endpoint",
    { words: ['devices', '--debug'], user: 'carol', environment: through() },
    0,
    list,
    list,
    list,
  ],
]

let authority: Authority | undefined
const variants: Variant[] = []
const folder = mkdtempSync(join(tmpdir(), 'aws-mfa-env-'))
beforeAll(async () => {
  authority = hasOpenssl ? await createAuthority() : undefined
  const certificate = await authority?.issue(hosts)
  const plugins = (main.plugins as Plugin[]).filter(
    ({ name }) => name !== 'trim-dependencies' && name !== 'list-licenses',
  )
  await build({ ...main, plugins, output: { ...main.output, dir: folder } })
  const trimmed = fileURLToPath(new URL('../../dist', import.meta.url))
  for (const bundle of [trimmed, folder]) variants.push(await openVariant(bundle, certificate))
})
afterAll(async () => {
  for (const variant of variants) await variant.close()
  await authority?.remove()
  rmSync(folder, { recursive: true })
})

const trusting = (variables: Record<string, string>) => ({
  ...variables,
  AWS_CA_BUNDLE: authority?.path ?? '',
})

function through(variables: Record<string, string> = {}): NonNullable<Case['environment']> {
  return ({ proxy }) => trusting({ ...withoutUrl, HTTPS_PROXY: proxy.url, ...variables })
}

function sessionOf(server: Variant['server']): Record<string, string> {
  const { accessKeyId, secretAccessKey, sessionToken } = server.issueSession(server.users.alice)
  return {
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_SESSION_TOKEN: sessionToken,
  }
}

async function compare(given: Case, status: number, asked: readonly string[]): Promise<void> {
  const [trimmed, untrimmed] = await Promise.all(variants.map((variant) => runCase(variant, given)))
  expect(trimmed).toEqual(untrimmed)
  expect(trimmed).toMatchObject({ status, asked })
}

describe('the bundle and one that is not trimmed tell and send the same:', () => {
  it.each(plain)('%s', (_, given, status, ...asked) => compare(given, status, asked))

  it.skipIf(!hasOpenssl).each(secure)('%s (openssl)', (_, given, status, ...asked) =>
    compare(given, status, asked),
  )
})
