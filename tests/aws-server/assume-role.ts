// STS AssumeRole: with long-term keys, a session, or the session of another role.

import { checkMfa } from './check-mfa.ts'
import { type Constraint, checkConstraints, lengthWithin, matching, present, within } from './constraints.ts'
import { invalidValue, notAllowed, rolesAreNotForRoot } from './errors.ts'
import type { Call, Operation } from './operation.ts'
import type { Role } from './roles.ts'
import { createSession, describeCredentials } from './sessions.ts'

export const assumeRole: Operation = { service: 'sts', version: '2011-06-15', run }

const constraints: readonly Constraint[] = [
  present('RoleArn'),
  ...lengthWithin('RoleArn', 20, 2048),
  present('RoleSessionName'),
  ...lengthWithin('RoleSessionName', 2, 64),
  matching('RoleSessionName', '[\\w+=,.@-]*'),
  ...within('DurationSeconds', 900, 43200),
  ...lengthWithin('ExternalId', 2, 1224),
  matching('ExternalId', '[\\w+=,.@:\\/-]*'),
]

function run(call: Call) {
  const { caller, parameters, at } = call
  checkConstraints(parameters, constraints)
  const { RoleArn: arn = '', RoleSessionName: sessionName = '' } = parameters
  if (!/^arn:[\w-]+:iam::\d{12}:role\/\S+$/.test(arn)) throw invalidValue(`${arn} is invalid`)
  if (caller.user.root && caller.session === undefined) throw rolesAreNotForRoot()
  const role = call.findRole(arn)
  // AWS does not tell which roles there are.
  if (!role || !isTrusted(call, role)) throw notAllowed(caller.arn, 'sts:AssumeRole', arn)
  const durationSeconds = chooseDuration(call, role)
  const session = createSession(caller.user, at, { durationSeconds, assumed: { role, sessionName } })
  call.keepSession(session)
  return {
    Credentials: describeCredentials(session),
    AssumedRoleUser: describeAssumedRole(role, sessionName),
  }
}

export function describeAssumedRole(role: Role, sessionName: string) {
  return {
    AssumedRoleId: `${role.roleId}:${sessionName}`,
    Arn: `arn:${role.partition}:sts::${role.account}:assumed-role/${role.name}/${sessionName}`,
  }
}

function isTrusted(call: Call, { trust, account }: Role): boolean {
  const { caller, parameters } = call
  const { users, requireMfa, maxMfaAgeSeconds, externalId, roleNames = [] } = trust
  const { user, session } = caller
  const named = session?.assumed
    ? roleNames.includes(session.assumed.role.name)
    : (users?.some(({ arn }) => arn === user.arn) ?? user.account === account)
  if (!named || (externalId !== undefined && parameters['ExternalId'] !== externalId)) return false
  const age = findMfaAge(call)
  if (maxMfaAgeSeconds !== undefined) return age !== undefined && age < maxMfaAgeSeconds
  return requireMfa ? age !== undefined : true
}

/** In seconds; undefined without MFA. A code may also come with the request. */
function findMfaAge(call: Call): number | undefined {
  const { session } = call.caller
  if (session === undefined) return checkMfa(call) ? 0 : undefined
  return session.mfaAt === undefined ? undefined : (call.at - session.mfaAt) / 1000
}

function chooseDuration({ caller, parameters }: Call, role: Role): number {
  const asked = Number(parameters['DurationSeconds'] ?? '3600')
  if (asked > role.maxSessionDuration) {
    throw invalidValue('The requested DurationSeconds exceeds the MaxSessionDuration set for this role.')
  }
  if (caller.session?.assumed && asked > 3600) {
    throw invalidValue(
      'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining',
    )
  }
  return asked
}
