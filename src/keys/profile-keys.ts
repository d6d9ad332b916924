import { configurationFailure, type Failure } from '../errors.ts'
import type { Profile, Setting } from '../profiles/profiles.ts'
import { isTemporaryKeyId } from '../variables/classify.ts'
import type { LongTermKeys } from './resolve-keys.ts'

/** Keys by which a profile says that its credentials are not long-term keys, and what its user can do instead. */
const otherWays: readonly [key: string, what: string, instead: string][] = [
  ['role_arn', 'assumes a role', 'name its source_profile with --profile; that session can assume the role'],
  ['sso_session', 'signs in with IAM Identity Center', 'use aws sso login: such sessions have MFA already'],
  ['sso_start_url', 'signs in with IAM Identity Center', 'use aws sso login: such sessions have MFA already'],
  ['login_session', 'signs in with aws login', 'use aws login: such sessions have MFA already'],
  [
    'web_identity_token_file',
    'uses a web identity',
    "GetSessionToken wants an IAM user's keys: name another profile",
  ],
  [
    'credential_process',
    'gets its keys from a command',
    'export them as AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY',
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
    // Where static keys stand beside a command, every client takes the keys.
    if (setting === undefined || (key === 'credential_process' && accessKeyId !== undefined)) continue
    throw configurationFailure(`profile ${profile.name} ${what} (${key} in ${setting.place})`, instead)
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
  return {
    accessKeyId: accessKeyId.value,
    secretAccessKey: secretAccessKey.value,
    profile,
    origin: `profile ${profile.name} (${accessKeyId.place})`,
  }
}

function halfPair(profile: Profile, present: Setting | undefined): Failure {
  return configurationFailure(
    `profile ${profile.name} holds only one of aws_access_key_id and aws_secret_access_key (${present?.place})`,
    `set both with: aws configure --profile ${profile.name}`,
  )
}

/** botocore wants both in one file; the SDK for JavaScript puts them together from two. */
function refuseSplit(profile: Profile, accessKeyId: Setting, secretAccessKey: Setting): void {
  const [first, second] = [accessKeyId, secretAccessKey].map(({ place }) => place.replace(/, line \d+$/, ''))
  if (first === second) return
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
