import { execFileSync } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Endpoint, resolveEndpoint, type Service } from '../../src/aws/endpoint.ts'
import { isExcepted } from '../../src/aws/proxy.ts'
import { createEnvironment, run, works } from '../aws-server/child-client.ts'
import { failureOf, profilesOf, useFolder } from '../profiles/sandbox.ts'
import { endpointOf, type Given, sourcesOf } from './asking.ts'

const folder = useFolder()
const hasBotocore = await works('python3', '-c', 'import botocore.session')

interface Case extends Omit<Given, 'profile'> {
  readonly service?: Service
  /** Of the config file. */
  readonly profile?: string
  readonly services?: string
  readonly serialNumber?: string
}

async function resolve(one: Case): Promise<Endpoint> {
  const { profile = '', services = '', service = 'sts', serialNumber } = one
  const config = `[profile test]\nx = y\n${profile}\n[services own]\ny = z\n${services}`
  const found = (await profilesOf(folder.path, { config })).find('test')
  return resolveEndpoint(sourcesOf({ ...one, profile: found }), service, serialNumber)
}

async function refusalOf(one: Case): Promise<unknown> {
  const error = await resolve(one).then(
    (endpoint) => endpoint,
    (thrown: unknown) => thrown,
  )
  return failureOf(() => {
    throw error
  }, folder.path)
}

describe('the URL', () => {
  const both = 'sts =\n  endpoint_url = https://sts.own\niam =\n  endpoint_url = https://iam.own\n'
  const cases: [name: string, one: Case, sts: string | undefined, iam: string | undefined][] = [
    ["AWS's own", {}, undefined, undefined],
    [
      'the option',
      { options: { 'endpoint-url': 'https://o' }, variables: { AWS_ENDPOINT_URL_IAM: 'https://v' } },
      'https://o/',
      'https://o/',
    ],
    ['a variable for both', { variables: { AWS_ENDPOINT_URL: 'https://v' } }, 'https://v/', 'https://v/'],
    [
      'a variable for each',
      {
        variables: {
          AWS_ENDPOINT_URL_STS: 'https://s',
          AWS_ENDPOINT_URL_IAM: 'https://i',
          AWS_ENDPOINT_URL: 'https://v',
        },
      },
      'https://s/',
      'https://i/',
    ],
    ["the other's variable", { variables: { AWS_ENDPOINT_URL_STS: 'https://s' } }, 'https://s/', undefined],
    [
      'a section of services',
      { profile: 'services = own', services: both },
      'https://sts.own/',
      'https://iam.own/',
    ],
    [
      'a section of services before the profile',
      {
        profile: 'services = own\nendpoint_url = https://p',
        services: 'iam =\n  endpoint_url = https://iam.own\n',
      },
      'https://p/',
      'https://iam.own/',
    ],
    [
      'nothing configured, where that is switched off',
      { variables: { AWS_ENDPOINT_URL: 'https://v', AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'true' } },
      undefined,
      undefined,
    ],
  ]
  it.each(cases)('is %s', async (_, one, sts, iam) => {
    expect((await resolve({ ...one, service: 'sts' })).url).toBe(sts)
    expect((await resolve({ ...one, service: 'iam' })).url).toBe(iam)
  })
})

describe('the region', () => {
  it.each([
    [{}, 'us-east-1'],
    [{ serialNumber: 'GAHT12345678' }, 'us-east-1'],
    [{ serialNumber: 'arn:aws-cn:iam::123456789012:mfa/li' }, 'cn-north-1'],
    [{ serialNumber: 'arn:aws-us-gov:iam::123456789012:mfa/gabe' }, 'us-gov-west-1'],
    [{ serialNumber: 'arn:aws-iso-b:iam::123456789012:mfa/ida' }, 'us-isob-east-1'],
    [{ profile: 'region = ap-east-2' }, 'ap-east-2'],
  ])('of %o is %s', async (one, region) => {
    expect((await resolve(one)).region).toBe(region)
    expect((await resolve({ ...one, service: 'iam' })).region).toBe(region)
  })
})

