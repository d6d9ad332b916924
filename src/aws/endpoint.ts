import type { Profile } from '../profiles/profiles.ts'
import { badSetting, resolveSetting, type SettingSources, type Sourced } from '../settings.ts'
import { defaultRegion, partitionOfArn, partitionOfRegion } from './partitions.ts'

/** Where a request goes. */
export interface Endpoint {
  readonly region: string
  /** Undefined: AWS's own for the region. */
  readonly url: string | undefined
}

/**
 * The region and URL of STS, from options, variables and profile; without a region, one of the device's partition.
 * @throws {Failure} usage or configuration, by where the value came from
 */
export function resolveEndpoint(sources: SettingSources, serialNumber: string): Endpoint {
  const setting = resolveSetting(sources, {
    option: 'region',
    variables: ['AWS_REGION', 'AWS_DEFAULT_REGION'],
    key: 'region',
  })
  const partition = partitionOfArn(serialNumber)
  if (setting !== undefined) refuseRegion(setting, partition)
  return { region: setting?.value ?? defaultRegion(partition), url: resolveUrl(sources) }
}

function refuseRegion(setting: Sourced, partition: string | undefined): void {
  // A region becomes part of a host's name: RFC 1123, 2.1.
  if (!/^[a-z\d](?:[a-z\d-]{0,61}[a-z\d])?$/.test(setting.value)) {
    throw badSetting(setting, 'that is no region', 'a region is a name such as eu-west-1')
  }
  const regional = partitionOfRegion(setting.value)
  if (partition !== undefined && partition !== regional) {
    throw badSetting(
      { ...setting, from: 'profile' },
      `the region ${setting.value} is in partition ${regional}, the MFA device in ${partition}`,
      "take a region of the device's partition with --region",
    )
  }
}

function resolveUrl(sources: SettingSources): string | undefined {
  const setting = findUrl(sources)
  if (setting === undefined) return undefined
  const url = URL.canParse(setting.value) ? new URL(setting.value) : undefined
  if (url === undefined || !['http:', 'https:'].includes(url.protocol) || url.username || url.password) {
    throw badSetting(setting, 'that is no URL of an endpoint', 'as in: https://sts.eu-west-1.amazonaws.com')
  }
  if (url.protocol === 'http:' && !isLoopback(url.hostname)) {
    throw badSetting(
      setting,
      'plain http would show the session to the network',
      'use https; http is for loopback alone',
    )
  }
  return url.href
}

function findUrl(sources: SettingSources): Sourced | undefined {
  const names = {
    option: 'endpoint-url',
    variables: ['AWS_ENDPOINT_URL_STS', 'AWS_ENDPOINT_URL'],
    key: 'endpoint_url',
  }
  const ignored = resolveSetting(sources, {
    variables: ['AWS_IGNORE_CONFIGURED_ENDPOINT_URLS'],
    key: 'ignore_configured_endpoint_urls',
  })
  if (ignored?.value.toLowerCase() === 'true') {
    return resolveSetting(sources, { option: 'endpoint-url', variables: [] })
  }
  const general = resolveSetting(sources, names)
  const decided = general?.from === 'option' || (general?.from === 'variable' && !sources.profileFirst)
  // Within the profile the service's own URL comes first.
  return decided ? general : (serviceUrl(sources.profile) ?? general)
}

function serviceUrl(profile: Profile | undefined): Sourced | undefined {
  const setting = profile?.serviceEndpoint('sts')
  return setting && { value: setting.value, origin: `services in ${setting.place}`, from: 'profile' }
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || /^127(\.\d{1,3}){3}$/.test(host)
}

/** Names an endpoint that is not AWS's own, before a code is given to it. */
export function noteForeignEndpoint({ url }: Endpoint, note: (text: string) => void): void {
  if (url === undefined || amazonHost.test(new URL(url).hostname)) return
  note(`STS is asked at ${new URL(url).origin}, which is not AWS's own`)
}

/** Others can own hosts under AWS's domains: only STS itself and its VPC endpoints count. */
const amazonHost =
  /^((sts|sts-fips)(\.[a-z\d-]+)?|vpce-[a-z\d-]+\.sts\.[a-z\d-]+\.vpce)\.(amazonaws\.com|amazonaws\.com\.cn|amazonaws\.eu|api\.aws|c2s\.ic\.gov|sc2s\.sgov\.gov|cloud\.adc-e\.uk|csp\.hci\.ic\.gov)$/
