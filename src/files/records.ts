import { systemCode } from './durable.ts'
import { readPrivateFile, writePrivateFile } from './private-files.ts'
import type { PrivateFolder } from './private-folder.ts'

/** Of the records' layout: those of another version count as absent. */
const version = 1

/** A JSON object that writeRecord wrote; undefined where there is none, or where it is damaged. */
export function readRecord(folder: PrivateFolder, name: string): Record<string, unknown> | undefined {
  try {
    const record: unknown = JSON.parse(readPrivateFile(folder, name) ?? '')
    const ours = typeof record === 'object' && record !== null && 'version' in record
    return ours && record.version === version ? (record as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}

/** @throws {Error} with the system's code */
export function writeRecord(folder: PrivateFolder, name: string, record: object): void {
  writePrivateFile(folder, name, JSON.stringify({ version, ...record }))
}

/** What cannot be written costs the user a note, and never the session that a code was spent on. */
export function unlessUnwritable(
  { path }: PrivateFolder,
  note: (text: string) => void,
  write: () => void,
): void {
  try {
    write()
  } catch (error) {
    const code = systemCode(error as NodeJS.ErrnoException) ?? (error as Error).message
    note(`nothing is cached: ${path} cannot be written (${code})`)
  }
}
