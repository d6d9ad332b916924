import { randomBytes } from 'node:crypto'
import {
  accessSync,
  chmodSync,
  closeSync,
  constants,
  existsSync,
  fchmodSync,
  fchownSync,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmdirSync,
  type Stats,
  statSync,
  unlinkSync,
} from 'node:fs'
import { basename, dirname, isAbsolute, sep } from 'node:path'
import { configurationFailure, ExitCode, Failure } from '../errors.ts'
import type { Surroundings } from '../surroundings.ts'
import { busyCodes, renamePatiently, sync, syncFolder, systemCode, writeAll } from './durable.ts'
import { isMounted } from './mount-points.ts'
import { readFilled } from './read-filled.ts'

/** What a path leads to. */
interface Found {
  /** Behind all links. */
  readonly target: string
  /** Undefined where there is no such file yet. */
  readonly file: { readonly bytes: Buffer; readonly stats: Stats } | undefined
}

const most = { links: 40, attempts: 10 }

/**
 * Puts what `edit` makes of a file's bytes in its place, in one step: whoever reads it finds all of the old file or
 * all of the new one, and after a failure it is as it was. Links are followed; mode and owner stay; a new file is
 * 0600, and its folder, where that alone is missing, 0700. Where something else has changed the file in the meantime
 * `edit` is asked again. Blocks, for some seconds at most, where other programs hold the file or empty it.
 * Runs of ours have to take turns: between the last look and the step there is a moment that only a turn can close.
 * @param edit gets undefined where there is no file; what it throws ends the replacement
 * @returns false where the edit changes nothing and nothing was written
 * @throws {Failure} system, where the system refuses; configuration, where the file is not one to be replaced
 */
export function replaceFile(
  path: string,
  edit: (old: Buffer | undefined) => Buffer,
  platform: NodeJS.Platform,
): boolean {
  return explained(path, () => {
    clearLeftovers(followLinks(path))
    for (let attempt = 0; attempt < most.attempts; attempt++) {
      const found = look(path)
      const old = found.file?.bytes
      const bytes = edit(old)
      if (bytes.equals(old ?? Buffer.of())) return false
      if (replaceOnce(path, found, bytes, platform)) return true
    }
    const message = `${path} is changed by another program again and again`
    throw new Failure(ExitCode.system, message, 'it has been left as that program wrote it; try again')
  })
}

/**
 * Refuses what `replaceFile` would refuse, as far as that can be told without writing: asked before the new bytes cost
 * something.
 * @param check gets the file's bytes, undefined where there is no file
 * @throws {Failure} as `replaceFile`, or what `check` throws
 */
export function refuseUnreplaceable(
  path: string,
  check: (old: Buffer | undefined) => void,
  surroundings: UserSurroundings,
): void {
  explained(path, () => {
    const { target, file } = look(path)
    check(file?.bytes)
    if (file !== undefined && isMounted(target, surroundings.platform)) {
      throw configurationFailure(
        `${path} is mounted by itself, so that nothing can take its place`,
        'mount the folder that it is in',
      )
    }
    const folder = dirname(target)
    const there = statSync(folder, { throwIfNoEntry: false }) !== undefined ? folder : dirname(folder)
    accessSync(there, constants.W_OK | constants.X_OK)
    const { userId } = surroundings
    if (userId === undefined) return
    if (file === undefined) refuseForeignFolder(userId, there)
    else if (userId !== 0) refuseForeignFile(path, file.stats, statSync(there), surroundings)
  })
}

type UserSurroundings = Pick<Surroundings, 'userId' | 'groupIds' | 'platform'>

/** Only root could give a new file an owner, or a group that its user is not in. */
function refuseForeignFile(
  path: string,
  { uid, gid }: Stats,
  folder: Stats,
  { userId, groupIds, platform }: UserSurroundings,
): void {
  if (uid !== userId) throw foreign(path, 'another user')
  if (groupIds().includes(gid)) return
  // What is made in such a folder has the folder's group, and on macOS in every one.
  if (folder.gid === gid && ((folder.mode & 0o2000) !== 0 || platform === 'darwin')) return
  throw foreign(path, foreignGroup)
}

const foreignGroup = 'a group that you are not in'

/** The file that a path leads to, there or not. Nothing is joined: `..` behind a linked folder is the system's. */
function followLinks(path: string): string {
  let target = path
  for (let links = 0; links < most.links; links++) {
    if (!lstatSync(target, { throwIfNoEntry: false })?.isSymbolicLink()) {
      if (links > 0) refuseMissingFolder(path, target)
      return target
    }
    const link = readlinkSync(target)
    target = isAbsolute(link) ? link : beside(target, link)
  }
  throw configurationFailure(`${path} is a link that leads to itself`)
}

/** It may be on a volume that is not mounted; what is made in its place would stand there in the clear. */
function refuseMissingFolder(path: string, target: string): void {
  if (statSync(dirname(target), { throwIfNoEntry: false }) !== undefined) return
  throw configurationFailure(`${path} is a link to ${target}, and there is no such folder`)
}

function beside(file: string, name: string): string {
  return `${dirname(file)}${sep}${name}`
}

function look(path: string): Found {
  const target = followLinks(path)
  const stats = lstatSync(target, { throwIfNoEntry: false })
  if (stats === undefined) return { target, file: undefined }
  refuseUnlessOrdinary(path, target, stats)
  return { target, file: { bytes: readFilled(target), stats } }
}

