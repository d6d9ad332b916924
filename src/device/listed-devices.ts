import type { Endpoint } from '../aws/endpoint.ts'
import type { ListedDevice } from '../aws/iam.ts'
import { DevicesDenied } from '../aws/refusals.ts'
import type { AwsRequest } from '../aws/request.ts'

/** Whether GetSessionToken can use it: IAM tells FIDO keys and passkeys by their serial number alone. */
export function isUsable({ serialNumber }: ListedDevice): boolean {
  return !serialNumber.includes(':u2f/')
}

/**
 * The MFA devices of the user whose keys sign; where a policy denies that without a user name, with the name that
 * GetCallerIdentity gives.
 * @param sts where GetCallerIdentity is asked; `request` goes to IAM
 * @throws {DevicesDenied} a policy denies it both ways
 * @throws {Failure} refused or unreachable
 */
export async function listDevices(request: AwsRequest, sts: Endpoint): Promise<ListedDevice[]> {
  const { listMfaDevices } = await import('../aws/iam.ts')
  try {
    return await listMfaDevices(request)
  } catch (error) {
    if (!(error instanceof DevicesDenied)) throw error
    const userName = await ownName({ ...request, endpoint: sts })
    if (userName === undefined) throw error
    request.debug('asking again with the name of the user')
    return listMfaDevices(request, { userName })
  }
}

/** The last segment of the user's ARN; the root user has none. */
async function ownName(request: AwsRequest): Promise<string | undefined> {
  const { getCallerIdentity } = await import('../aws/sts.ts')
  const { arn } = await getCallerIdentity(request)
  return /:user\/(?:.*\/)?([^/]+)$/.exec(arn)?.[1]
}
