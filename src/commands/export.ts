import { resolveEndpoint } from '../aws/endpoint.ts'
import type { CommandLine } from '../cli.ts'
import { resolveSerialNumber } from '../device/serial-number.ts'
import { ExitCode } from '../errors.ts'
import { resolveKeys, sourceOf } from '../keys/resolve-keys.ts'
import { Profiles } from '../profiles/profiles.ts'
import { resolveDurationSeconds } from '../session/duration.ts'
import { obtainSession } from '../session/obtain-session.ts'
import { formatTime, type Session } from '../session/session.ts'
import type { SettingSources } from '../settings.ts'
import { readVariable, type Surroundings } from '../surroundings.ts'
import { resolveTokenCode } from '../token-code/token-code.ts'
import { readVariables, undoExport } from '../variables/displaced.ts'
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
  const { values, operands } = line
  const { environment } = surroundings
  refuseStrayCodes(line)
  const tokenCode = resolveTokenCode({
    operands,
    option: values['token-code'],
    readStdin: surroundings.readStdin,
  })
  const dialect = chooseDialect(values.shell, surroundings)

  const state = decodeState(environment[stateVariable])
  const current = readVariables(environment)
  const before = undoExport(current, state)
  const profiles = new Profiles(surroundings)
  const { note } = surroundings
  const keys = resolveKeys({ profileOption: values.profile, current, before, state, profiles, note })
  surroundings.debug(`signing with ${keys.origin}`)

  const sources: SettingSources = {
    options: values,
    variable: (name) => readVariable(isChanged(name) ? before : environment, name),
    profile: keys.profile,
    profileFirst: values.profile !== undefined,
  }
  const serialNumber = resolveSerialNumber(sources)
  surroundings.debug(`MFA device ${serialNumber.value}, from ${serialNumber.origin}`)
  const durationSeconds = resolveDurationSeconds(sources)
  const endpoint = resolveEndpoint(sources, serialNumber.value)

  const region = regionToSet(values.region, before, keys.profile?.setting('region')?.value)
  const issuedFor = { source: sourceOf(keys), serialNumber: serialNumber.value }
  const changesFor = (session: Session) =>
    exportChanges({ ...session, ...issuedFor }, region, current, before)
  // All that can fail without AWS fails before the code is spent.
  renderChanges(dialect, changesFor(placeholder))
  noteClearedProfiles(before, profiles, note)

  const session = await obtainSession(
    { keys, serialNumber, tokenCode, durationSeconds, endpoint },
    surroundings,
  )
  return {
    stdout: renderChanges(dialect, changesFor(session)),
    exitCode: ExitCode.done,
    hint: howToEvaluate(dialect, '123456'),
  }
}

function isChanged(name: string): boolean {
  return changedVariables.some((changed) => changed === name)
}
