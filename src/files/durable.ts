import { closeSync, fsyncSync, openSync, renameSync, writeSync } from 'node:fs'
import { constants } from 'node:os'

/**
 * Writes all of the bytes from the file's beginning. A full disk takes a part, and says so only when it is given the
 * rest.
 * @returns false where nothing more was taken
 * @throws {Error} with the system's code
 */
export function writeAll(descriptor: number, bytes: Buffer): boolean {
  let written = 0
  while (written < bytes.length) {
    const taken = writeSync(descriptor, bytes, written, bytes.length - written, written)
    if (taken === 0) return false
    written += taken
  }
  return true
}

/**
 * Has the file's bytes outlive a power cut; again where a signal interrupts it, to which Bun does not see.
 * @throws {Error} with the system's code
 */
export function sync(descriptor: number): void {
  for (;;) {
    try {
      fsyncSync(descriptor)
      return
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EINTR') throw error
    }
  }
}

/** The system's word for what failed, also where Node.js has none, as for a quota that is used up (EDQUOT). */
export function systemCode({ code, errno = 0 }: NodeJS.ErrnoException): string | undefined {
  if (code !== 'UNKNOWN') return code
  return Object.entries(constants.errno).find(([, number]) => number === -errno)?.[0] ?? code
}

/** What Windows says of a file that another program has open, such as a scanner for viruses. */
export const busyCodes: readonly string[] = ['EPERM', 'EBUSY', 'EACCES']

/**
 * Renames; on Windows with about a second of patience for who has the file open.
 * @param goOn asked before each try
 * @returns false where the file to be renamed is not there any more, or `goOn` says no
 * @throws {Error} with the system's code
 */
export function renamePatiently(
  from: string,
  to: string,
  platform: NodeJS.Platform,
  goOn: () => boolean = () => true,
): boolean {
  for (let wait = 1; goOn(); wait *= 2) {
    try {
      renameSync(from, to)
      return true
    } catch (error) {
      const { code = '' } = error as NodeJS.ErrnoException
      if (code === 'ENOENT') return false
      if (platform !== 'win32' || wait > 512 || !busyCodes.includes(code)) throw error
    }
    sleep(wait)
  }
  return false
}

/** Blocks, so that no signal that is handled comes in between. */
export function sleep(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds)
}

/** So that a new name outlives a power cut. The file is in place: a failure here would be misleading. */
export function syncFolder(folder: string): void {
  try {
    const descriptor = openSync(folder, 'r')
    try {
      sync(descriptor)
    } finally {
      closeSync(descriptor)
    }
  } catch {
    // Windows has no such thing, nor have some file systems.
  }
}
