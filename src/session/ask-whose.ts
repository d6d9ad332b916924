import { noteForeignEndpoint } from '../aws/amazon-hosts.ts'
import { AwsTime } from '../aws/aws-time.ts'
import { resolveEndpoint } from '../aws/endpoint.ts'
import type { CallerIdentity } from '../aws/sts.ts'
import type { Surroundings } from '../surroundings.ts'
import type { HeldSession } from './held-session.ts'

/**
 * Asks AWS whose session it is.
 * @throws {Failure} refused: AWS takes it no longer; unreachable
 */
export async function askWhose(
  held: HeldSession,
  { note, debug, uptime }: Surroundings,
): Promise<CallerIdentity> {
  const endpoint = resolveEndpoint(held.sources, 'sts', held.issued?.serialNumber)
  noteForeignEndpoint(endpoint, note)
  const { getCallerIdentity } = await import('../aws/sts.ts')
  return new AwsTime(uptime).spend((timeLimit) =>
    getCallerIdentity({ endpoint, credentials: held, credentialsOrigin: held.origin, timeLimit, debug }),
  )
}
