import { noteForeignEndpoint } from '../aws/amazon-hosts.ts'
import { AwsTime } from '../aws/aws-time.ts'
import { resolveEndpoint } from '../aws/endpoint.ts'
import type { CommandLine } from '../cli.ts'
import { Profiles } from '../profiles/profiles.ts'
import { readVariable, type Surroundings } from '../surroundings.ts'
import type { HeldSession } from './status.ts'

/**
 * Asks AWS whose session it is.
 * @throws {Failure} refused: AWS takes it no longer; unreachable
 */
export async function askWhose(
  held: HeldSession,
  { values }: CommandLine,
  { environment, note, debug, ...surroundings }: Surroundings,
): Promise<{ arn: string; account: string }> {
  const profile =
    values.profile === undefined
      ? undefined
      : new Profiles({ environment, debug, ...surroundings }).find(values.profile)
  const sources = {
    options: values,
    variable: (name: string) => readVariable(environment, name),
    profile,
    profileFirst: profile !== undefined,
  }
  const endpoint = resolveEndpoint(sources, 'sts', held.issued?.serialNumber)
  noteForeignEndpoint(endpoint, note)
  const { getCallerIdentity } = await import('../aws/sts.ts')
  const credentialsOrigin = profile === undefined ? 'the environment' : `profile ${profile.name}`
  const { arn, account } = await new AwsTime(surroundings.uptime).spend((timeLimit) =>
    getCallerIdentity({ endpoint, credentials: held, credentialsOrigin, timeLimit, debug }),
  )
  return { arn, account }
}
