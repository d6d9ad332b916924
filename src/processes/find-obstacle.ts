import { accessSync, closeSync, constants, existsSync, openSync, readSync, statSync } from 'node:fs'

/** Why the system will not start a command. */
export type Obstacle = 'missing' | 'folder' | 'not executable' | 'without interpreter'

/**
 * Looks for a command as the system does (execvp(3)): where it holds no slash, in each folder of PATH until one can be
 * run. Undefined where one is found; what can still go wrong then only a start would tell.
 * @param path undefined where there is no PATH
 */
export function findObstacle(command: string, path: string | undefined): Obstacle | undefined {
  const obstacles = filesFor(command, path).map(obstacleOf)
  if (obstacles.includes(undefined)) return undefined
  // In PATH, a folder of that name and what cannot be looked at are passed over.
  const there = obstacles.filter((obstacle) => obstacle !== 'folder' || command.includes('/'))
  return there.find((obstacle) => obstacle !== 'missing') ?? 'missing'
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
    const stats = statSync(file)
    if (stats.isDirectory()) return 'folder'
    accessSync(file, constants.X_OK)
    // A pipe would be waited for.
    return stats.isFile() && lacksInterpreter(file) ? 'without interpreter' : undefined
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return 'missing'
    // The file is there, or its folder is closed.
    return existsSync(file) ? 'not executable' : 'missing'
  }
}

/** Whether it is a script whose first line names a program that is not there. */
function lacksInterpreter(file: string): boolean {
  const bytes = Buffer.alloc(256)
  try {
    const descriptor = openSync(file, 'r')
    try {
      readSync(descriptor, bytes)
    } finally {
      closeSync(descriptor)
    }
  } catch {
    // It may be run by who cannot read it.
    return false
  }
  const [, interpreter] = /^#![ \t]*([^ \t\n\0]+)[ \t\n\0]/.exec(bytes.toString('latin1')) ?? []
  return interpreter !== undefined && !existsSync(Buffer.from(interpreter, 'latin1'))
}
