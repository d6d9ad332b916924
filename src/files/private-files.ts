import { randomBytes } from 'node:crypto'
import {
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  type Stats,
} from 'node:fs'
import { join } from 'node:path'
import { renamePatiently, sync, syncFolder, writeAll } from './durable.ts'
import { makePrivateFolder, type PrivateFolder } from './private-folder.ts'

/** Bytes; nothing that is kept comes near. */
const maximumSize = 64 * 1024

/** What the name of a file begins with that is not yet the one it shall be. */
const temporaryPrefix = '.new-'
const temporaryForm = /^\.new-[0-9a-f]{24}$/

// Windows has neither flag, which then counts as 0. A FIFO would make an opening wait.
const reading = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK
const creating = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW

/**
 * The text of a file that nobody else can have written or read; undefined where there is none, with the reason in a
 * debug line.
 */
export function readPrivateFile(folder: PrivateFolder, name: string): string | undefined {
  try {
    const descriptor = openSync(join(folder.path, name), reading)
    try {
      const objection = findObjection(fstatSync(descriptor), folder.userId)
      if (objection === undefined) return readFileSync(descriptor, 'utf8')
      folder.debug(`${join(folder.path, name)} is passed over: ${objection}`)
    } finally {
      closeSync(descriptor)
    }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code !== 'ENOENT')
      folder.debug(`${join(folder.path, name)} is passed over: it cannot be read (${code})`)
  }
  return undefined
}

/** What was opened is judged, not what is at the path by now. */
function findObjection(status: Stats, userId: number | undefined): string | undefined {
  if (!status.isFile()) return 'it is not a file'
  if (status.size > maximumSize) return `it is larger than ${maximumSize} bytes`
  if (userId === undefined) return undefined
  if (status.uid !== userId) return 'it belongs to another user'
  return status.mode & 0o077 ? 'others can read or change it' : undefined
}

/**
 * Writes a file, 0600 whatever the umask, whole or not at all even if the process is killed or the machine stops.
 *
 * A run that was killed leaves its temporary file, with what was to be secret. Nothing is asked of processes to find
 * those: each writing deletes all that it finds, once, and a living writer that loses its own this way writes again.
 * @throws {Error} with the system's code; what was there before is there still
 */
export function writePrivateFile(folder: PrivateFolder, name: string, text: string): void {
  // From here on nothing waits, so that no signal that is handled ends the run in between.
  makePrivateFolder(folder)
  deleteTemporaries(folder)
  let isThere = false
  while (!isThere) {
    const temporary = join(folder.path, temporaryPrefix + randomBytes(12).toString('hex'))
    try {
      writeWhole(temporary, Buffer.from(text))
      isThere = renamePatiently(temporary, join(folder.path, name), folder.platform)
    } catch (error) {
      rmSync(temporary, { force: true })
      throw error
    }
  }
  syncFolder(folder.path)
}

/**
 * Deletes a file, and what killed runs have left; that it is not there is no error.
 * @throws {Error} with the system's code
 */
export function deletePrivateFile(folder: PrivateFolder, name: string): void {
  deleteTemporaries(folder)
  rmSync(join(folder.path, name), { force: true })
}

/**
 * Deletes the files whose names have that form, and what killed runs have left.
 * @returns how many files there were
 * @throws {Error} with the system's code
 */
export function deletePrivateFiles(folder: PrivateFolder, form: RegExp): number {
  const names = listPrivateFiles(folder).filter((name) => form.test(name))
  deleteTemporaries(folder)
  for (const name of names) rmSync(join(folder.path, name), { force: true })
  return names.length
}

/** The names of the files, sorted; none where there is no folder. @throws {Error} with the system's code */
export function listPrivateFiles(folder: PrivateFolder): string[] {
  return listFiles(folder).filter((name) => !name.startsWith(temporaryPrefix))
}

function deleteTemporaries(folder: PrivateFolder): void {
  for (const name of listFiles(folder).filter((name) => temporaryForm.test(name))) {
    try {
      rmSync(join(folder.path, name), { force: true })
    } catch (error) {
      folder.debug(`${join(folder.path, name)} cannot be deleted (${(error as NodeJS.ErrnoException).code})`)
    }
  }
}

function listFiles({ path }: PrivateFolder): string[] {
  try {
    const entries = readdirSync(path, { withFileTypes: true })
    return entries.flatMap((entry) => (entry.isFile() ? [entry.name] : [])).sort()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}

function writeWhole(path: string, bytes: Buffer): void {
  const descriptor = openSync(path, creating, 0o600)
  try {
    fchmodSync(descriptor, 0o600)
    if (!writeAll(descriptor, bytes)) throw Object.assign(new Error('a part was written'), { code: 'EIO' })
    sync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}
