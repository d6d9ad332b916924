import type { AwsTime } from '../aws/aws-time.ts'
import type { Endpoint } from '../aws/endpoint.ts'
import type { Role } from '../keys/roles.ts'
import type { Surroundings } from '../surroundings.ts'
import { type IssuedSession, readSession } from './session.ts'

/**
 * Assumes one role after the other, the first with the user's session.
 * @returns the last role's session
 * @throws {RoleDenied} a fresher session may do
 * @throws {SessionRefused} AWS takes the user's session no longer
 * @throws {Failure} refused or unreachable
 */
export async function assumeRoles(
  roles: readonly Role[],
  session: IssuedSession,
  endpoint: Endpoint,
  time: AwsTime,
  { now, debug }: Surroundings,
): Promise<IssuedSession> {
  const { assumeRole } = await import('../aws/sts.ts')
  let held = session
  let credentialsOrigin = `the session of ${session.serialNumber}`
  for (const role of roles) {
    const credentials = held
    const parameters = { ...role, chained: held !== session }
    const answer = await time.spend((timeLimit) =>
      assumeRole({ endpoint, credentials, credentialsOrigin, timeLimit, debug }, parameters),
    )
    held = {
      ...session,
      ...readSession(answer, now() + (answer.clockOffset ?? 0)),
      roleArn: role.roleArn.value,
    }
    credentialsOrigin = `the role of profile ${role.profile.name}`
  }
  return held
}
