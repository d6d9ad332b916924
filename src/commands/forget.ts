import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { ExitCode, Failure, usageFailure } from '../errors.ts'
import { findCacheFolder } from '../files/cache-folder.ts'
import { deletePrivateFiles } from '../files/private-files.ts'
import { openPrivateFolder, type PrivateFolder } from '../files/private-folder.ts'
import type { CommandLine } from '../options.ts'
import type { Outcome } from '../outcome.ts'
import { Profiles } from '../profiles/profiles.ts'
import { resolveSelection } from '../session/order.ts'
import { cacheSource, forgetSessions } from '../session/session-cache.ts'
import { refuseOperands } from '../stray-code.ts'
import type { Surroundings } from '../surroundings.ts'

const cacheFile = /^(session|device)-[\w-]+\.json$/

/** The sessions of the profile's keys; of a profile that is gone, those that were cached by its name. */
function forgetProfile(folder: PrivateFolder, { values }: CommandLine, surroundings: Surroundings): void {
  const profiles = new Profiles(surroundings)
  const paths = profiles.paths().map((path) => resolve(path))
  const byName = values.profile === undefined ? 0 : forgetSessions(folder, [values.profile, ...paths])
  try {
    forgetSessions(
      folder,
      cacheSource(resolveSelection(values, surroundings, profiles).identity.signer, paths),
    )
  } catch (error) {
    if (byName === 0 || !(error instanceof Failure)) throw error
  }
}

/** `forget`: deletes the cached sessions of a profile's keys, roles included; with --all everything in the cache. */
export function runForget(line: CommandLine, surroundings: Surroundings): Outcome {
  refuseOperands('forget', line.operands)
  if (line.flags.has('all') && line.values.profile !== undefined) {
    throw usageFailure('--all and --profile exclude each other')
  }
  const path = findCacheFolder(surroundings)
  if (path === undefined || !existsSync(path)) {
    // That there is nothing to forget does not make a mistyped profile right.
    if (!line.flags.has('all')) resolveSelection(line.values, surroundings)
    return { stdout: '', exitCode: ExitCode.done }
  }
  const folder = openPrivateFolder(path, surroundings.userId, surroundings)
  if (typeof folder === 'string') throw new Failure(ExitCode.system, `nothing is deleted: ${folder}`)
  try {
    if (line.flags.has('all')) deletePrivateFiles(folder, cacheFile)
    else forgetProfile(folder, line, surroundings)
  } catch (error) {
    if (error instanceof Failure) throw error
    const { code } = error as NodeJS.ErrnoException
    throw new Failure(ExitCode.system, `${folder.path} cannot be cleared (${code})`)
  }
  return { stdout: '', exitCode: ExitCode.done }
}
