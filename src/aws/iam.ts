import {
  IAMClient,
  type IAMClientConfig,
  ListMFADevicesCommand,
  type ListMFADevicesResponse,
} from '@aws-sdk/client-iam'
import { forms } from '../forms.ts'
import { explainDevicesError } from './explain-devices.ts'
import { type AwsRequest, type Conversation, converse } from './request.ts'
import { strangeAnswer } from './strange-answer.ts'

/** A device as IAM lists it, a FIDO key among them. */
export interface ListedDevice {
  readonly serialNumber: string
  readonly enableDate: Date | undefined
}

/** A user has eight devices at most; IAM may give as few a page as it likes. */
const maximumPages = 20

/**
 * All devices of a user, by default of the one whose credentials sign, over all pages.
 * @throws {DevicesDenied} a policy does not allow it; some policies do with an explicit user name
 * @throws {SessionRefused} the session that signs is no longer taken
 * @throws {Failure} refused or unreachable
 */
export async function listMfaDevices(
  request: AwsRequest,
  { userName }: { readonly userName?: string | undefined } = {},
): Promise<ListedDevice[]> {
  const open = (configuration: IAMClientConfig) => new IAMClient(configuration)
  const pages = await converse(request, open, (client, conversation) =>
    listPages(client, conversation, userName),
  ).catch((error: unknown) => {
    throw explainDevicesError(error, request, userName)
  })
  return pages.flatMap(({ MFADevices = [] }) => MFADevices).map(readDevice)
}

async function listPages(
  client: IAMClient,
  { ask }: Conversation,
  userName: string | undefined,
): Promise<ListMFADevicesResponse[]> {
  const pages: ListMFADevicesResponse[] = []
  let marker: string | undefined
  do {
    if (pages.length === maximumPages) throw strangeAnswer('end')
    const command = new ListMFADevicesCommand({ UserName: userName, Marker: marker })
    const page = await ask({
      purpose: `IAM for the MFA devices${pages.length === 0 ? '' : `, page ${pages.length + 1}`}`,
      repeatable: true,
      send: (options) => client.send(command, options),
    })
    pages.push(page)
    marker = page.IsTruncated ? page.Marker : undefined
  } while (marker !== undefined)
  return pages
}

function readDevice(device: NonNullable<ListMFADevicesResponse['MFADevices']>[number]): ListedDevice {
  const { SerialNumber: serialNumber = '', EnableDate: enableDate } = device
  if (!forms.serialNumber.test(serialNumber)) throw strangeAnswer('serial number')
  return { serialNumber, enableDate }
}
