import { ExitCode, Failure } from './errors.ts'
import type { Profile } from './profiles/profiles.ts'

/** A setting's text and where it came from: the option, the variable, or the profile's place in a file. */
export interface Sourced {
  readonly value: string
  readonly origin: string
  readonly from: 'option' | 'variable' | 'profile'
}

/** Where settings are looked for. */
export interface SettingSources {
  readonly options: Readonly<Partial<Record<string, string>>>
  /** The text of an environment variable; undefined where it is unset or empty. */
  variable(name: string): string | undefined
  readonly profile: Profile | undefined
  /** With --profile, that profile's own keys come before the variables. */
  readonly profileFirst: boolean
}

/** The names that one setting goes by. */
export interface SettingNames {
  readonly option?: string
  readonly variables: readonly string[]
  readonly key?: string
}

/** The first that is there of option, variables and profile key, in the order that SettingSources gives. */
export function resolveSetting(sources: SettingSources, names: SettingNames): Sourced | undefined {
  const fromProfile = () => profileSetting(sources.profile, names.key)
  return (
    optionSetting(sources, names.option) ??
    (sources.profileFirst ? fromProfile() : undefined) ??
    variableSetting(sources, names.variables) ??
    fromProfile()
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

function profileSetting(profile: Profile | undefined, key: string | undefined): Sourced | undefined {
  const setting = key === undefined ? undefined : profile?.setting(key)
  return setting && { value: setting.value, origin: `${key} in ${setting.place}`, from: 'profile' }
}
