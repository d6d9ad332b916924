import { partitionOfArn, partitionOfRegion } from '../aws/partitions.ts'
import { configurationFailure } from '../errors.ts'
import type { Profile } from '../profiles/profiles.ts'
import { badSetting, profileSetting, type Sourced } from '../settings.ts'

/** A role that a profile assumes, with AssumeRole's parameters as the profile has them. */
export interface Role {
  readonly profile: Profile
  readonly roleArn: Sourced
  readonly roleSessionName: string
  readonly externalId: string | undefined
  /** Seconds, and where they are said; undefined leaves it to AWS, which gives one hour. */
  readonly durationSeconds: { readonly value: number; readonly origin: string } | undefined
}

/**
 * The role that a profile assumes; undefined where it assumes none. The forms are the API's: AssumeRole.
 * @throws {Failure} configuration: AWS could not take one of the values
 */
export function readRole(profile: Profile): Role | undefined {
  const read = (key: string) => profileSetting(profile, key)
  const roleArn = read('role_arn')
  if (roleArn === undefined) return undefined
  refuse(roleArn, /^arn:[^:\s]+:iam::\d{12}:role\/[\w+=,.@/-]{1,576}$/, 'ARN of a role')
  const roleSessionName = read('role_session_name')
  refuse(roleSessionName, /^[\w+=,.@-]{2,64}$/, 'name of a role session')
  const externalId = read('external_id')
  refuse(externalId, /^[\w+=,.@:/-]{2,1224}$/, 'external ID')
  return {
    profile,
    roleArn,
    roleSessionName: roleSessionName?.value ?? 'aws-mfa-env',
    externalId: externalId?.value,
    durationSeconds: readDuration(read('duration_seconds')),
  }
}

function readDuration(setting: Sourced | undefined): Role['durationSeconds'] {
  if (setting === undefined) return undefined
  const value = /^\d{1,6}$/.test(setting.value) ? Number(setting.value) : 0
  if (value >= 900 && value <= 43_200) return { value, origin: setting.origin }
  throw badSetting(
    setting,
    "a role's session lasts 900 to 43200 seconds",
    'for the session that assumes the role there is mfa_duration_seconds',
  )
}

/**
 * Refuses more than the hour that AWS gives a role which another role assumes (IAM's user guide, "Role chaining").
 * @throws {Failure} configuration
 */
export function refuseMoreThanAnHour({ durationSeconds }: Role): void {
  if (durationSeconds === undefined || durationSeconds.value <= 3600) return
  throw configurationFailure(
    `${durationSeconds.origin}: a role that another role assumes lasts an hour at most`,
    'write 3600 or less, or take it out',
  )
}

/**
 * Refuses roles of another partition than the region's: AWS would find the code right, and then deny the role.
 * @throws {Failure} configuration
 */
export function refuseOtherPartition(roles: readonly Role[], region: string): void {
  const partition = partitionOfRegion(region)
  const foreign = roles.find(({ roleArn }) => partitionOfArn(roleArn.value) !== partition)
  if (foreign === undefined) return
  const { value, origin } = foreign.roleArn
  throw configurationFailure(
    `${origin}: the role is in partition ${partitionOfArn(value)}, the user who would assume it in ${partition}`,
    'name keys of that partition, or a role of the other one',
  )
}

function refuse(setting: Sourced | undefined, form: RegExp, what: string): void {
  if (setting !== undefined && !form.test(setting.value)) throw badSetting(setting, `that is no ${what}`)
}
