import { noteForeignEndpoint, resolveEndpoint } from '../aws/endpoint.ts'
import type { CommandLine } from '../cli.ts'
import { resolveSerialNumber } from '../device/serial-number.ts'
import { ExitCode } from '../errors.ts'
import { type LongTermKeys, resolveKeys, sourceOf } from '../keys/resolve-keys.ts'
import { Profiles } from '../profiles/profiles.ts'
import { resolveDurationSeconds } from '../session/duration.ts'
import { obtainSession, type SessionOrder } from '../session/obtain-session.ts'
import { formatTime, type Session } from '../session/session.ts'
import type { SettingSources } from '../settings.ts'
import { readVariable, type Surroundings } from '../surroundings.ts'
import { chooseTokenCode } from '../token-code/token-code.ts'
import type { Change } from '../variables/change.ts'
import { classifyKeys } from '../variables/classify.ts'
import { readVariables, undoExport, type Variables } from '../variables/displaced.ts'
import { exportChanges, regionToSet } from '../variables/export.ts'
import { changedVariables, stateVariable } from '../variables/names.ts'
import { decodeState } from '../variables/state.ts'
import { chooseDialect, howToEvaluate, renderChanges } from './choose-dialect.ts'
import { noteClearedProfiles } from './cleared-profiles.ts'
import type { Outcome } from './outcome.ts'
import { refuseStrayCodes } from './stray-code.ts'

/** Stands for a session while it is made sure that the shell can be told the rest. */
const placeholder: Session = {
  accessKeyId: 'ASIA',
  secretAccessKey: 'secret',
  sessionToken: 'token',
  expiration: formatTime(0),
}

/** The default command: a code in, statements that put a session into the shell out. */
export async function runExport(line: CommandLine, surroundings: Surroundings): Promise<Outcome> {
  refuseStrayCodes(line)
  const withTokenCode = await chooseTokenCode({
    operands: line.operands,
    option: line.values['token-code'],
    readStdin: surroundings.readStdin,
    openTerminal: () => (line.flags.has('no-prompt') ? undefined : surroundings.openTerminal()),
  })
  const dialect = chooseDialect(line.values.shell, surroundings)
  const { order, changesFor, noteDisplaced } = prepare(line, surroundings)
  // All that can fail without AWS fails before the code is spent.
  renderChanges(dialect, changesFor(placeholder))

  const device = `${order.serialNumber.value}, ${describeSource(order.keys)}`
  const session = await withTokenCode(device, (code) => obtainSession(order, code, surroundings))
  const stdout = renderChanges(dialect, changesFor(session))
  noteDisplaced()
  return {
    stdout,
    exitCode: ExitCode.done,
    hint: `nothing is set, and the secrets of the session are on the screen; with the next code type: ${howToEvaluate(dialect, '123456')}`,
  }
}

/** What to ask AWS for, and what its answer will change in the shell. */
interface Preparation {
  readonly order: SessionOrder
  changesFor(session: Session): Change[]
  /** Tells the user what else goes with that. */
  noteDisplaced(): void
}

function prepare({ values }: CommandLine, surroundings: Surroundings): Preparation {
  const { environment, note, debug } = surroundings
  const state = decodeState(environment[stateVariable])
  const current = readVariables(environment)
  const before = undoExport(current, state)
  const profiles = new Profiles(surroundings)
  const keys = resolveKeys({ profileOption: values.profile, current, before, state, profiles, note })
  debug(`signing with ${keys.origin}`)

  const order = resolveOrder(keys, {
    options: values,
    variable: (name) => readVariable(isChanged(name) ? before : environment, name),
    profile: keys.profile,
    profileFirst: values.profile !== undefined,
  })
  debug(`MFA device ${order.serialNumber.value}, from ${order.serialNumber.origin}`)
  noteForeignEndpoint(order.endpoint, note)

  const region = regionToSet(values.region, before, () => keys.profile?.setting('region')?.value)
  const issuedFor = { source: sourceOf(keys), serialNumber: order.serialNumber.value }
  return {
    order,
    noteDisplaced: () => {
      noteClearedProfiles(before, profiles, note)
      noteReplacedKeys(keys, before, note)
    },
    changesFor: (session) => exportChanges({ ...session, ...issuedFor }, region, current, before),
  }
}

function resolveOrder(keys: LongTermKeys, sources: SettingSources): SessionOrder {
  const serialNumber = resolveSerialNumber(sources)
  const durationSeconds = resolveDurationSeconds(sources)
  return { keys, serialNumber, durationSeconds, endpoint: resolveEndpoint(sources, serialNumber.value) }
}

function describeSource({ profile, accessKeyId }: LongTermKeys): string {
  return profile === undefined ? `key ...${accessKeyId.slice(-4)}` : `profile ${profile.name}`
}

/** Long-term keys in the environment that did not sign are replaced all the same, and nowhere kept. */
function noteReplacedKeys(keys: LongTermKeys, before: Variables, note: (text: string) => void): void {
  if (keys.profile === undefined || classifyKeys(before) !== 'long-term') return
  note(
    `the session replaces the long-term key ...${before.AWS_ACCESS_KEY_ID?.slice(-4)} in the environment, which --unset does not put back`,
  )
}

function isChanged(name: string): boolean {
  return changedVariables.some((changed) => changed === name)
}
