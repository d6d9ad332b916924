// Which hosts are asked, and for which region requests are signed: the local AWS stands behind a proxy that
// connects every host to it, and shows a certificate for all of them.

import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { noteForeignEndpoint } from '../../src/aws/amazon-hosts.ts'
import type { Service } from '../../src/aws/endpoint.ts'
import { listMfaDevices } from '../../src/aws/iam.ts'
import { getCallerIdentity } from '../../src/aws/sts.ts'
import { createEnvironment, run, works } from '../aws-server/child-client.ts'
import { type AwsServer, startAwsServer, type User } from '../aws-server/server.ts'
import { endpointOf, requestOf } from './asking.ts'
import { type ConnectProxy, connectTo, startConnectProxy } from './connect-proxy.ts'
import { type Authority, createAuthority, hasOpenssl } from './private-authority.ts'

const hasBotocore = await works('python3', '-c', 'import botocore.session')

type Variant = '' | 'fips' | 'dualstack' | 'fips dualstack'
type Row = [service: Service, region: string, variant: Variant, host: string, signingRegion?: string]

/** As the endpoint rulesets of AWS have them; the signing region is the region unless it is said. */
const table: readonly Row[] = [
  ['sts', 'us-east-1', '', 'sts.us-east-1.amazonaws.com'],
  ['sts', 'eu-west-1', '', 'sts.eu-west-1.amazonaws.com'],
  ['sts', 'us-east-1', 'fips', 'sts-fips.us-east-1.amazonaws.com'],
  ['sts', 'eu-west-1', 'dualstack', 'sts.eu-west-1.api.aws'],
  ['sts', 'us-east-1', 'fips dualstack', 'sts-fips.us-east-1.api.aws'],
  ['sts', 'cn-northwest-1', '', 'sts.cn-northwest-1.amazonaws.com.cn'],
  ['sts', 'cn-north-1', 'dualstack', 'sts.cn-north-1.api.amazonwebservices.com.cn'],
  ['sts', 'us-gov-east-1', '', 'sts.us-gov-east-1.amazonaws.com'],
  ['sts', 'us-gov-east-1', 'fips', 'sts.us-gov-east-1.amazonaws.com'],
  ['sts', 'us-gov-west-1', 'dualstack', 'sts.us-gov-west-1.api.aws'],
  ['sts', 'us-iso-east-1', '', 'sts.us-iso-east-1.c2s.ic.gov'],
  ['sts', 'us-iso-east-1', 'dualstack', 'sts.us-iso-east-1.api.aws.ic.gov'],
  ['sts', 'us-isob-east-1', '', 'sts.us-isob-east-1.sc2s.sgov.gov'],
  ['sts', 'us-isob-east-1', 'dualstack', 'sts.us-isob-east-1.api.aws.scloud'],
  ['sts', 'eu-isoe-west-1', '', 'sts.eu-isoe-west-1.cloud.adc-e.uk'],
  ['sts', 'eu-isoe-west-1', 'dualstack', 'sts.eu-isoe-west-1.api.cloud-aws.adc-e.uk'],
  ['sts', 'us-isof-south-1', '', 'sts.us-isof-south-1.csp.hci.ic.gov'],
  ['sts', 'us-isof-south-1', 'dualstack', 'sts.us-isof-south-1.api.aws.hci.ic.gov'],
  ['sts', 'eusc-de-east-1', '', 'sts.eusc-de-east-1.amazonaws.eu'],
  ['sts', 'eusc-de-east-1', 'dualstack', 'sts.eusc-de-east-1.api.amazonwebservices.eu'],
  ['iam', 'us-east-1', '', 'iam.amazonaws.com'],
  ['iam', 'eu-west-1', '', 'iam.amazonaws.com', 'us-east-1'],
  ['iam', 'eu-west-1', 'fips', 'iam-fips.amazonaws.com', 'us-east-1'],
  ['iam', 'eu-west-1', 'dualstack', 'iam.global.api.aws', 'us-east-1'],
  ['iam', 'eu-west-1', 'fips dualstack', 'iam-fips.global.api.aws', 'us-east-1'],
  ['iam', 'cn-northwest-1', '', 'iam.cn-north-1.amazonaws.com.cn', 'cn-north-1'],
  ['iam', 'cn-north-1', 'dualstack', 'iam.global.api.amazonwebservices.com.cn'],
  ['iam', 'us-gov-east-1', '', 'iam.us-gov.amazonaws.com', 'us-gov-west-1'],
  ['iam', 'us-gov-west-1', 'fips', 'iam.us-gov.amazonaws.com'],
  ['iam', 'us-gov-east-1', 'dualstack', 'iam.us-gov.api.aws', 'us-gov-west-1'],
  ['iam', 'us-iso-west-1', '', 'iam.us-iso-east-1.c2s.ic.gov', 'us-iso-east-1'],
  ['iam', 'us-isob-east-1', '', 'iam.us-isob-east-1.sc2s.sgov.gov'],
  ['iam', 'us-isob-east-1', 'dualstack', 'iam.api.aws.scloud'],
  ['iam', 'eu-isoe-west-1', '', 'iam.eu-isoe-west-1.cloud.adc-e.uk'],
  ['iam', 'us-isof-east-1', '', 'iam.us-isof-south-1.csp.hci.ic.gov', 'us-isof-south-1'],
  ['iam', 'eusc-de-east-1', '', 'iam.eusc-de-east-1.amazonaws.eu'],
]

