import { existsSync } from 'node:fs'
import { ExitCode, Failure, usageFailure } from '../errors.ts'
import { findCacheFolder } from '../files/cache-folder.ts'
import { deletePrivateFiles } from '../files/private-files.ts'
import { openPrivateFolder, type PrivateFolder } from '../files/private-folder.ts'
import { KeysGone } from '../keys/resolve-identity.ts'
import type { CommandLine } from '../options.ts'
import type { Outcome } from '../outcome.ts'
import { Profiles } from '../profiles/profiles.ts'
import { resolveSelection } from '../session/order.ts'
import { cacheSource, forgetSessions, profileSource } from '../session/session-cache.ts'
import { refuseOperands } from '../stray-code.ts'
import type { Surroundings } from '../surroundings.ts'
import { stateVariable } from '../variables/names.ts'
import { decodeState } from '../variables/state.ts'

const cacheFile = /^(session|device)-[\w-]+\.json$/

/** The sessions of the profile's keys, or else of the shell's; where these are gone, those cached by the name they had. */
function forgetProfile(folder: PrivateFolder, { values }: CommandLine, surroundings: Surroundings): void {
  const profiles = new Profiles(surroundings)
  const paths = profiles.paths()
  const { profile } = values
  const byName = profile === undefined ? 0 : forgetSessions(folder, profileSource(profile, paths))
  try {
    const { signer } = resolveSelection(values, surroundings, profiles).identity
    forgetSessions(folder, cacheSource(signer, paths))
  } catch (error) {
    const forgotten = error instanceof KeysGone ? forgetLastKey(folder, surroundings) : byName
    if (forgotten === 0 || !(error instanceof Failure)) throw error
  }
}

/** The sessions of the environment's key that the shell's session was signed with. */
function forgetLastKey(folder: PrivateFolder, { environment }: Surroundings): number {
  const source = decodeState(environment[stateVariable])?.source
  return source !== undefined && 'accessKeyId' in source ? forgetSessions(folder, [source.accessKeyId]) : 0
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
