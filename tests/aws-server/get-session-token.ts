// STS GetSessionToken.

import { checkMfa } from './check-mfa.ts'
import { type Constraint, checkConstraints, lengthWithin, matching, within } from './constraints.ts'
import { notAuthorized, signedWithSession } from './errors.ts'
import type { Call, Operation } from './operation.ts'
import { createSession, describeCredentials } from './sessions.ts'
import type { User } from './users.ts'

export const getSessionToken: Operation = { service: 'sts', version: '2011-06-15', run }

const constraints: readonly Constraint[] = [
  ...within('DurationSeconds', 900, 129600),
  ...lengthWithin('SerialNumber', 9, 256),
  matching('SerialNumber', '[\\w+=/:,.@-]*'),
  ...lengthWithin('TokenCode', 6, 6),
  matching('TokenCode', '[\\d]*'),
]

function run(call: Call) {
  const { user, session } = call.caller
  checkConstraints(call.parameters, constraints)
  if (session) throw signedWithSession()
  if (user.sessionTokenDenied) throw notAuthorized(user.arn, 'sts:GetSessionToken', '*')
  const mfaAt = checkMfa(call) ? call.at : undefined
  const durationSeconds = chooseDuration(user, call.parameters['DurationSeconds'])
  const issued = createSession(user, call.at, { durationSeconds, mfaAt })
  call.keepSession(issued)
  return { Credentials: describeCredentials(issued) }
}

function chooseDuration(user: User, asked: string | undefined): number {
  const durationSeconds = Number(asked ?? '43200')
  return user.root ? Math.min(durationSeconds, 3600) : durationSeconds
}
