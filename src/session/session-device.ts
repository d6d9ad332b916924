import { resolveEndpoint } from '../aws/endpoint.ts'
import { DevicesDenied } from '../aws/refusals.ts'
import { type FoundDevice, findDevice } from '../device/find-device.ts'
import { listDevices } from '../device/listed-devices.ts'
import { readRememberedDevice } from '../device/remembered-device.ts'
import { ExitCode, Failure } from '../errors.ts'
import type { LongTermKeys } from '../keys/signer.ts'
import type { SessionRun } from './order.ts'

/** The device that is configured, else the one that worked last with these keys, else one that AWS lists. */
export async function chooseDevice(run: SessionRun, keys: LongTermKeys): Promise<FoundDevice> {
  const { serialNumber } = run.order
  if (serialNumber !== undefined) return { ...serialNumber, only: false }
  return recall(run, keys) ?? (await discoverDevice(run, keys))
}

function recall({ order, surroundings }: SessionRun, { accessKeyId }: LongTermKeys): FoundDevice | undefined {
  const remembered = order.memory && readRememberedDevice(order.memory, accessKeyId)
  if (remembered === undefined) return undefined
  const { serialNumber: value, only } = remembered
  if (!only) surroundings.note(`the MFA device is ${value}, which worked last with this key`)
  return { value, origin: 'the device that worked last', from: 'memory', only }
}

/**
 * A device of those that AWS lists for the user.
 * @throws {Failure} configuration: none can be used, or there are several and nobody to ask; refused, unreachable
 */
export async function discoverDevice(run: SessionRun, keys: LongTermKeys): Promise<FoundDevice> {
  const { order, codes, surroundings, time } = run
  const iam = resolveEndpoint(order.sources, 'iam', undefined)
  const sts = resolveEndpoint(order.sources, 'sts', undefined)
  const signing = { credentials: keys, credentialsOrigin: order.identity.signer.origin }
  const listing = listDevices({ iam, sts }, signing, time, surroundings)
  const devices = await listing.catch((error: unknown) => {
    if (error instanceof DevicesDenied) throw withWayOut(error)
    if (error instanceof Failure && error.exitCode === ExitCode.unreachable) {
      throw withoutList(error, codes.typed !== undefined)
    }
    throw error
  })
  return findDevice(devices, codes.openTerminal)
}

const way = 'name the device with --serial-number, AWS_MFA_SERIAL or mfa_serial in the profile'

/** Where a network leads to STS alone, there is no list to wait for. */
function withoutList({ exitCode, message, hints }: Failure, isTyped: boolean): Failure {
  const kept = isTyped ? ['the code has not been sent, and can still be used'] : []
  return new Failure(exitCode, message, ...hints, `${way}, and the devices need not be listed`, ...kept)
}

function withWayOut({ exitCode, message, hints }: Failure): Failure {
  return new Failure(exitCode, message, ...hints.map((hint) => `${way}, or ${hint}`))
}