function refuseUnlessOrdinary(path: string, target: string, stats: Stats): void {
  if (!stats.isFile()) throw configurationFailure(`${path} is no regular file`)
  if (stats.nlink > 1) {
    throw configurationFailure(
      `${path} has ${stats.nlink} hard links, and would be cut off from the others`,
      'use a symbolic link instead: that stays',
    )
  }
  // The new file could be put in its place all the same, but whoever took the permission meant something by it.
  if ((stats.mode & 0o222) === 0) throw readOnly(path)
  try {
    accessSync(target, constants.W_OK)
  } catch {
    throw readOnly(path)
  }
}

function readOnly(path: string): Failure {
  return new Failure(ExitCode.system, `${path} is read-only`)
}

/** @returns false where the file is no longer the one that was found */
function replaceOnce(path: string, found: Found, bytes: Buffer, platform: NodeJS.Platform): boolean {
  const { target, file } = found
  const folder = dirname(target)
  if (file === undefined && !existsSync(folder)) makeFolder(folder)
  const temporary = `${temporaryPrefix(target)}${randomBytes(8).toString('hex')}`
  try {
    writeTemporary(temporary, bytes, path, file?.stats)
    if (!putInPlace(temporary, path, found, platform)) {
      remove(temporary)
      return false
    }
  } catch (error) {
    remove(temporary)
    throw error
  }
  syncFolder(folder)
  return true
}

function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { mode: 0o700 })
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return
    throw error
  }
  try {
    // The umask may have taken the user's own rights.
    chmodSync(folder, 0o700)
    refuseForeignFolder(statSync(folder).uid, dirname(folder))
  } catch (error) {
    rmdirSync(folder)
    throw error
  }
}

/** What root makes in a user's home, as `sudo` may, the user could not read again. */
function refuseForeignFolder(userId: number, folder: string): void {
  if (userId !== 0 || statSync(folder).uid === 0) return
  throw configurationFailure(`${folder} belongs to another user`, 'run this as that user')
}

/** Beside the file, since only within a file system it can be renamed. */
function temporaryPrefix(target: string): string {
  return beside(target, `.${basename(target)}.aws-mfa-env-`)
}

/** Removes what killed runs have left, which holds secrets. One that lives starts over when it misses its file. */
function clearLeftovers(target: string): void {
  const prefix = basename(temporaryPrefix(target))
  let names: string[]
  try {
    names = readdirSync(dirname(target))
  } catch {
    return
  }
  for (const name of names) {
    if (name.startsWith(prefix) && /^[0-9a-f]{16}$/.test(name.slice(prefix.length))) {
      remove(beside(target, name))
    }
  }
}

function remove(file: string): void {
  try {
    unlinkSync(file)
  } catch {
    // It is not there, or the next run will find it.
  }
}

function writeTemporary(temporary: string, bytes: Buffer, path: string, old: Stats | undefined): void {
  const descriptor = openSync(temporary, 'wx+', 0o600)
  try {
    writeAll(descriptor, bytes)
    const made = fstatSync(descriptor)
    if (old === undefined) refuseForeignFolder(made.uid, dirname(temporary))
    else keepOwner(descriptor, made, old, path)
    fchmodSync(descriptor, old === undefined ? 0o600 : old.mode & 0o7777)
    sync(descriptor)
    // From its beginning, since the writes were to positions.
    if (!readFileSync(descriptor).equals(bytes)) {
      throw new Failure(ExitCode.system, `${path} is as it was: not all of the new file could be written`)
    }
  } finally {
    closeSync(descriptor)
  }
}

function keepOwner(descriptor: number, made: Stats, old: Stats, path: string): void {
  if (made.uid === old.uid && made.gid === old.gid) return
  try {
    fchownSync(descriptor, old.uid, old.gid)
  } catch {
    throw foreign(path, made.uid === old.uid ? foreignGroup : 'another user')
  }
}

function foreign(path: string, owner: string): Failure {
  return configurationFailure(`${path} belongs to ${owner}`, 'a new file in its place would not')
}

/** @returns false where the file is no longer the one that was found, or another run has taken the temporary away */
function putInPlace(temporary: string, path: string, found: Found, platform: NodeJS.Platform): boolean {
  try {
    return renamePatiently(temporary, found.target, platform, () => isSame(found, look(path)))
  } catch (error) {
    const code = codeOf(error) ?? ''
    throw platform === 'win32' && busyCodes.includes(code) ? busy(path, code) : error
  }
}

function busy(path: string, code: string): Failure {
  const message = `${path} cannot be replaced: another program may have it open (${code})`
  return new Failure(ExitCode.system, message, 'it is as it was before; close that program and try again')
}

function isSame(one: Found, other: Found): boolean {
  if (one.target !== other.target) return false
  if (one.file === undefined || other.file === undefined) return one.file === other.file
  const { mode, uid, gid } = one.file.stats
  const { stats } = other.file
  const unchanged = mode === stats.mode && uid === stats.uid && gid === stats.gid
  return unchanged && one.file.bytes.equals(other.file.bytes)
}

function explained<Answer>(path: string, work: () => Answer): Answer {
  try {
    return work()
  } catch (error) {
    const code = codeOf(error)
    if (code === undefined) throw error
    const denied = ['EACCES', 'EPERM', 'EROFS', 'ENOENT', 'ENOTDIR'].includes(code)
    throw new Failure(
      ExitCode.system,
      `${path} cannot be written (${code})`,
      denied ? 'its folder has to be there and writable' : 'it is as it was before',
    )
  }
}

/** The system's word for what failed; undefined for other errors. */
function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'syscall' in error ? systemCode(error as NodeJS.ErrnoException) : undefined
}
