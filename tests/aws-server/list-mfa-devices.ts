// IAM ListMFADevices, in pages.

import { invalidSessionToken, noSuchUser, notAllowed, notAuthorized, validationError } from './errors.ts'
import type { Call, Operation } from './operation.ts'
import type { Device, User } from './users.ts'

export const listMfaDevices: Operation = { service: 'iam', version: '2010-05-08', run }

function run({ caller: { user, session, arn }, parameters }: Call) {
  if (session?.assumed)
    throw notAllowed(arn, 'iam:ListMFADevices', `user ${parameters['UserName'] ?? 'null'}`)
  // IAM knows a user's session only if MFA was given for it.
  if (session && session.mfaAt === undefined) throw invalidSessionToken()
  checkAllowed(user, parameters['UserName'])
  const start = readMarker(parameters['Marker'])
  const end = start + Math.min(Number(parameters['MaxItems'] ?? '100'), user.devicesPerPage)
  const page = user.devices.slice(start, end).map((device) => describeDevice(user, device))
  const isTruncated = end < user.devices.length
  return {
    MFADevices: page,
    IsTruncated: String(isTruncated),
    ...(isTruncated ? { Marker: writeMarker(end) } : {}),
  }
}

function checkAllowed(user: User, userName: string | undefined): void {
  const denied =
    user.listDevices === 'denied' || (user.listDevices === 'with-user-name' && userName === undefined)
  const elsewhere = userName !== undefined && userName !== user.name && !user.root
  // AWS writes `user null` when no name was given.
  if (denied || elsewhere) throw notAuthorized(user.arn, 'iam:ListMFADevices', `user ${userName ?? 'null'}`)
  if (user.root && userName !== undefined) throw noSuchUser(userName)
}

function describeDevice(user: User, device: Device) {
  return {
    UserName: user.name,
    SerialNumber: device.serialNumber,
    EnableDate: device.enableDate.toISOString().replace('.000Z', 'Z'),
  }
}

function readMarker(marker: string | undefined): number {
  if (marker === undefined) return 0
  const [, start] = /^from-(\d+)$/.exec(Buffer.from(marker, 'base64').toString()) ?? []
  if (start === undefined)
    throw validationError([`Value '${marker}' at 'marker' failed to satisfy constraint`])
  return Number(start)
}

function writeMarker(start: number): string {
  return Buffer.from(`from-${start}`).toString('base64')
}
