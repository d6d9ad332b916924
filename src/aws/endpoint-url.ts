import type { Profile } from '../profiles/profiles.ts'
import { badSetting, resolveSetting, type SettingSources, type Sourced, settingNames } from '../settings.ts'
import type { Service } from './endpoint.ts'

/**
 * The URL that a service is to be asked at; undefined for AWS's own.
 * @throws {Failure} usage or configuration, by where the value came from
 */
export function resolveUrl(sources: SettingSources, service: Service): string | undefined {
  const setting = findUrl(sources, service)
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

function findUrl(sources: SettingSources, service: Service): Sourced | undefined {
  const names = service === 'sts' ? settingNames.stsUrl : settingNames.iamUrl
  const ignored = resolveSetting(sources, settingNames.ignoreUrls)
  if (ignored?.value.toLowerCase() === 'true') {
    return resolveSetting(sources, { option: names.option, variables: [] })
  }
  const general = resolveSetting(sources, names)
  const decided = general?.from === 'option' || (general?.from === 'variable' && !sources.profileFirst)
  // Within the profile the service's own URL comes first.
  if (decided) return general
  const { profile, behind } = sources
  const own = serviceUrl(profile, service)
  if (own !== undefined) return own
  const isBehind = general === undefined || (general.from === 'profile' && !profile?.has(names.key))
  return isBehind ? (serviceUrl(behind, service) ?? general) : general
}

function serviceUrl(profile: Profile | undefined, service: Service): Sourced | undefined {
  const setting = profile?.serviceEndpoint(service)
  return setting && { value: setting.value, origin: `services in ${setting.place}`, from: 'profile' }
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || /^127(\.\d{1,3}){3}$/.test(host)
}
