import { digest } from '../digest.ts'
import { ExitCode, Failure } from '../errors.ts'
import { makePrivateFolder, type PrivateFolder } from '../files/private-folder.ts'
import { readRecord, unlessUnwritable, writeRecord } from '../files/records.ts'
import { takeTurn } from '../files/turn.ts'
import { resolveSetting, settingNames } from '../settings.ts'
import type { Surroundings } from '../surroundings.ts'
import type { SessionOrder, SessionRun } from './order.ts'
import type { IssuedSession } from './session.ts'
import { fileNameOf, findCached } from './session-cache.ts'

/**
 * Only one of many callers at once asks the user and AWS; the others take what it got.
 * @param needsCode false where the user's own session is cached, and a role is asked for
 */
export async function inTurn(
  run: SessionRun,
  needsCode: boolean,
  obtainIt: () => Promise<IssuedSession>,
): Promise<IssuedSession> {
  const { order, surroundings } = run
  if (order.cache === undefined || order.renew) return obtainIt()
  const name = `${fileNameOf(order, []).replace(/\.json$/, '')}${describeWay(run, needsCode)}`
  // Who is asked on a terminal of their own may do better.
  const failureFile = order.mfaProcess && failureFileOf(name, order)
  const { cache } = order
  unlessUnwritable(cache, surroundings.note, () => makePrivateFolder(cache))
  let waitingSince = Number.POSITIVE_INFINITY
  const taken = await takeTurn<IssuedSession | Failure>(cache.path, name, surroundings, {
    onWait: (holder) => {
      waitingSince = surroundings.now()
      surroundings.note(describeWait(order, holder))
    },
    settled: () =>
      findCached(run, order.identity.roles) ??
      (failureFile === undefined ? undefined : findFailure(cache, failureFile, waitingSince)),
  })
  if (taken === undefined) return obtainIt()
  if ('settled' in taken) {
    if (taken.settled instanceof Failure) throw taken.settled
    return taken.settled
  }
  try {
    return await obtainIt()
  } catch (error) {
    // Of a role that cannot be assumed the others need not know.
    if (failureFile !== undefined && findCached(run, []) === undefined) {
      shareFailure(cache, failureFile, error, surroundings)
    }
    throw error
  } finally {
    taken.turn.release()
  }
}

/** Who has a command for the code, or needs none for a role, does not wait for somebody at a prompt. */
function describeWay({ order, codes }: SessionRun, needsCode: boolean): string {
  if (order.mfaProcess !== undefined) return `-${digest(order.mfaProcess.value)}`
  if (codes.openTerminal() === undefined) return '-nobody'
  // That role may have it asked for a code all the same.
  return needsCode ? '' : `-${digest(fileNameOf(order, order.identity.roles))}`
}

function describeWait({ identity }: SessionOrder, holder: number | undefined): string {
  const { signer } = identity
  const whose = signer.kind === 'environment' ? 'the same key' : `profile ${signer.profile.name}`
  const who = holder === undefined ? 'another aws-mfa-env' : `another aws-mfa-env (process ${holder})`
  return `waiting for ${who}, which is getting a session of ${whose}`
}

/**
 * A command that gives no code for one of many callers at once is not run again for each of the others, which may be
 * fifty windows to dismiss: who has waited for it, and would ask for the same, fails likewise.
 */
function shareFailure(
  folder: PrivateFolder,
  file: string,
  error: unknown,
  { now, debug }: Surroundings,
): void {
  if (!(error instanceof Failure) || error.exitCode === ExitCode.interrupted) return
  const { exitCode, message, hints } = error
  const record = { failedAt: now(), exitCode, message, hints }
  unlessUnwritable(folder, debug, () => writeRecord(folder, file, record))
}

/** The failure that somebody has shared since that time, in milliseconds since 1970. */
function findFailure(folder: PrivateFolder, file: string, since: number): Failure | undefined {
  const { failedAt, exitCode, message, hints } = readRecord(folder, file) ?? {}
  const known = Object.values(ExitCode).find((code) => code === exitCode)
  if (typeof failedAt !== 'number' || failedAt < since || known === undefined) return undefined
  if (typeof message !== 'string' || !Array.isArray(hints)) return undefined
  return new Failure(known, message, ...hints.filter((hint) => typeof hint === 'string'))
}

/** Beside the sessions of the same keys, with which it is forgotten. */
function failureFileOf(turn: string, { serialNumber, durationSeconds, sources }: SessionOrder): string {
  const asked = [serialNumber?.value, durationSeconds, resolveSetting(sources, settingNames.region)?.value]
  return `${turn}-${digest(JSON.stringify(asked))}-failure.json`
}
