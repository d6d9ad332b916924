import { noteForeignEndpoint } from '../aws/amazon-hosts.ts'
import { type Endpoint, resolveEndpoint } from '../aws/endpoint.ts'
import { UnknownDevice } from '../aws/refusals.ts'
import type { FoundDevice } from '../device/find-device.ts'
import { forgetDevice, readRememberedDevice, rememberDevice } from '../device/remembered-device.ts'
import { Failure, WrongTokenCode } from '../errors.ts'
import type { PrivateFolder } from '../files/private-folder.ts'
import { unlessUnwritable } from '../files/records.ts'
import { readLongTermKeys } from '../keys/credential-process.ts'
import type { Identity } from '../keys/profile-identity.ts'
import { refuseOtherPartition } from '../keys/roles.ts'
import type { LongTermKeys } from '../keys/signer.ts'
import { commandEnvironment } from '../processes/loop.ts'
import type { Sourced } from '../settings.ts'
import type { Environment, Surroundings } from '../surroundings.ts'
import { type WithTokenCode, wayToCode } from '../token-code/token-code.ts'
import type { SessionRun } from './order.ts'
import { requestSession } from './request-session.ts'
import { ageOf, type IssuedSession } from './session.ts'
import { findCached, keep, readCached } from './session-cache.ts'
import { chooseDevice, discoverDevice } from './session-device.ts'

/**
 * How a code is come by.
 * @throws {Failure} usage: there is no way to one
 */
export function wayToTokenCode({ codes, order, surroundings }: SessionRun): WithTokenCode {
  const { mfaProcess: command, identity } = order
  const mfaProcess = command && {
    command,
    profileName: identity.profiles[0]?.name,
    surroundings: { ...surroundings, environment: markSources(identity, command, surroundings) },
  }
  return wayToCode(mfaProcess, codes)
}

/** What the command asks for must not need the same keys either: it would wait for this run, which waits for it. */
function markSources(
  { profiles, signer }: Identity,
  { origin }: Sourced,
  { environment }: Surroundings,
): Environment {
  const sources = profiles.slice(1).map(({ name }) => name)
  const names = signer.kind === 'environment' ? [...sources, undefined] : sources
  return names.reduce((marked, name) => commandEnvironment(marked, name, origin), environment)
}

/**
 * A new session of the user's own, with a code.
 * @throws {Failure} usage: there is no way to a code; refused, unreachable, configuration, interrupted
 */
export async function obtainOwnSession(run: SessionRun): Promise<IssuedSession> {
  const { order, surroundings, codes } = run
  const withTokenCode = wayToTokenCode(run)
  const { signer } = order.identity
  const keys = await readLongTermKeys(signer, surroundings)
  const device = await chooseDevice(run, keys)
  try {
    return await askWithDevice(run, keys, device, withTokenCode)
  } catch (error) {
    const { memory } = order
    if (!(error instanceof UnknownDevice) || memory === undefined || device.from !== 'memory') throw error
    unlessUnwritable(memory, surroundings.note, () => forgetDevice(memory, keys.accessKeyId))
    if (codes.typed !== undefined) {
      throw new Failure(
        error.exitCode,
        error.message,
        ...error.hints,
        'it is forgotten: the next run looks for the devices of the user',
      )
    }
    surroundings.note(`AWS does not know ${device.value} any more: looking for another device`)
    return askWithDevice(run, keys, await discoverDevice(run, keys), withTokenCode)
  }
}

async function askWithDevice(
  run: SessionRun,
  keys: LongTermKeys,
  device: FoundDevice,
  withTokenCode: WithTokenCode,
): Promise<IssuedSession> {
  const { order, surroundings } = run
  const { profiles } = order.identity
  surroundings.debug(`MFA device ${device.value}, from ${device.origin}`)
  const endpoint = resolveEndpoint(order.sources, 'sts', device.value)
  refuseOtherPartition(order.identity.roles, endpoint.region)
  noteForeignEndpoint(endpoint, surroundings.note)
  const whose =
    profiles[0] === undefined ? `key ...${keys.accessKeyId.slice(-4)}` : `profile ${profiles[0].name}`
  const remembered = order.memory && readRememberedDevice(order.memory, keys.accessKeyId)
  // A device that is configured need not be remembered, unless another one is; a command's code is known to be used from
  // there.
  const needless = order.serialNumber !== undefined && order.mfaProcess === undefined && !remembered
  const memory = needless ? undefined : order.memory
  const usedAt = remembered?.serialNumber === device.value ? remembered.usedAt : undefined
  // While a code was awaited, another shell may have got a session, perhaps with this very code.
  return withTokenCode(
    { device: `${device.value}, ${whose}`, usedAt },
    async (code) => findCached(run, []) ?? spendCode(run, keys, device, endpoint, code, memory),
  )
}

async function spendCode(
  run: SessionRun,
  keys: LongTermKeys,
  device: FoundDevice,
  endpoint: Endpoint,
  tokenCode: string,
  memory: PrivateFolder | undefined,
): Promise<IssuedSession> {
  const { order, surroundings } = run
  const session = await requestSession(run, keys, device, endpoint, tokenCode).catch((error: unknown) => {
    throw error instanceof WrongTokenCode
      ? withRememberedDevice(withRecentUse(run, keys, device, error), device)
      : error
  })
  if (memory !== undefined) {
    const worked = { serialNumber: device.value, usedAt: surroundings.now(), only: device.only }
    unlessUnwritable(memory, surroundings.note, () => rememberDevice(memory, keys.accessKeyId, worked))
  }
  keep(order, [], session, surroundings)
  return session
}

/** The user may have another device by now. */
function withRememberedDevice(failure: WrongTokenCode, { from }: FoundDevice): WrongTokenCode {
  if (from !== 'memory') return failure
  const hint = 'that device worked last with this key; --serial-number names another one'
  return new WrongTokenCode(failure.exitCode, failure.message, ...failure.hints, hint)
}

/** The code may be right, and another shell the one that has used it. */
function withRecentUse(
  { order, surroundings }: SessionRun,
  { accessKeyId }: LongTermKeys,
  { value }: FoundDevice,
  failure: WrongTokenCode,
): WrongTokenCode {
  const cached = readCached(order, [])
  if (cached?.keyId !== accessKeyId || cached.serialNumber !== value) return failure
  if (ageOf(cached, surroundings.now()) >= 60_000) return failure
  const hint =
    'a code of this device has just been used, in another shell perhaps: without a code, its session is taken from the cache'
  return new WrongTokenCode(failure.exitCode, failure.message, hint, ...failure.hints)
}
