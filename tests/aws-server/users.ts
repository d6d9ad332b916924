// Who the local AWS knows: a small fixed cast, and users made for one test.

import {
  type ByteSource,
  bytesOf,
  createLongTermKeyId,
  createSecretAccessKey,
  createTotpSecret,
  createUserId,
  freshBytes,
} from './keys.ts'

export type Partition = 'aws' | 'aws-cn' | 'aws-us-gov'

/** A device by kind, with a serial number of that kind made up; or one with this very serial number. */
type DeviceSpec = 'virtual' | 'hardware' | 'fido' | { serialNumber: string }

export interface Device {
  readonly serialNumber: string
  /** Base32. A FIDO key has one too, which serves nothing. */
  readonly totpSecret: string
  readonly enableDate: Date
}

export interface UserSpec {
  name?: string
  /** Between slashes, as IAM writes it: `/team/`. */
  path?: string
  partition?: Partition
  account?: string
  /** The account's root user. */
  root?: boolean
  devices?: readonly DeviceSpec[]
  /** An explicit Deny on sts:GetSessionToken. */
  sessionTokenDenied?: boolean
  /** Whether ListMFADevices is allowed always, with an explicit UserName, or never. */
  listDevices?: 'allowed' | 'with-user-name' | 'denied'
  /** IAM may give fewer devices a page than MaxItems asks for. */
  devicesPerPage?: number
}

export interface User {
  readonly name: string
  readonly arn: string
  readonly userId: string
  readonly account: string
  readonly partition: Partition
  readonly root: boolean
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly devices: readonly Device[]
  /** Those of the first device that GetSessionToken can use; empty without one. */
  readonly serialNumber: string
  readonly totpSecret: string
  readonly sessionTokenDenied: boolean
  readonly listDevices: 'allowed' | 'with-user-name' | 'denied'
  readonly devicesPerPage: number
}

const serials = {
  virtual: (prefix: string, name: string, index: number) =>
    `${prefix}mfa/${name}${index > 0 ? `-${index + 1}` : ''}`,
  hardware: (_prefix: string, _name: string, index: number, bytes: ByteSource) =>
    `GAHT${(bytes(`serial number ${index}`, 4).readUInt32BE() % 1e8).toString().padStart(8, '0')}`,
  fido: (prefix: string, name: string, index: number) =>
    `${prefix}u2f/user/${name}/key-${index + 1}-LOCALAWS`,
}

export const cast = {
  alice: castMember('alice', {}),
  bob: castMember('bob', { devices: ['hardware'] }),
  carol: castMember('carol', { devices: ['fido', 'virtual', 'hardware'], devicesPerPage: 1 }),
  paula: castMember('paula', {
    path: '/team/',
    devices: [{ serialNumber: 'arn:aws:iam::123456789012:mfa/team/paula' }],
  }),
  root: castMember('root-account-mfa-device', { root: true }),
  denied: castMember('denied', { sessionTokenDenied: true, listDevices: 'denied' }),
  china: castMember('li', { partition: 'aws-cn' }),
  government: castMember('gabe', { partition: 'aws-us-gov' }),
} as const satisfies Record<string, User>

/** A user whom no other test knows, so that the current code of its device has not been used. */
export function createUser(spec: UserSpec): User {
  const suffix = freshBytes('name', 6).toString('hex')
  return buildUser(spec.name ?? `user-${suffix}`, spec, freshBytes)
}

export function isFido(device: Device): boolean {
  return device.serialNumber.includes(':u2f/')
}

function castMember(name: string, spec: UserSpec): User {
  return buildUser(name, spec, bytesOf(name))
}

function buildUser(name: string, spec: UserSpec, bytes: ByteSource): User {
  const { partition = 'aws', account = '123456789012', root = false, path = '/' } = spec
  const prefix = `arn:${partition}:iam::${account}:`
  const devices = (spec.devices ?? ['virtual']).map((device, i) =>
    buildDevice(device, prefix, name, i, bytes),
  )
  const usable = devices.find((device) => !isFido(device))
  return {
    name: root ? 'root' : name,
    arn: prefix + (root ? 'root' : `user${path}${name}`),
    userId: root ? account : createUserId(bytes),
    account,
    partition,
    root,
    accessKeyId: createLongTermKeyId(bytes),
    secretAccessKey: createSecretAccessKey(bytes),
    devices,
    serialNumber: usable?.serialNumber ?? '',
    totpSecret: usable?.totpSecret ?? '',
    sessionTokenDenied: spec.sessionTokenDenied ?? false,
    listDevices: spec.listDevices ?? 'allowed',
    devicesPerPage: spec.devicesPerPage ?? 100,
  }
}

function buildDevice(
  spec: DeviceSpec,
  prefix: string,
  name: string,
  index: number,
  bytes: ByteSource,
): Device {
  const serialNumber =
    typeof spec === 'object' ? spec.serialNumber : serials[spec](prefix, name, index, bytes)
  return {
    serialNumber,
    totpSecret: createTotpSecret(bytes, serialNumber),
    enableDate: new Date(Date.UTC(2024, 1, 29, 12, index, 0)),
  }
}
