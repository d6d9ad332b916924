import { chmodSync, existsSync, lstatSync, mkdirSync, realpathSync, type Stats, statSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Surroundings } from '../surroundings.ts'

/**
 * A folder that only the user can write to and look into. On Windows modes and owners mean nothing, and nothing of
 * this is looked at: there the access list of the user's profile, where the folder is, keeps others out.
 */
export interface PrivateFolder {
  readonly path: string
  /** Undefined on Windows. */
  readonly userId: number | undefined
  readonly platform: NodeJS.Platform
  readonly homeFolder: string | undefined
  debug(text: string): void
}

/**
 * The folder at this path, which need not be there yet: it is made when something is written.
 *
 * A folder of the user's own that others can only look into is taken, and closed to them (0700) when something is
 * written: that is what a copy or an older umask leaves, and nothing in it was theirs to change. One that others can
 * write to is refused, since what is in it may be theirs.
 * @returns a text with the reason where it must not be used: it, or a folder above it up to the home folder, belongs
 *   to another user (as the home does under `sudo -E`), or others can write there
 */
export function openPrivateFolder(
  path: string,
  userId: number | undefined,
  surroundings: Pick<Surroundings, 'platform' | 'homeFolder' | 'debug'>,
): PrivateFolder | string {
  const folder: PrivateFolder = {
    path,
    userId,
    platform: surroundings.platform,
    homeFolder: surroundings.homeFolder(),
    debug: (text) => surroundings.debug(text),
  }
  return findObjection(folder) ?? folder
}

/**
 * Makes the folder and those above it that are missing, 0700 whatever the umask. Whatever writes there calls this
 * first.
 * @throws {Error} with the system's code, or EPERM where the folder has become one that is refused
 */
export function makePrivateFolder(folder: PrivateFolder): void {
  makeFolders(folder.path)
  const objection = findObjection(folder)
  if (objection !== undefined) throw Object.assign(new Error(objection), { code: 'EPERM' })
  if (folder.userId !== undefined && statSync(folder.path).mode & 0o077) chmodSync(folder.path, 0o700)
}

function makeFolders(path: string): void {
  if (existsSync(path)) return
  makeFolders(dirname(path))
  try {
    mkdirSync(path, { mode: 0o700 })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    return
  }
  // The umask may have taken the user's own rights.
  chmodSync(path, 0o700)
}

function findObjection(folder: PrivateFolder): string | undefined {
  const { path, userId } = folder
  if (userId === undefined) return undefined
  try {
    const status = lstatSync(path, { throwIfNoEntry: false })
    if (status === undefined) return objectionAbove(folder)
    // It would lead to what is somebody's, and not to be emptied.
    if (status.isSymbolicLink()) return `${path} is a link`
    if (!status.isDirectory()) return `${path} is not a folder`
    if (status.uid !== userId) return `${path} belongs to another user`
    if (status.mode & 0o022) return `others can write to ${path}`
    return objectionAbove(folder)
  } catch (error) {
    return `${path} cannot be looked at (${(error as NodeJS.ErrnoException).code})`
  }
}

/** What speaks against one of the folders above, from the nearest that exists to the home folder. */
function objectionAbove({ path, userId, homeFolder }: PrivateFolder): string | undefined {
  const home =
    homeFolder !== undefined && existsSync(homeFolder) ? realpathSync.native(homeFolder) : undefined
  for (const folder of [...linksAbove(path), ...foldersAbove(path)]) {
    const status = lstatSync(folder)
    const isTrusted = status.uid === userId || (status.uid === 0 && folder !== home)
    if (!isTrusted) return `${folder} belongs to another user`
    if (!status.isSymbolicLink() && canBeChangedByAll(status)) return `others can write to ${folder}`
    if (folder === home) return undefined
  }
  return undefined
}

/** Those on the way that are links, and what holds each: who could change it could lead elsewhere. */
function linksAbove(path: string): string[] {
  const found: string[] = []
  for (let folder = dirname(path); folder !== dirname(folder); folder = dirname(folder)) {
    if (lstatSync(folder, { throwIfNoEntry: false })?.isSymbolicLink()) found.push(folder, dirname(folder))
  }
  return found
}

/** The real ones. */
function* foldersAbove(path: string): Iterable<string> {
  let folder = path
  while (!existsSync(folder)) folder = dirname(folder)
  folder = realpathSync.native(folder)
  if (existsSync(path)) folder = dirname(folder)
  for (; folder !== dirname(folder); folder = dirname(folder)) yield folder
  yield folder
}

/** In a sticky folder such as /tmp others cannot replace what is the user's; a group may have no other members. */
function canBeChangedByAll({ mode }: Stats): boolean {
  return (mode & 0o1002) === 0o002
}
