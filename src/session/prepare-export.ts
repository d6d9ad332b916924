import { configurationFailure, Failure } from '../errors.ts'
import type { CommandLine } from '../options.ts'
import type { Profile, Profiles } from '../profiles/profiles.ts'
import type { Surroundings } from '../surroundings.ts'
import type { Change } from '../variables/change.ts'
import { classifyKeys } from '../variables/classify.ts'
import type { Variables } from '../variables/displaced.ts'
import { exportChanges, regionToSet } from '../variables/export.ts'
import { profileVariables, regionVariables } from '../variables/names.ts'
import { isStorable } from '../variables/state.ts'
import type { SessionOrder } from './order.ts'
import { formatTime, type IssuedSession } from './session.ts'

/** What a session will change in an environment. */
export interface ExportPlan {
  changesFor(session: IssuedSession): Change[]
  /** Tells the user what else goes with a profile's name. */
  noteCleared(): void
  /** Tells the user that a key goes for good. */
  noteReplaced(): void
}

/** Stands for a session while it is made sure that the shell can be told the rest. */
export const placeholder: IssuedSession = {
  accessKeyId: 'ASIA',
  secretAccessKey: 'secret',
  sessionToken: 'token',
  expiration: '1970-01-01T00:00:00Z',
  keyId: 'AKIA',
  serialNumber: 'serial',
  durationSeconds: 0,
  issuedAt: '1970-01-01T00:00:00Z',
}

/** Says before anybody is asked what would keep the changes from being made. */
export function prepareExport(
  { values }: CommandLine,
  { identity, profiles, current, before }: SessionOrder,
  { note, now }: Surroundings,
): ExportPlan {
  const [profile] = identity.profiles
  refuseStrangeRegions(before)
  const region = regionToSet(values.region, before, () => profile?.setting('region')?.value)
  noteExpired(current, now(), note)
  return {
    changesFor: (session) => exportChanges({ ...session, source: identity.source }, region, current, before),
    noteCleared: () => noteClearedProfiles(current, profiles, note),
    noteReplaced: () => {
      const { signer, roles } = identity
      if (signer.kind !== 'environment' || roles.length > 0) noteReplacedKeys(before, note)
    },
  }
}

/** A region that is passed over is set again all the same, and recorded. */
function refuseStrangeRegions(before: Variables): void {
  const strange = regionVariables.find((name) => before[name] !== undefined && !isStorable(before[name]))
  if (strange === undefined) return
  throw configurationFailure(`${strange} is not a region`, 'set it to one, as in: us-east-1, or unset it')
}

function noteExpired(current: Variables, now: number, note: (text: string) => void): void {
  const end = Date.parse(current.AWS_CREDENTIAL_EXPIRATION ?? '')
  if (current.AWS_SESSION_TOKEN === undefined || Number.isNaN(end) || end > now) return
  note(`the session in the environment ended at ${formatTime(end)}`)
}

/** Long-term keys in the environment that did not sign are replaced all the same, and nowhere kept. */
function noteReplacedKeys(before: Variables, note: (text: string) => void): void {
  if (classifyKeys(before) !== 'long-term') return
  note(
    `the session replaces the long-term key ...${before.AWS_ACCESS_KEY_ID?.slice(-4)} in the environment, which --unset does not put back`,
  )
}

/** What clients take from the profile that a variable names, beside its keys. */
const alsoGiven = ['endpoint_url', 'services', 'ca_bundle', 'use_fips_endpoint'] as const

/** Tells the user what else goes when a variable that names a profile is cleared. */
function noteClearedProfiles(current: Variables, profiles: Profiles, note: (text: string) => void): void {
  for (const variable of profileVariables) {
    const name = current[variable]
    const profile = name === undefined ? undefined : findReadable(profiles, name)
    const given = alsoGiven.filter((key) => profile?.has(key))
    if (given.length > 0)
      note(`${variable} is cleared, and with it what profile ${name} gives: ${given.join(', ')}`)
  }
}

/** A profile that does not sign may be missing or out of order. */
function findReadable(profiles: Profiles, name: string): Profile | undefined {
  try {
    return profiles.find(name)
  } catch (error) {
    if (error instanceof Failure) return undefined
    throw error
  }
}