describe('FIPS and dual-stack', () => {
  const fips = 'AWS_USE_FIPS_ENDPOINT'
  const dualstack = 'AWS_USE_DUALSTACK_ENDPOINT'
  const cases: [one: Case, useFips: boolean, useDualstack: boolean][] = [
    [{}, false, false],
    [{ variables: { [fips]: 'true' } }, true, false],
    [{ variables: { [fips]: 'True', [dualstack]: 'TRUE' } }, true, true],
    [{ variables: { [fips]: 'FALSE', [dualstack]: '' } }, false, false],
    [{ profile: 'use_fips_endpoint = true\nuse_dualstack_endpoint = True' }, true, true],
    [{ profile: 'use_fips_endpoint = true', variables: { [fips]: 'false' } }, false, false],
    [
      { profile: 'use_fips_endpoint = true', variables: { [fips]: 'false' }, profileFirst: true },
      true,
      false,
    ],
    [{ variables: { [fips]: 'true', [dualstack]: 'true', AWS_ENDPOINT_URL: 'https://v' } }, false, false],
  ]
  it.each(cases)('of %o', async (one, useFips, useDualstack) => {
    expect(await resolve(one)).toMatchObject({ useFips, useDualstack })
  })

  it.each([
    [{ variables: { [fips]: 'yes' } }, 'AWS_USE_FIPS_ENDPOINT'],
    [{ variables: { [dualstack]: '1' } }, 'AWS_USE_DUALSTACK_ENDPOINT'],
    [{ profile: 'use_fips_endpoint = on' }, 'use_fips_endpoint in FOLDER/config, line 3'],
  ])('refuse %o', async (one, origin) => {
    expect(await refusalOf(one)).toEqual([6, `${origin}: that is neither true nor false`])
  })
})

describe('the proxy', () => {
  const basic = (pair: string) => `Basic ${Buffer.from(pair).toString('base64')}`
  const cases: [variables: Record<string, string>, display: string | undefined, authorization?: string][] = [
    [{}, undefined],
    [{ HTTPS_PROXY: 'http://p:3128' }, 'http://p:3128'],
    [{ HTTPS_PROXY: 'http://P' }, 'http://p'],
    [{ HTTPS_PROXY: 'p:3128' }, 'http://p:3128'],
    [{ HTTPS_PROXY: '10.0.0.1' }, 'http://10.0.0.1'],
    [{ HTTPS_PROXY: 'https://p:8443/' }, 'https://p:8443'],
    [{ HTTPS_PROXY: 'http://u:p%40ss@p:3128' }, 'http://p:3128', basic('u:p@ss')],
    [{ HTTPS_PROXY: 'u:p@p:3128' }, 'http://p:3128', basic('u:p')],
    [{ HTTPS_PROXY: 'http://u@p:3128' }, 'http://p:3128', basic('u:')],
    [{ HTTPS_PROXY: 'http://p', https_proxy: 'http://q' }, 'http://q'],
    [{ HTTPS_PROXY: 'http://p', https_proxy: '' }, 'http://p'],
    // Plain http is loopback, and botocore does not know ALL_PROXY.
    [
      { HTTP_PROXY: 'http://p', http_proxy: 'http://p', ALL_PROXY: 'http://p', all_proxy: 'http://p' },
      undefined,
    ],
    [{ HTTPS_PROXY: 'http://p', AWS_ENDPOINT_URL: 'http://127.0.0.1:1' }, undefined],
    [{ HTTPS_PROXY: 'http://p', AWS_ENDPOINT_URL: 'https://127.0.0.1:1' }, 'http://p'],
    [{ HTTPS_PROXY: 'http://p', AWS_ENDPOINT_URL: 'https://a.b', NO_PROXY: 'b' }, undefined],
    [{ HTTPS_PROXY: 'http://p', AWS_ENDPOINT_URL: 'https://a.b', NO_PROXY: 'b', no_proxy: 'c' }, 'http://p'],
    // A bad one that is not asked does no harm.
    [{ HTTPS_PROXY: 'socks5://p', AWS_ENDPOINT_URL: 'https://a.b', NO_PROXY: '*' }, undefined],
    [{ HTTPS_PROXY: 'socks5://p', AWS_ENDPOINT_URL: 'http://localhost' }, undefined],
  ]
  it.each(cases)('of %o is %s', (variables, display, authorization) => {
    const { proxy } = endpointOf('sts', variables)
    expect([proxy?.display, proxy?.authorization]).toEqual([display, authorization])
  })

  const noUrl = ['that is no URL of an http or https proxy', 'as in: http://proxy.example.com:3128']
  it.each([
    ['socks5://user:secret@p:1080', ...noUrl],
    ['http://', ...noUrl],
    ['http://user:secret@p:99999', ...noUrl],
    ['http://user:se/cret@p:3128', ...noUrl],
    ['p q', ...noUrl],
    ['http://u:100%@p', 'a % in its user or password is not followed by two digits', 'write % as %25'],
  ])('%s is refused without being repeated', async (value, message, ...hints) => {
    expect(await refusalOf({ variables: { HTTPS_PROXY: value } })).toEqual([
      6,
      `HTTPS_PROXY: ${message}`,
      ...hints,
    ])
    expect(await refusalOf({ variables: { https_proxy: value } })).toEqual([
      6,
      `https_proxy: ${message}`,
      ...hints,
    ])
  })
})

