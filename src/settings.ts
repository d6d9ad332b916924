import { ExitCode, Failure } from './errors.ts'
import type { Profile } from './profiles/profiles.ts'

/** A setting's text and where it came from: the option, the variable, the profile's place in a file, AWS's answer, or the cache. */
export interface Sourced {
  readonly value: string
  readonly origin: string
  readonly from: 'option' | 'variable' | 'profile' | 'aws' | 'memory'
}

/** Where settings are looked for. */
export interface SettingSources {
  readonly options: Readonly<Partial<Record<string, string>>>
  /** The text of an environment variable; undefined where it is unset or empty. */
  variable(name: string): string | undefined
  readonly profile: Profile | undefined
  /** Those that it has its credentials from, as one. */
  readonly behind?: Profile | undefined
  /** With --profile, that profile's own keys come before the variables. */
  readonly profileFirst: boolean
}

/** The names that one setting goes by. */
export interface SettingNames {
  readonly option?: string
  readonly variables: readonly string[]
  readonly key?: string
}

/** The names of every setting; help and man page tell of them from here. */
export const settingNames = {
  serialNumber: { option: 'serial-number', variables: ['AWS_MFA_SERIAL'], key: 'mfa_serial' },
  mfaProcess: { option: 'mfa-process', variables: ['AWS_MFA_PROCESS'], key: 'mfa_process' },
  durationSeconds: {
    option: 'duration-seconds',
    variables: ['AWS_MFA_DURATION_SECONDS'],
    key: 'mfa_duration_seconds',
  },
  region: { option: 'region', variables: ['AWS_REGION', 'AWS_DEFAULT_REGION'], key: 'region' },
  stsUrl: {
    option: 'endpoint-url',
    variables: ['AWS_ENDPOINT_URL_STS', 'AWS_ENDPOINT_URL'],
    key: 'endpoint_url',
  },
  iamUrl: {
    option: 'endpoint-url',
    variables: ['AWS_ENDPOINT_URL_IAM', 'AWS_ENDPOINT_URL'],
    key: 'endpoint_url',
  },
  ignoreUrls: {
    variables: ['AWS_IGNORE_CONFIGURED_ENDPOINT_URLS'],
    key: 'ignore_configured_endpoint_urls',
  },
  caBundle: { variables: ['AWS_CA_BUNDLE'], key: 'ca_bundle' },
  useFips: { variables: ['AWS_USE_FIPS_ENDPOINT'], key: 'use_fips_endpoint' },
  useDualstack: { variables: ['AWS_USE_DUALSTACK_ENDPOINT'], key: 'use_dualstack_endpoint' },
  proxy: { variables: ['https_proxy', 'HTTPS_PROXY'] },
  noProxy: { variables: ['no_proxy', 'NO_PROXY'] },
} as const satisfies Record<string, SettingNames>

/** The first that is there of option, variables and profile key, in the order that SettingSources gives. */
export function resolveSetting(sources: SettingSources, names: SettingNames): Sourced | undefined {
  const fromProfile = () => profileSetting(sources.profile, names.key)
  return (
    optionSetting(sources, names.option) ??
    (sources.profileFirst ? fromProfile() : undefined) ??
    variableSetting(sources, names.variables) ??
    fromProfile() ??
    profileSetting(sources.behind, names.key)
  )
}

/** The failure for a bad value: usage where it was typed as an option, else configuration. */
export function badSetting(setting: Sourced, message: string, ...hints: string[]): Failure {
  const exitCode = setting.from === 'option' ? ExitCode.usage : ExitCode.configuration
  return new Failure(exitCode, `${setting.origin}: ${message}`, ...hints)
}

function optionSetting(sources: SettingSources, option: string | undefined): Sourced | undefined {
  const value = option === undefined ? undefined : sources.options[option]
  return value === undefined ? undefined : { value, origin: `--${option}`, from: 'option' }
}

function variableSetting(sources: SettingSources, variables: readonly string[]): Sourced | undefined {
  for (const name of variables) {
    const value = sources.variable(name)
    if (value !== undefined) return { value, origin: name, from: 'variable' }
  }
  return undefined
}

/** A profile's own value of a key. */
export function profileSetting(profile: Profile | undefined, key: string | undefined): Sourced | undefined {
  const setting = key === undefined ? undefined : profile?.setting(key)
  return setting && { value: setting.value, origin: `${key} in ${setting.place}`, from: 'profile' }
}
