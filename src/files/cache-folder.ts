import type { Surroundings } from '../surroundings.ts'
import { findCacheFolder, openPrivateFolder, type PrivateFolder } from './private-folder.ts'

/**
 * The folder for what is kept from one run to the next; undefined without a home, or where somebody else could write
 * there, which is noted, or owns it, as under `sudo -E`, which is not.
 */
export function openCacheFolder(surroundings: Surroundings): PrivateFolder | undefined {
  const path = findCacheFolder(surroundings)
  if (path === undefined || surroundings.homeFolder() === undefined) return undefined
  const folder = openPrivateFolder(path, surroundings.userId, surroundings)
  if (typeof folder !== 'string') return folder
  const tell = folder.endsWith('belongs to another user') ? surroundings.debug : surroundings.note
  tell(`nothing is cached: ${folder}`)
  return undefined
}
