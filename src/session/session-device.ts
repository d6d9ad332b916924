import { resolveEndpoint } from '../aws/endpoint.ts'
import { DevicesDenied } from '../aws/refusals.ts'
import { type FoundDevice, findDevice } from '../device/find-device.ts'
import { listDevices } from '../device/listed-devices.ts'
import { readRememberedDevice } from '../device/remembered-device.ts'
import { Failure } from '../errors.ts'
import type { LongTermKeys } from '../keys/signer.ts'
import type { SessionRun } from './session-run.ts'

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
    throw error instanceof DevicesDenied ? withWayOut(error) : error
  })
  return findDevice(devices, codes.openTerminal)
}

function withWayOut({ exitCode, message, hints }: Failure): Failure {
  const way = 'name the device with --serial-number, AWS_MFA_SERIAL or mfa_serial in the profile'
  return new Failure(exitCode, message, ...hints.map((hint) => `${way}, or ${hint}`))
}