describe.skipIf(!hasOpenssl)('with openssl, for a certificate:', () => {
  let authority: Authority
  let aws: AwsServer
  let proxy: ConnectProxy
  beforeAll(async () => {
    authority = await createAuthority()
    const hosts = [...new Set(table.map(([, , , host]) => host))]
    aws = await startAwsServer({ tls: await authority.issue(hosts) })
    proxy = await startConnectProxy(connectTo(Number(new URL(aws.url).port)))
  })
  afterAll(async () => {
    await proxy.close()
    await aws.close()
    await authority.remove()
  })

  it.each(table)('%s in %s %s is %s', async (service, region, variant, host, signingRegion = region) => {
    const endpoint = endpointOf(service, {
      AWS_REGION: region,
      AWS_USE_FIPS_ENDPOINT: String(variant.includes('fips')),
      AWS_USE_DUALSTACK_ENDPOINT: String(variant.includes('dualstack')),
      HTTPS_PROXY: proxy.url,
      AWS_CA_BUNDLE: authority.path,
    })
    const request = requestOf(endpoint, userIn(region))
    await (service === 'iam' ? listMfaDevices(request) : getCallerIdentity(request))
    expect(proxy.targets.at(-1)).toBe(`${host}:443`)
    expect(aws.requests.at(-1)).toMatchObject({ host, region: signingRegion, service })
  })

  function userIn(region: string): User {
    if (region.startsWith('cn-')) return aws.users.china
    return region.startsWith('us-gov-') ? aws.users.government : aws.users.alice
  }
})

it.skipIf(!hasBotocore)(
  'python3 with botocore has the same hosts and regions',
  { tags: 'slow' },
  async () => {
    const script = fileURLToPath(new URL('./resolve-hosts-as-botocore.py', import.meta.url))
    const rows = table.map(([service, region, variant]) => [
      service,
      region,
      variant.includes('fips'),
      variant.includes('dualstack'),
    ])
    const { stdout, stderr } = await run('python3', [script], createEnvironment(), JSON.stringify(rows))
    const found: ([url: string, region: string] | null)[] = stdout === '' ? [] : JSON.parse(stdout)
    expect(found, stderr).toHaveLength(table.length)
    // What botocore's older list lacks it does not resolve at all.
    const compared = table.flatMap(([, region, , host, signingRegion = region], i) =>
      found[i] ? [{ ours: [`https://${host}`, signingRegion], botocore: found[i] }] : [],
    )
    expect(compared.map(({ ours }) => ours)).toEqual(compared.map(({ botocore }) => botocore))
    expect(compared.length).toBeGreaterThan(30)
  },
)

describe('an endpoint', () => {
  function noteOf(service: Service, url: string): string[] {
    const notes: string[] = []
    noteForeignEndpoint(endpointOf(service, { AWS_ENDPOINT_URL: url }), (text) => notes.push(text))
    return notes
  }

  it.each([
    ...new Set(table.map(([, , , host]) => host)),
    'sts.amazonaws.com',
    'vpce-0123-abcd.sts.us-east-1.vpce.amazonaws.com',
    'vpce-0123-abcd-eu-west-1a.sts.eu-west-1.vpce.amazonaws.com',
    'vpce-0123-abcd.iam.us-east-1.vpce.amazonaws.com',
  ])('at %s is AWS', (host) => {
    expect(noteOf('sts', `https://${host}`)).toEqual([])
  })

  it.each([
    'sts.s3.amazonaws.com',
    'sts.us-east-1.amazonaws.com.example.org',
    'ec2-1-2-3-4.compute-1.amazonaws.com',
    'sts-us-east-1.amazonaws.com',
    'iam.amazonaws.com.evil.cn',
    'api.aws',
    'sts.us-east-1.elb.amazonaws.com',
    'vpce-0123.s3.us-east-1.vpce.amazonaws.com',
  ])('at %s is named', (host) => {
    expect(noteOf('sts', `https://${host}`)).toEqual([
      `STS is asked at https://${host}, which is not AWS's own`,
    ])
    expect(noteOf('iam', `https://${host}/`)).toEqual([
      `IAM is asked at https://${host}, which is not AWS's own`,
    ])
  })
})
