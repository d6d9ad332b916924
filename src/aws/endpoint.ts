import { configurationFailure } from '../errors.ts'
import {
  badSetting,
  resolveSetting,
  type SettingNames,
  type SettingSources,
  type Sourced,
  settingNames,
} from '../settings.ts'
import { type CaBundle, resolveCaBundle } from './ca-bundle.ts'
import { resolveUrl } from './endpoint-url.ts'
import { defaultRegion, partitionOfArn, partitionOfRegion } from './partitions.ts'
import { type HttpProxy, resolveProxy } from './proxy.ts'

export type Service = 'sts' | 'iam'

/** Where a request goes, and which way. */
export interface Endpoint {
  readonly service: Service
  readonly region: string
  /** Undefined: AWS's own for the region. */
  readonly url: string | undefined
  /** For AWS's own endpoints alone. */
  readonly useFips: boolean
  readonly useDualstack: boolean
  /** Undefined: directly. */
  readonly proxy: HttpProxy | undefined
  /** Undefined: the authorities that come with Node.js. */
  readonly caBundle: CaBundle | undefined
}

/**
 * The region and URL of a service and the way to it, from options, variables and profile; without a region, one of the
 * device's partition.
 * @throws {Failure} usage or configuration, by where the value came from
 */
export function resolveEndpoint(
  sources: SettingSources,
  service: Service,
  serialNumber: string | undefined,
): Endpoint {
  const url = resolveUrl(sources, service)
  return {
    service,
    region: resolveRegion(sources, serialNumber),
    url,
    ...resolveVariant(sources, url),
    proxy: resolveProxy(sources, url),
    caBundle: resolveCaBundle(sources, url),
  }
}

/**
 * The region to ask; without one that is configured, one of the device's partition.
 * @throws {Failure} usage or configuration: it is none, or of another partition
 */
export function resolveRegion(sources: SettingSources, serialNumber: string | undefined): string {
  const setting = resolveSetting(sources, settingNames.region)
  const partition = serialNumber === undefined ? undefined : partitionOfArn(serialNumber)
  if (setting !== undefined) refuseRegion(setting, partition)
  return setting?.value ?? defaultRegion(partition)
}

function refuseRegion(setting: Sourced, partition: string | undefined): void {
  // A region becomes part of a host's name: RFC 1123, 2.1.
  if (!/^[a-z\d](?:[a-z\d-]{0,61}[a-z\d])?$/.test(setting.value)) {
    throw badSetting(setting, 'that is no region', 'a region is a name such as eu-west-1')
  }
  const regional = partitionOfRegion(setting.value)
  if (partition !== undefined && partition !== regional) {
    throw configurationFailure(
      `${setting.origin}: the region ${setting.value} is in partition ${regional}, the MFA device in ${partition}`,
      "take a region of the device's partition with --region",
    )
  }
}

/** With a URL of its own there are no variants: botocore then ignores both settings, and the SDK would refuse them. */
function resolveVariant(
  sources: SettingSources,
  url: string | undefined,
): Pick<Endpoint, 'useFips' | 'useDualstack'> {
  const useFips = resolveSwitch(sources, settingNames.useFips)
  const useDualstack = resolveSwitch(sources, settingNames.useDualstack)
  const own = url === undefined
  return { useFips: own && useFips, useDualstack: own && useDualstack }
}

/** botocore takes everything but `true` for off, the SDKs refuse it: what is meant cannot be told. */
function resolveSwitch(sources: SettingSources, names: SettingNames): boolean {
  const setting = resolveSetting(sources, names)
  const value = setting?.value.toLowerCase() ?? 'false'
  if (setting !== undefined && value !== 'true' && value !== 'false') {
    throw badSetting(setting, 'that is neither true nor false')
  }
  return value === 'true'
}
