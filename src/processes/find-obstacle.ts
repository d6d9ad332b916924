import { accessSync, constants, existsSync, statSync } from 'node:fs'

/** Why the system will not start a command. */
export type Obstacle = 'missing' | 'folder' | 'not executable'

/**
 * Looks for a command as the system does (execvp(3)): where it holds no slash, in each folder of PATH until one can be
 * run. Undefined where one is found; what can still go wrong then only a start would tell.
 * @param path undefined where there is no PATH
 */
export function findObstacle(command: string, path: string | undefined): Obstacle | undefined {
  const obstacles = filesFor(command, path).map(obstacleOf)
  if (obstacles.includes(undefined)) return undefined
  // In PATH, a folder of that name and what cannot be looked at are passed over.
  const count: readonly unknown[] = command.includes('/') ? ['folder', 'not executable'] : ['not executable']
  return obstacles.find((obstacle) => count.includes(obstacle)) ?? 'missing'
}

/** The file that the system starts for a command; undefined where there is none. */
export function findRunnable(command: string, path: string | undefined): string | undefined {
  return filesFor(command, path).find((file) => obstacleOf(file) === undefined)
}

function filesFor(command: string, path: string | undefined): string[] {
  if (command.includes('/')) return [command]
  return (path ?? '/bin:/usr/bin').split(':').map((folder) => `${folder || '.'}/${command}`)
}

function obstacleOf(file: string): Obstacle | undefined {
  try {
    if (statSync(file).isDirectory()) return 'folder'
    accessSync(file, constants.X_OK)
    return undefined
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return 'missing'
    // The file is there, or its folder is closed.
    return existsSync(file) ? 'not executable' : 'missing'
  }
}
