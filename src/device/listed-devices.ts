import { noteForeignEndpoint } from '../aws/amazon-hosts.ts'
import type { AwsTime } from '../aws/aws-time.ts'
import type { Endpoint } from '../aws/endpoint.ts'
import type { ListedDevice } from '../aws/iam.ts'
import { DevicesDenied } from '../aws/refusals.ts'
import type { AwsRequest } from '../aws/request.ts'
import type { Surroundings } from '../surroundings.ts'
import { isFido } from './serial-number.ts'

/** Whether GetSessionToken can use it. */
export function isUsable({ serialNumber }: ListedDevice): boolean {
  return !isFido(serialNumber)
}

/**
 * The MFA devices of the user whose keys sign; where a policy denies that without a user name, with the name that
 * GetCallerIdentity gives.
 * @throws {DevicesDenied} a policy denies it both ways
 * @throws {Failure} refused or unreachable
 */
export async function listDevices(
  { iam, sts }: { readonly iam: Endpoint; readonly sts: Endpoint },
  signing: Pick<AwsRequest, 'credentials' | 'credentialsOrigin'>,
  time: AwsTime,
  { note, debug }: Pick<Surroundings, 'note' | 'debug'>,
): Promise<ListedDevice[]> {
  const ask = <Answer>(endpoint: Endpoint, send: (request: AwsRequest) => Promise<Answer>) =>
    time.spend((timeLimit) => send({ endpoint, ...signing, timeLimit, debug }))
  noteForeignEndpoint(iam, note)
  const { listMfaDevices } = await import('../aws/iam.ts')
  try {
    return await ask(iam, listMfaDevices)
  } catch (error) {
    if (!(error instanceof DevicesDenied)) throw error
    noteForeignEndpoint(sts, note)
    const { getCallerIdentity } = await import('../aws/sts.ts')
    const userName = userNameOf(await ask(sts, getCallerIdentity))
    if (userName === undefined) throw error
    debug('asking again with the name of the user')
    return ask(iam, (request) => listMfaDevices(request, { userName }))
  }
}

/** The last segment of the user's ARN; the root user has none. */
function userNameOf({ arn }: { readonly arn: string }): string | undefined {
  return /:user\/(?:.*\/)?([^/]+)$/.exec(arn)?.[1]
}