describe('NO_PROXY', () => {
  const sts = 'sts.eu-west-1.amazonaws.com'
  const cases: [noProxy: string, host: string, port: string, excepted: boolean][] = [
    ['', sts, '', false],
    ['*', sts, '', true],
    ['example.com', sts, '', false],
    [sts, sts, '', true],
    ['amazonaws.com', sts, '', true],
    ['.amazonaws.com', sts, '', true],
    ['*.amazonaws.com', sts, '', true],
    ['AmazonAWS.com', sts, '', true],
    ['azonaws.com', sts, '', false],
    ['a, b ,amazonaws.com', sts, '', true],
    ['a b\tamazonaws.com', sts, '', true],
    ['.', sts, '', false],
    [',,', sts, '', false],
    ['amazonaws.com:443', sts, '', true],
    ['amazonaws.com:8443', sts, '', false],
    ['amazonaws.com:8443', sts, '8443', true],
    ['.amazonaws.com:443', sts, '', true],
    ['.sts.eu-west-1.amazonaws.com', sts, '', true],
    ['127.0.0.1', '127.0.0.1', '8443', true],
    ['127.0.0.0/8', '127.0.0.1', '', false],
    ['::1', '[::1]', '', true],
    ['[::1]', '[::1]', '', true],
    ['[::1]:443', '[::1]', '', true],
    ['[::1]:1', '[::1]', '', false],
    ['localhost', 'localhost', '1', true],
    ['localhost', '127.0.0.1', '1', false],
  ]
  it.each(cases)('"%s" with %s and port "%s": %s', (noProxy, hostname, port, excepted) => {
    expect(isExcepted(noProxy, { hostname, port })).toBe(excepted)
  })

  it.skipIf(!hasBotocore)('excepts whatever python3 with botocore excepts', { tags: 'slow' }, async () => {
    const script = `
import json, os, sys
from botocore.utils import should_bypass_proxies
def ask(no_proxy, host, port):
    os.environ['NO_PROXY'] = no_proxy
    return bool(should_bypass_proxies(f'https://{host}:{port}' if port else f'https://{host}'))
json.dump([ask(*row) for row in json.load(sys.stdin)], sys.stdout)
`
    const rows = cases.map(([noProxy, host, port]) => [noProxy, host, port])
    const { stdout } = await run('python3', ['-c', script], createEnvironment(), JSON.stringify(rows))
    const bypassed: boolean[] = JSON.parse(stdout)
    const missed = cases.filter(([, , , excepted], i) => bypassed[i] && !excepted)
    expect(missed).toEqual([])
    expect(bypassed.filter(Boolean).length).toBeGreaterThan(8)
  })

  it('excepts what stands in it, wherever it stands', () => {
    const entry = fc.stringMatching(/^[a-z*.:\d[\]/-]{0,12}$/)
    fc.assert(
      fc.property(fc.array(entry), fc.array(entry), fc.domain(), (before, after, hostname) => {
        const list = [...before, hostname, ...after].join(',')
        expect(isExcepted(list, { hostname, port: '' })).toBe(true)
        expect(isExcepted(list, { hostname: `sub.${hostname}`, port: '' })).toBe(true)
      }),
    )
  })
})

