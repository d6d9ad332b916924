import { ExitCode, Failure } from '../errors.ts'
import type { PrivateFolder } from '../files/private-folder.ts'
import { readRecord, unlessUnwritable, writeRecord } from '../files/records.ts'
import type { Surroundings } from '../surroundings.ts'

/**
 * A command that gives no code for one of many callers at once is not run again for each of the others, which may be
 * fifty windows to dismiss: who has waited for it fails likewise.
 * @param name the turn's
 */
export function shareFailure(
  folder: PrivateFolder,
  name: string,
  error: unknown,
  { now, debug }: Surroundings,
): void {
  if (!(error instanceof Failure) || error.exitCode === ExitCode.interrupted) return
  const { exitCode, message, hints } = error
  const record = { failedAt: now(), exitCode, message, hints }
  unlessUnwritable(folder, debug, () => writeRecord(folder, fileOf(name), record))
}

/** The failure that somebody has shared since that time, in milliseconds since 1970. */
export function findFailure(folder: PrivateFolder, name: string, since: number): Failure | undefined {
  const { failedAt, exitCode, message, hints } = readRecord(folder, fileOf(name)) ?? {}
  const known = Object.values(ExitCode).find((code) => code === exitCode)
  if (typeof failedAt !== 'number' || failedAt < since || known === undefined) return undefined
  if (typeof message !== 'string' || !Array.isArray(hints)) return undefined
  return new Failure(known, message, ...hints.filter((hint) => typeof hint === 'string'))
}

/** Beside the sessions of the same keys, with which it is forgotten. */
function fileOf(name: string): string {
  return `${name}-failure.json`
}
