import { AwsTime } from '../aws/aws-time.ts'
import { resolveEndpoint } from '../aws/endpoint.ts'
import type { ListedDevice } from '../aws/iam.ts'
import { DevicesDenied } from '../aws/refusals.ts'
import { isUsable, listDevices } from '../device/listed-devices.ts'
import { isFido } from '../device/serial-number.ts'
import { ExitCode, Failure, printable } from '../errors.ts'
import { readLongTermKeys } from '../keys/credential-process.ts'
import type { CommandLine } from '../options.ts'
import type { Outcome } from '../outcome.ts'
import { resolveSelection } from '../session/order.ts'
import { refuseOperands } from '../stray-code.ts'
import type { Surroundings } from '../surroundings.ts'

/** `devices`: the MFA devices of the user whose long-term keys sign. */
export async function runDevices(line: CommandLine, surroundings: Surroundings): Promise<Outcome> {
  refuseOperands('devices', line.operands)
  const { identity, sources } = resolveSelection(line.values, surroundings)
  const iam = resolveEndpoint(sources, 'iam', undefined)
  const sts = resolveEndpoint(sources, 'sts', undefined)
  const credentials = await readLongTermKeys(identity.signer, surroundings)
  const signing = { credentials, credentialsOrigin: identity.signer.origin }
  const listing = listDevices({ iam, sts }, signing, new AwsTime(surroundings.uptime), surroundings)
  const devices = await listing.catch((error: unknown) => {
    throw error instanceof DevicesDenied ? denied(error) : error
  })
  const rows = devices.map(describe)
  const stdout = line.flags.has('json') ? `${JSON.stringify(rows, null, 2)}\n` : renderTable(rows)
  return { stdout, exitCode: ExitCode.done }
}

/** The hints that others get are about a session's device. */
function denied({ exitCode, message }: Failure): Failure {
  return new Failure(
    exitCode,
    message,
    'the console shows them: IAM, Users, Security credentials',
    'an administrator of the account can allow iam:ListMFADevices',
  )
}

interface Row {
  readonly serialNumber: string
  readonly kind: string
  readonly usable: boolean
  /** RFC 3339; missing where IAM gives none. */
  readonly enableDate?: string | undefined
}

function describe(device: ListedDevice): Row {
  const { serialNumber, enableDate } = device
  return {
    serialNumber,
    kind: kindOf(serialNumber),
    usable: isUsable(device),
    enableDate: enableDate?.toISOString(),
  }
}

/** IAM does not say it: the serial number's form does. */
function kindOf(serialNumber: string): string {
  if (isFido(serialNumber)) return 'FIDO'
  return serialNumber.startsWith('arn:') ? 'virtual' : 'hardware'
}

function renderTable(rows: readonly Row[]): string {
  if (rows.length === 0) return 'the user has no MFA device\n'
  const width = Math.max(...rows.map(({ serialNumber }) => serialNumber.length))
  return rows
    .map(({ serialNumber, kind, usable, enableDate }) => {
      const since = enableDate === undefined ? '' : `  since ${enableDate.slice(0, 10)}`
      const not = usable ? '' : '  cannot be used with GetSessionToken'
      return `${printable(serialNumber).padEnd(width)}  ${kind.padEnd(8)}${since}${not}\n`
    })
    .join('')
}
