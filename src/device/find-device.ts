import type { ListedDevice } from '../aws/iam.ts'
import { configurationFailure, ExitCode, Failure, printable } from '../errors.ts'
import type { Sourced } from '../settings.ts'
import type { Terminal } from '../terminal.ts'
import { isUsable } from './listed-devices.ts'
import { chooseFromMenu } from './menu.ts'

/** A device, and whether it is the only one that the user could mean. */
export interface FoundDevice extends Sourced {
  readonly only: boolean
}

/**
 * The device of a user who has configured none: the only one that can be used, or the one that is chosen on the terminal.
 * @param devices all that IAM lists
 * @throws {Failure} configuration: there is none, or several and nobody to ask; interrupted
 */
export async function findDevice(
  devices: readonly ListedDevice[],
  openTerminal: () => Terminal | undefined,
): Promise<FoundDevice> {
  const usable = devices.filter(isUsable)
  const [first, ...more] = usable
  if (first === undefined) throw noneUsable(devices)
  if (more.length === 0) return { ...found(first, 'the only device of the user'), only: true }
  const terminal = openTerminal()
  const leftOut = devices.filter((device) => !isUsable(device))
  if (terminal === undefined) throw nobodyToAsk(usable, leftOut)
  if (leftOut.length > 0) terminal.say(`${describeLeftOut(leftOut)}\n`)
  const rows = usable.map(({ serialNumber }) => serialNumber)
  const index = await chooseFromMenu(terminal, 'MFA device', rows)
  const chosen = index === undefined ? undefined : usable[index]
  if (chosen === undefined) throw new Failure(ExitCode.interrupted, 'no device was chosen')
  return { ...found(chosen, 'the choice of a moment ago'), only: false }
}

function found({ serialNumber }: ListedDevice, origin: string): Sourced {
  return { value: serialNumber, origin, from: 'aws' }
}

function noneUsable(devices: readonly ListedDevice[]): Failure {
  if (devices.length === 0) {
    return configurationFailure(
      'the user has no MFA device',
      'add one in the AWS console under IAM, Users, Security credentials: an authenticator app, or a hardware TOTP token',
    )
  }
  return configurationFailure(
    `the user has only FIDO security keys or passkeys, which GetSessionToken cannot use: ${list(devices)}`,
    'add an authenticator app or a hardware TOTP token to the same user (eight devices are allowed), or sign in with: aws login',
  )
}

function nobodyToAsk(usable: readonly ListedDevice[], leftOut: readonly ListedDevice[]): Failure {
  return configurationFailure(
    `the user has several MFA devices: ${list(usable)}`,
    'name one with --serial-number, AWS_MFA_SERIAL or mfa_serial in the profile',
    ...(leftOut.length > 0 ? [describeLeftOut(leftOut)] : []),
  )
}

function describeLeftOut(leftOut: readonly ListedDevice[]): string {
  return `a FIDO security key or passkey cannot be used here: ${list(leftOut)}`
}

function list(devices: readonly ListedDevice[]): string {
  return devices.map(({ serialNumber }) => printable(serialNumber)).join(', ')
}
