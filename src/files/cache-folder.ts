import { posix, win32 } from 'node:path'
import { readVariable, type Surroundings } from '../surroundings.ts'
import { openPrivateFolder, type PrivateFolder } from './private-folder.ts'

/**
 * Where caches are by the platform's custom: $XDG_CACHE_HOME where that is an absolute path, else ~/.cache, on macOS
 * ~/Library/Caches, on Windows %LOCALAPPDATA%; undefined where the user has no home.
 */
export function findCacheFolder(
  surroundings: Pick<Surroundings, 'environment' | 'platform' | 'homeFolder'>,
): string | undefined {
  const path = surroundings.platform === 'win32' ? win32 : posix
  const chosen = readVariable(surroundings.environment, 'XDG_CACHE_HOME')
  const parent = chosen !== undefined && path.isAbsolute(chosen) ? chosen : findCaches(surroundings)
  return parent !== undefined && path.isAbsolute(parent) ? path.join(parent, 'aws-mfa-env') : undefined
}

function findCaches({ environment, platform, homeFolder }: Parameters<typeof findCacheFolder>[0]) {
  if (platform === 'win32') {
    const local = readVariable(environment, 'LOCALAPPDATA')
    if (local !== undefined && win32.isAbsolute(local)) return local
  }
  const home = homeFolder()
  if (home === undefined) return undefined
  if (platform === 'win32') return win32.join(home, 'AppData', 'Local')
  return platform === 'darwin' ? posix.join(home, 'Library', 'Caches') : posix.join(home, '.cache')
}

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
