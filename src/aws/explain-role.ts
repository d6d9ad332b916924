import { ExitCode, type Failure } from '../errors.ts'
import { explainCallError, type Refusal, refused } from './explain.ts'
import { RoleDenied } from './refusals.ts'
import type { AwsRequest } from './request.ts'
import type { RoleParameters } from './sts.ts'

/** What a failed AssumeRole means to its user, and what to do. */
export function explainRoleError(error: unknown, request: AwsRequest, parameters: RoleParameters): Failure {
  return explainCallError(error, request, {
    explain: (refusal) => explain(refusal, request, parameters),
  })
}

function explain(refusal: Refusal, request: AwsRequest, parameters: RoleParameters): Failure | undefined {
  const { roleArn } = parameters
  switch (refusal.code) {
    case 'AccessDenied':
      return explainDenied(refusal, request, parameters)
    case 'ValidationError':
      return (
        explainDuration(refusal.message, parameters) ??
        refused(
          `AWS finds a parameter of AssumeRole invalid: ${refusal.words}`,
          `the role is ${roleArn.value}, from ${roleArn.origin}`,
        )
      )
    default:
      return undefined
  }
}

/** AWS says the same where there is no such role, so as not to tell a stranger which there are. */
function explainDenied(
  { message, words }: Refusal,
  request: AwsRequest,
  { roleArn, externalId, chained }: RoleParameters,
): Failure {
  const [, who = request.credentialsOrigin, reason] =
    /^User: (arn:\S+) is not authorized to perform: sts:AssumeRole(?: on resource: \S+)?( .*)?$/.exec(
      message,
    ) ?? []
  const told = message.startsWith('User: ') ? reason?.trim() : words
  const lines = [
    `${who} may not assume ${roleArn.value} (from ${roleArn.origin})`,
    ...(told ? [`AWS says: ${told.slice(0, 400)}`] : []),
    `there is no such role, its trust policy does not name the caller, or a policy of the caller (signed with ${request.credentialsOrigin}) does not allow it`,
  ] as const
  const wanted = `${externalId === undefined ? 'an' : 'another'} external_id in the profile`
  if (chained) return refused(...lines, `the role may want ${wanted}`)
  return new RoleDenied(
    ExitCode.refused,
    ...lines,
    `the role may want a fresher code: ask for a new session with --new; or ${wanted}`,
  )
}

/** The limits: AssumeRole, DurationSeconds. */
function explainDuration(message: string, { roleArn, durationSeconds }: RoleParameters): Failure | undefined {
  const what =
    durationSeconds === undefined
      ? 'the duration'
      : `${durationSeconds.origin}: ${durationSeconds.value} seconds`
  if (/exceeds the MaxSessionDuration/i.test(message)) {
    return refused(
      `${what} exceeds what ${roleArn.value} allows`,
      "write a smaller duration_seconds, or have the role's maximum session duration raised",
    )
  }
  if (/1 hour session limit/i.test(message)) {
    return refused(
      `${what} exceeds the hour that a role lasts which another role assumes`,
      'write a duration_seconds of 3600 or less, or take it out',
    )
  }
  return undefined
}
