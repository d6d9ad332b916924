import { digest } from '../digest.ts'
import { deletePrivateFile, listPrivateFiles } from '../files/private-files.ts'
import type { PrivateFolder } from '../files/private-folder.ts'
import { readRecord, writeRecord } from '../files/records.ts'
import type { Signer } from '../keys/signer.ts'
import { decodeIssuedSession, type IssuedSession } from './session.ts'

/** What a cached session is found by, before anything is run or asked. */
export interface CacheKey {
  readonly signer: Signer
  /** Of the two profile files, since a profile's name alone says nothing. */
  readonly profilePaths: readonly string[]
  /** Undefined: AWS's own. */
  readonly endpointUrl: string | undefined
  /** What AssumeRole is asked, role after role; empty for the user's own session. */
  readonly roles: readonly unknown[]
}

/** Where the user's own session is kept, whose roles are kept beside it. */
export function fileNameOf(key: CacheKey): string {
  const { signer } = key
  // Of a command nobody knows whose keys it gives; another command may give another's.
  const command = signer.kind === 'process' ? [signer.command.value] : []
  const base = `${prefixOf(cacheSource(signer, key.profilePaths))}${digestOf([key.endpointUrl ?? '', ...command])}`
  return key.roles.length === 0 ? `${base}.json` : `${base}-${digestOf(key.roles)}.json`
}

/** What all sessions of the same keys have in common, those of roles included. */
function prefixOf(source: readonly string[]): string {
  return `session-${digestOf(source)}-`
}

const digestOf = (parts: readonly unknown[]) => digest(JSON.stringify(parts))

/** Whose sessions they are: a key id of the environment's; else a profile's name, and where the two profile files are. */
export function cacheSource(signer: Signer, profilePaths: readonly string[]): string[] {
  return signer.kind === 'environment' ? [signer.accessKeyId] : [signer.profile.name, ...profilePaths]
}

/** The cached session, however old; undefined where there is none that can be trusted. */
export function readCachedSession(folder: PrivateFolder, key: CacheKey): IssuedSession | undefined {
  const record = readRecord(folder, fileNameOf(key))
  return record && decodeIssuedSession(record)
}

/** @throws {Error} with the system's code */
export function keepSession(folder: PrivateFolder, key: CacheKey, session: IssuedSession): void {
  writeRecord(folder, fileNameOf(key), session)
}

/**
 * Deletes the sessions of keys, and those of the roles that were assumed with them.
 * @param source as cacheSource gives it
 * @returns how many there were
 */
export function forgetSessions(folder: PrivateFolder, source: readonly string[]): number {
  const prefix = prefixOf(source)
  const names = listPrivateFiles(folder).filter((name) => name.startsWith(prefix))
  for (const name of names) deletePrivateFile(folder, name)
  return names.length
}
