import type { AwsTime } from '../aws/aws-time.ts'
import { resolveRegion } from '../aws/endpoint.ts'
import { resolveSerialNumber } from '../device/serial-number.ts'
import { configurationFailure, usageFailure } from '../errors.ts'
import { openCacheFolder } from '../files/cache-folder.ts'
import type { PrivateFolder } from '../files/private-folder.ts'
import type { Identity } from '../keys/profile-identity.ts'
import { resolveIdentity } from '../keys/resolve-identity.ts'
import type { CommandLine } from '../options.ts'
import { refuseLoop } from '../processes/loop.ts'
import { joinProfiles, Profiles } from '../profiles/profiles.ts'
import { readSavedSource } from '../profiles/saved-profile.ts'
import { resolveSetting, type SettingSources, type Sourced, settingNames } from '../settings.ts'
import { type Environment, readVariable, type Surroundings } from '../surroundings.ts'
import type { TokenCodes } from '../token-code/token-code.ts'
import { readVariables, undoExport, type Variables } from '../variables/displaced.ts'
import { changedVariables, stateVariable } from '../variables/names.ts'
import { decodeState } from '../variables/state.ts'
import { defaultDurationSeconds, resolveDurationSeconds, resolveMinimumRemaining } from './duration.ts'

/** Who is asked for, and where settings are looked for; nothing but files and variables has been looked at. */
export interface Selection {
  readonly identity: Identity
  readonly profiles: Profiles
  readonly sources: SettingSources
  /** Our variables as the shell has them now. */
  readonly current: Variables
  /** The same without our last export. */
  readonly before: Variables
}

/** All that can be known of a session before anybody is asked for anything. */
export interface SessionOrder extends Selection {
  /** Undefined where no device is configured. */
  readonly serialNumber: Sourced | undefined
  /** Undefined where nobody said how long. */
  readonly durationSeconds: number | undefined
  readonly mfaProcess: Sourced | undefined
  /** Seconds that a cached session must have left. */
  readonly minimumRemaining: number
  /** A cached session is passed over. */
  readonly renew: boolean
  /** Where sessions are cached; undefined where they are not. */
  readonly cache: PrivateFolder | undefined
  /** Where devices are remembered, which is no secret. */
  readonly memory: PrivateFolder | undefined
}

/** An order, and what its run may use. */
export interface SessionRun {
  readonly order: SessionOrder
  readonly codes: TokenCodes
  readonly surroundings: Surroundings
  readonly time: AwsTime
}

/** @throws {Failure} configuration: there are no keys, or it is not clear whose */
export function resolveSelection(
  values: CommandLine['values'],
  surroundings: Surroundings,
  profiles = new Profiles(surroundings),
): Selection {
  const { environment, note, debug } = surroundings
  const state = decodeState(environment[stateVariable])
  const current = readVariables(environment)
  const before = undoExport(current, state)
  const identity = resolveIdentity({ profileOption: values.profile, current, before, state, profiles, note })
  debug(`signing with ${identity.signer.origin}`)
  refuseLoops(identity, environment)
  // What a saved profile does not say is said by the one that it was saved from.
  const [chosen] = identity.profiles
  const own = chosen !== undefined && readSavedSource(chosen) !== undefined ? 2 : 1
  const sources = {
    options: values,
    variable: (name: string) => readVariable(isChanged(name) ? before : environment, name),
    profile: joinProfiles(identity.profiles.slice(0, own)),
    behind: joinProfiles(identity.profiles.slice(own)),
    profileFirst: values.profile !== undefined || wasOption(identity, before),
  }
  return { identity, profiles, sources, current, before }
}

/** Whether the profile is that of the session before, for which --profile named it: nobody has to name the default one. */
function wasOption(
  { profiles: [chosen] }: Identity,
  { AWS_PROFILE, AWS_DEFAULT_PROFILE }: Variables,
): boolean {
  return (AWS_PROFILE ?? AWS_DEFAULT_PROFILE) === undefined && chosen?.name !== 'default'
}

/** A command that gives the keys or code of a profile must not ask for a session of that profile. */
function refuseLoops({ profiles, signer }: Identity, environment: Environment): void {
  if (signer.kind === 'environment') refuseLoop(environment, undefined)
  for (const { name } of profiles) refuseLoop(environment, name)
}

/** @throws {Failure} usage or configuration: a setting is wrong */
export function resolveOrder(
  { values, flags }: CommandLine,
  surroundings: Surroundings,
  profiles = new Profiles(surroundings),
): SessionOrder {
  const selection = resolveSelection(values, surroundings, profiles)
  const { sources, identity } = selection
  const used = flags.has('no-cache') ? false : isCacheOn(sources)
  const memory = used === false ? undefined : openCacheFolder(surroundings)
  // What is not needed for a cached session is set in the shell all the same.
  resolveRegion(sources, undefined)
  return {
    ...selection,
    serialNumber: resolveSerialNumber(sources),
    durationSeconds: resolveDurationSeconds(sources),
    mfaProcess: resolveSetting(sources, settingNames.mfaProcess),
    minimumRemaining: resolveMinimumRemaining(values['min-remaining']),
    renew: flags.has('new'),
    // Who keeps keys elsewhere than in a file wants no session on disk.
    cache: used === true || identity.signer.kind === 'file' ? memory : undefined,
    memory,
  }
}

/**
 * Refuses to ask for a session that has less left from its beginning than it is to have: each run would ask for one.
 * @throws {Failure} usage
 */
export function refuseUnmeetable({ minimumRemaining, durationSeconds, identity }: SessionOrder): void {
  const role = identity.roles.at(-1)
  const own = durationSeconds ?? defaultDurationSeconds
  const lasts = role === undefined ? own : Math.min(own, role.durationSeconds?.value ?? 3600)
  if (minimumRemaining < lasts) return
  throw usageFailure(
    `--min-remaining: ${role === undefined ? 'a session' : 'a session of this role'} lasts ${lasts} seconds, and never has that much left`,
  )
}

/** What AWS_MFA_ENV_CACHE says; undefined where it says nothing. */
function isCacheOn({ variable }: SettingSources): boolean | undefined {
  const value = variable('AWS_MFA_ENV_CACHE')
  if (value === undefined) return undefined
  if (value === 'on' || value === 'off') return value === 'on'
  throw configurationFailure('AWS_MFA_ENV_CACHE is neither on nor off', 'set it to one of them, or unset it')
}

function isChanged(name: string): boolean {
  return changedVariables.some((changed) => changed === name)
}
