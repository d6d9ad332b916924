import type { CommandLine } from '../options.ts'
import { Profiles } from '../profiles/profiles.ts'
import { readSavedSession, readSavedSource } from '../profiles/saved-profile.ts'
import type { SettingSources } from '../settings.ts'
import { readVariable, type Surroundings } from '../surroundings.ts'
import { classifyKeys } from '../variables/classify.ts'
import { readVariables } from '../variables/displaced.ts'
import { stateVariable } from '../variables/names.ts'
import { decodeState, type Provenance, type Session } from '../variables/state.ts'
import { resolveOrder } from './order.ts'
import { findCached } from './session-cache.ts'

/** A session, and what is known of it. */
export interface HeldSession extends Omit<Session, 'expiration'> {
  /** RFC 3339; undefined where nothing says when it ends. */
  readonly expiration: string | undefined
  /** As of an IssuedSession. */
  readonly clockOffset?: number
  /** What it was issued for; undefined for one that aws-mfa-env did not set. */
  readonly issued: Provenance | undefined
  /** Where it is held, for an error. */
  readonly origin: string
  /** What says where AWS is asked about it. */
  readonly sources: SettingSources
}

/**
 * The session in the environment, whoever set it; with --profile the one that is saved as that profile, else the one
 * that is cached for it, however old.
 * @throws {Failure} configuration
 */
export function findHeldSession(line: CommandLine, surroundings: Surroundings): HeldSession | undefined {
  const { profile } = line.values
  return profile === undefined
    ? environmentSession(line, surroundings)
    : profileSession(profile, line, surroundings)
}

function environmentSession({ values }: CommandLine, { environment }: Surroundings): HeldSession | undefined {
  const variables = readVariables(environment)
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = variables
  const sessionToken = variables.AWS_SESSION_TOKEN
  // A part of a session is none: AWS takes no request that it signs.
  if (accessKeyId === undefined || secretAccessKey === undefined || sessionToken === undefined)
    return undefined
  if (classifyKeys(variables) !== 'session') return undefined
  const state = decodeState(environment[stateVariable])
  const issued = state?.accessKeyId === accessKeyId ? state : undefined
  const expiration = issued?.expiration ?? variables.AWS_CREDENTIAL_EXPIRATION
  const keys = { accessKeyId, secretAccessKey, sessionToken, expiration }
  const variable = (name: string) => readVariable(environment, name)
  const sources = { options: values, variable, profile: undefined, profileFirst: false }
  return { ...keys, issued, origin: 'the environment', sources }
}

function profileSession(
  name: string,
  line: CommandLine,
  surroundings: Surroundings,
): HeldSession | undefined {
  const profiles = new Profiles(surroundings)
  const origin = `profile ${name}`
  const profile = profiles.find(name)
  if (profile !== undefined && readSavedSource(profile) !== undefined) {
    const saved = readSavedSession(profile)
    const variable = (variableName: string) => readVariable(surroundings.environment, variableName)
    const sources = { options: line.values, variable, profile, profileFirst: true }
    return saved && { ...saved, issued: saved, origin, sources }
  }
  const order = { ...resolveOrder(line, surroundings, profiles), minimumRemaining: Number.NEGATIVE_INFINITY }
  const { roles, source } = order.identity
  const cached = findCached({ order, surroundings }, roles)
  return cached && { ...cached, issued: { ...cached, source }, origin, sources: order.sources }
}
