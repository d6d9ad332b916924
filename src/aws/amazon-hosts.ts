import type { Endpoint } from './endpoint.ts'

const region = String.raw`[a-z]{2,6}(-[a-z]+)+-\d{1,2}`

const domains = [
  'amazonaws.com',
  'amazonaws.com.cn',
  'amazonaws.eu',
  'c2s.ic.gov',
  'sc2s.sgov.gov',
  'cloud.adc-e.uk',
  'csp.hci.ic.gov',
  'api.aws',
  'api.amazonwebservices.com.cn',
  'api.amazonwebservices.eu',
  'api.aws.ic.gov',
  'api.aws.scloud',
  'api.cloud-aws.adc-e.uk',
  'api.aws.hci.ic.gov',
]
  .join('|')
  .replaceAll('.', '\\.')

/**
 * Others can own hosts under AWS's domains, as sts.s3.amazonaws.com would be a bucket: only STS and IAM themselves
 * and their VPC endpoints count. The domains are the endpoint rulesets', dual-stack ones behind the others.
 */
const amazonHost = new RegExp(
  String.raw`^((sts|iam)(-fips)?(\.(${region}|global|us-gov))?|vpce-[a-z\d-]+\.(sts|iam)\.${region}\.vpce)\.(${domains})$`,
)

/** Names an endpoint that is not AWS's own, before anything is given to it. */
export function noteForeignEndpoint({ service, url }: Endpoint, note: (text: string) => void): void {
  if (url === undefined || amazonHost.test(new URL(url).hostname)) return
  note(`${service.toUpperCase()} is asked at ${new URL(url).origin}, which is not AWS's own`)
}
