import { configurationFailure, type Failure } from '../errors.ts'
import type { Profile, Setting } from '../profiles/profiles.ts'
import { isTemporaryKeyId } from '../variables/classify.ts'
import type { LongTermKeys } from './resolve-keys.ts'

const identityCenter = [
  'signs in with IAM Identity Center',
  'use aws sso login: such sessions have MFA already',
] as const

/** Keys by which a profile says that its credentials are not long-term keys, and what its user can do instead. */
const otherWays: readonly [key: string, what: string, instead: string][] = [
  ['role_arn', 'assumes a role', 'name its source_profile with --profile; that session can assume the role'],
  ['sso_session', ...identityCenter],
  ['sso_start_url', ...identityCenter],
  ['sso_account_id', ...identityCenter],
  ['sso_role_name', ...identityCenter],
  ['login_session', 'signs in with aws login', 'use aws login: such sessions have MFA already'],
  [
    'web_identity_token_file',
    'uses a web identity',
    "GetSessionToken wants an IAM user's keys: name another profile",
  ],
]

/**
 * The static long-term keys of a profile.
 * @throws {Failure} configuration: there are none, only half of them, or something else stands in their place
 */
export function readProfileKeys(profile: Profile): LongTermKeys {
  const accessKeyId = profile.setting('aws_access_key_id')
  const secretAccessKey = profile.setting('aws_secret_access_key')
  for (const [key, what, instead] of otherWays) {
    const setting = profile.setting(key)
    if (setting === undefined) continue
    throw configurationFailure(`profile ${profile.name} ${what} (${key} in ${setting.place})`, instead)
  }
  refuseProcess(profile, accessKeyId)
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
  return {
    accessKeyId: accessKeyId.value,
    secretAccessKey: secretAccessKey.value,
    profile,
    origin: `profile ${profile.name} (${accessKeyId.place})`,
  }
}

/** Beside keys in the credentials file every client passes over the command; beside keys in the config file some do. */
function refuseProcess(profile: Profile, accessKeyId: Setting | undefined): void {
  const command = profile.setting('credential_process')
  if (command === undefined || accessKeyId?.file === 'credentials') return
  if (accessKeyId === undefined) {
    throw configurationFailure(
      `profile ${profile.name} gets its keys from a command (credential_process in ${command.place})`,
      'export them as AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY',
    )
  }
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
