import { configurationFailure, ExitCode, type Failure, UnknownName } from '../errors.ts'
import type { Profile, Profiles, Setting } from '../profiles/profiles.ts'
import { readSavedSource } from '../profiles/saved-profile.ts'
import { classifyKeys } from '../variables/classify.ts'
import type { Variables } from '../variables/displaced.ts'
import type { Source } from '../variables/state.ts'
import { holdsKeys, readProfileKeys, refuseWebIdentity } from './profile-keys.ts'
import { type Role, readRole, refuseMoreThanAnHour } from './roles.ts'
import { type EnvironmentSigner, environmentKeys, type Signer } from './signer.ts'

/** Who is asked for: the long-term keys that sign, and the roles that are assumed from there. */
export interface Identity {
  /** For the record of an export. */
  readonly source: Source
  readonly signer: Signer
  /** In the order in which they are assumed; none for a session of the user. */
  readonly roles: readonly Role[]
  /** The profile that was chosen, then each that it has its credentials from; none where the environment's keys sign. */
  readonly profiles: readonly Profile[]
}

/**
 * Follows `source_profile` from a profile to long-term keys, as botocore does (AssumeRoleProvider): a source that
 * holds keys is the end, whatever role it names beside them.
 * @param variables for `credential_source = Environment`
 * @throws {Failure} configuration: the chain leads nowhere, in a circle, or to what cannot sign
 */
export function resolveProfileIdentity(profile: Profile, profiles: Profiles, variables: Variables): Identity {
  const visited: Profile[] = []
  const roles: Role[] = []
  const ending = (signer: Signer) => {
    for (const role of roles.slice(1)) refuseMoreThanAnHour(role)
    return { source: { profile: profile.name }, signer, roles, profiles: visited }
  }
  for (let current = profile; ; ) {
    const ownSource = visited.at(-1)?.name === current.name
    if (!ownSource && visited.some(({ name }) => name === current.name)) throw circle(visited, current)
    if (!ownSource) visited.push(current)
    const role = roles.length > 0 && holdsKeys(current) ? undefined : readRole(current)
    if (role === undefined) return ending(readProfileKeys(current))
    if (ownSource) throw circle(visited, current)
    refuseWebIdentity(current)
    roles.unshift(role)
    const source = readSource(role, profiles, variables)
    if ('signer' in source) return ending(source.signer)
    current = source.profile
  }
}

function readSource(
  { profile, roleArn }: Role,
  profiles: Profiles,
  variables: Variables,
): { readonly profile: Profile } | { readonly signer: Signer } {
  const named = profile.setting('source_profile')
  const kind = profile.setting('credential_source')
  if (named !== undefined && kind !== undefined) {
    throw configurationFailure(
      `profile ${profile.name} has both source_profile and credential_source (${named.place}; ${kind.place})`,
      'no AWS tool takes that; remove one of the two',
    )
  }
  if (kind !== undefined) {
    refuseMachineSource(profile, kind)
    return { signer: fromEnvironment(profile, variables) }
  }
  if (named === undefined) {
    throw configurationFailure(
      `profile ${profile.name} assumes a role (${roleArn.origin}), but does not say from where`,
      'add source_profile = NAME, the profile that holds your long-term keys',
    )
  }
  const source = profiles.find(named.value)
  const saved = source && readSavedSource(source)
  if (saved !== undefined && 'accessKeyId' in saved) {
    return { signer: environmentKeysOf(named.value, saved.accessKeyId, variables) }
  }
  // Its session is of the profile that it was saved from.
  const signing = saved === undefined ? source : profiles.find(saved.profile)
  if (signing !== undefined) return { profile: signing }
  throw new UnknownName(
    { kind: 'profile', typed: named.value, known: profiles.names() },
    ExitCode.configuration,
    `there is no profile ${named.value}, which is the source_profile of ${profile.name} (${named.place})`,
  )
}

function refuseMachineSource(profile: Profile, kind: Setting): void {
  if (kind.value.toLowerCase() === 'environment') return
  throw configurationFailure(
    `profile ${profile.name} assumes its role with the credentials of ${kind.value} (credential_source in ${kind.place})`,
    'such credentials are a session already, without MFA; name a profile that holds long-term keys',
  )
}

function fromEnvironment(profile: Profile, variables: Variables): Signer {
  if (classifyKeys(variables) === 'long-term') return environmentKeys(variables)
  throw configurationFailure(
    `profile ${profile.name} assumes its role with keys of the environment, and there are no long-term keys in it`,
    'set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or name a source_profile',
  )
}

/**
 * The environment's keys, where they are those that a saved profile was signed with.
 * @throws {Failure} configuration, rather than sign with another user's
 */
export function environmentKeysOf(
  savedName: string,
  accessKeyId: string,
  variables: Variables,
): EnvironmentSigner {
  if (classifyKeys(variables) === 'long-term' && variables.AWS_ACCESS_KEY_ID === accessKeyId) {
    return environmentKeys(variables)
  }
  throw configurationFailure(
    `profile ${savedName} holds a session of a key from the environment (...${accessKeyId.slice(-4)}), which is not there`,
    'set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY again, or name the profile that holds your long-term keys',
  )
}

function circle(visited: readonly Profile[], again: Profile): Failure {
  const names = [...visited, again].map(({ name }) => name).join(', ')
  return configurationFailure(
    `the source_profile of ${visited.at(-1)?.name} leads in a circle: ${names}`,
    'one of them has to hold long-term keys',
  )
}