describe('the authorities', () => {
  const pem = 'does not hold certificates as PEM'
  const looksLike = 'as in: -----BEGIN CERTIFICATE-----, lines of base64, -----END CERTIFICATE-----'
  const bad: [name: string, text: string][] = [
    ['is empty', ''],
    ['is text', 'a certificate'],
    ['ends early', '-----BEGIN CERTIFICATE-----\nMIIB'],
    ['holds no certificate', '-----BEGIN CERTIFICATE-----\nTUlJQg==\n-----END CERTIFICATE-----\n'],
    ['holds a key', '-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----\n'],
  ]
  it.each(bad)('in a file that %s are refused', async (_, text) => {
    const path = join(folder.path, 'ca.pem')
    await writeFile(path, text)
    expect(await refusalOf({ variables: { AWS_CA_BUNDLE: path } })).toEqual([
      6,
      `AWS_CA_BUNDLE: FOLDER/ca.pem ${pem}`,
      looksLike,
    ])
    expect(await refusalOf({ profile: `ca_bundle = ${path}` })).toEqual([
      6,
      `ca_bundle in FOLDER/config, line 3: FOLDER/ca.pem ${pem}`,
      looksLike,
    ])
  })

  it('in a file that is not there are refused, the variable before the profile', async () => {
    const variables = { AWS_CA_BUNDLE: join(folder.path, 'none') }
    const profile = 'ca_bundle = /nowhere'
    expect(await refusalOf({ variables, profile })).toEqual([
      6,
      'AWS_CA_BUNDLE: FOLDER/none cannot be read (ENOENT)',
    ])
    expect(await refusalOf({ variables, profile, profileFirst: true })).toEqual([
      6,
      'ca_bundle in FOLDER/config, line 3: /nowhere cannot be read (ENOENT)',
    ])
  })

  it('in a folder are refused', async () => {
    await mkdir(join(folder.path, 'certs'))
    expect(await refusalOf({ variables: { AWS_CA_BUNDLE: join(folder.path, 'certs') } })).toEqual([
      6,
      'AWS_CA_BUNDLE: FOLDER/certs is no regular file',
    ])
  })

  it.skipIf(process.platform === 'win32')('in a pipe are refused, and not waited for', async () => {
    execFileSync('sh', ['-c', 'mkfifo "$0"', join(folder.path, 'pipe')])
    expect(await refusalOf({ variables: { AWS_CA_BUNDLE: join(folder.path, 'pipe') } })).toEqual([
      6,
      'AWS_CA_BUNDLE: FOLDER/pipe is no regular file',
    ])
  })

  it('are not read for plain http', async () => {
    const variables = { AWS_CA_BUNDLE: '/nowhere', AWS_ENDPOINT_URL: 'http://[::1]:1' }
    expect((await resolve({ variables })).caBundle).toBeUndefined()
  })
})
