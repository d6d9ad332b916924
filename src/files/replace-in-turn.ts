import { digest } from '../digest.ts'
import type { Surroundings } from '../surroundings.ts'
import { openCacheFolder } from './cache-folder.ts'
import { makePrivateFolder, type PrivateFolder } from './private-folder.ts'
import { replaceFile } from './replace-file.ts'
import { takeTurn } from './turn.ts'

/**
 * Replaces a file, one run of ours after the other; where no turn can be taken, the file's own comparison has to do.
 * @returns whether the file has changed
 */
export async function replaceInTurn(
  path: string,
  edit: (old: Buffer) => Buffer,
  surroundings: Surroundings,
): Promise<boolean> {
  // What keeps the session from being cached has been noted where that mattered.
  const folder = openCacheFolder({ ...surroundings, note: surroundings.debug })
  makeQuietly(folder)
  const name = `save-${digest(path)}`
  const waiting = { onWait: () => surroundings.debug(`waiting to write ${path}`), settled: () => undefined }
  const taken = folder && (await takeTurn(folder.path, name, surroundings, waiting))
  try {
    return replaceFile(path, (old = Buffer.of()) => edit(old), surroundings.platform)
  } finally {
    if (taken !== undefined && 'turn' in taken) taken.turn.release()
  }
}

function makeQuietly(folder: PrivateFolder | undefined): void {
  try {
    if (folder !== undefined) makePrivateFolder(folder)
  } catch {
    // Turns cannot be taken there.
  }
}
