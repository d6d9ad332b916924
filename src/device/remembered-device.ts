import { digest } from '../digest.ts'
import { deletePrivateFile, listPrivateFiles } from '../files/private-files.ts'
import type { PrivateFolder } from '../files/private-folder.ts'
import { readRecord, writeRecord } from '../files/records.ts'
import { isSerialNumber } from './serial-number.ts'

/** The device that worked last with a long-term key. No secret: it is kept whatever becomes of sessions. */
export interface RememberedDevice {
  readonly serialNumber: string
  /** When a code of it was used last: milliseconds since 1970. */
  readonly usedAt: number
  /** The user has no other one. */
  readonly only: boolean
}

/** Of the names of the files. */
const prefix = 'device-'

/** Undefined where none has worked yet. */
export function readRememberedDevice(folder: PrivateFolder, keyId: string): RememberedDevice | undefined {
  return readDevice(folder, fileOf(keyId))
}

/** Those of all keys. @throws {Error} with the system's code */
export function listRememberedDevices(folder: PrivateFolder): RememberedDevice[] {
  const names = listPrivateFiles(folder).filter((name) => name.startsWith(prefix))
  return names.flatMap((name) => readDevice(folder, name) ?? [])
}

function readDevice(folder: PrivateFolder, name: string): RememberedDevice | undefined {
  const { serialNumber, usedAt, only } = readRecord(folder, name) ?? {}
  if (typeof serialNumber !== 'string' || !isSerialNumber(serialNumber)) return undefined
  return typeof usedAt === 'number' ? { serialNumber, usedAt, only: only === true } : undefined
}

/** @throws {Error} with the system's code */
export function rememberDevice(folder: PrivateFolder, keyId: string, device: RememberedDevice): void {
  writeRecord(folder, fileOf(keyId), device)
}

/** @throws {Error} with the system's code */
export function forgetDevice(folder: PrivateFolder, keyId: string): void {
  deletePrivateFile(folder, fileOf(keyId))
}

function fileOf(keyId: string): string {
  return `${prefix}${digest(keyId)}.json`
}
