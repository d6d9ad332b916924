import { configurationFailure, type Failure } from '../errors.ts'
import type { Profile, Setting } from '../profiles/profiles.ts'
import { isTemporaryKeyId } from '../variables/classify.ts'
import type { Signer } from './signer.ts'

const identityCenter = [
  'signs in with IAM Identity Center',
  'use aws sso login: such sessions have MFA already',
] as const

/** A key by which a profile says that its credentials are not long-term keys, and what its user can do instead. */
type OtherWay = readonly [key: string, what: string, instead: string]

const webIdentity: OtherWay = [
  'web_identity_token_file',
  'uses a web identity',
  "GetSessionToken wants an IAM user's keys: name another profile",
]

const otherWays: readonly OtherWay[] = [
  ['sso_session', ...identityCenter],
  ['sso_start_url', ...identityCenter],
  ['sso_account_id', ...identityCenter],
  ['sso_role_name', ...identityCenter],
  ['login_session', 'signs in with aws login', 'use aws login: such sessions have MFA already'],
  webIdentity,
]

/** Whether the profile holds access keys itself, and be it half a pair. */
export function holdsKeys(profile: Profile): boolean {
  return profile.has('aws_access_key_id') || profile.has('aws_secret_access_key')
}

/**
 * The long-term keys of a profile, or the command that gives them.
 * @throws {Failure} configuration: there are none, only half of them, or something else stands in their place
 */
export function readProfileKeys(profile: Profile): Signer {
  const accessKeyId = profile.setting('aws_access_key_id')
  const secretAccessKey = profile.setting('aws_secret_access_key')
  for (const way of otherWays) refuseOtherWay(profile, way)
  const command = readProcess(profile, accessKeyId)
  if (command !== undefined) {
    const origin = `profile ${profile.name} (credential_process in ${command.place})`
    return { kind: 'process', profile, command, origin }
  }
  if (accessKeyId === undefined && secretAccessKey === undefined) {
    throw configurationFailure(
      `profile ${profile.name} holds no access keys`,
      `add them with: aws configure --profile ${profile.name}`,
    )
  }
  if (accessKeyId === undefined || secretAccessKey === undefined)
    throw halfPair(profile, accessKeyId ?? secretAccessKey)
  refuseSplit(profile, accessKeyId, secretAccessKey)
  refuseSession(profile, accessKeyId)
  const keys = { accessKeyId: accessKeyId.value, secretAccessKey: secretAccessKey.value }
  const origin = `profile ${profile.name} (${accessKeyId.place})`
  return { kind: 'file', ...keys, profile, origin }
}

/** A role with such a profile is not assumed with a session of a user's. @throws {Failure} configuration */
export function refuseWebIdentity(profile: Profile): void {
  refuseOtherWay(profile, webIdentity)
}

function refuseOtherWay(profile: Profile, [key, what, instead]: OtherWay): void {
  const setting = profile.setting(key)
  if (setting === undefined) return
  throw configurationFailure(`profile ${profile.name} ${what} (${key} in ${setting.place})`, instead)
}

/** Beside keys in the credentials file every client passes over the command; beside keys in the config file some do. */
function readProcess(profile: Profile, accessKeyId: Setting | undefined): Setting | undefined {
  const command = profile.setting('credential_process')
  if (command === undefined || accessKeyId?.file === 'credentials') return undefined
  if (accessKeyId === undefined) return command
  throw configurationFailure(
    `profile ${profile.name} holds access keys and a command that gives some (${accessKeyId.place}; ${command.place})`,
    'the AWS CLI takes the command, the SDKs take the keys; remove one of the two',
  )
}

function halfPair(profile: Profile, present: Setting | undefined): Failure {
  return configurationFailure(
    `profile ${profile.name} holds only one of aws_access_key_id and aws_secret_access_key (${present?.place})`,
    `set both with: aws configure --profile ${profile.name}`,
  )
}

/** botocore wants both in one file; the SDK for JavaScript puts them together from two. */
function refuseSplit(profile: Profile, accessKeyId: Setting, secretAccessKey: Setting): void {
  if (accessKeyId.file === secretAccessKey.file) return
  throw configurationFailure(
    `the two keys of profile ${profile.name} stand in different files (${accessKeyId.place}; ${secretAccessKey.place})`,
    'the AWS CLI wants both in the same one',
  )
}

function refuseSession(profile: Profile, accessKeyId: Setting): void {
  const token = profile.setting('aws_session_token') ?? profile.setting('aws_security_token')
  if (token === undefined && !isTemporaryKeyId(accessKeyId.value)) return
  throw configurationFailure(
    `profile ${profile.name} holds a session, and AWS wants long-term keys here (${(token ?? accessKeyId).place})`,
    'name the profile that holds your long-term keys with --profile',
  )
}
