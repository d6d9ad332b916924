import type { CommandLine } from '../cli.ts'
import { Profiles } from '../profiles/profiles.ts'
import { readSavedSession } from '../profiles/saved-profile.ts'
import { findSession } from '../session/find-session.ts'
import { resolveOrder } from '../session/order.ts'
import type { Surroundings } from '../surroundings.ts'
import type { HeldSession } from './status.ts'

/**
 * The session that is saved as the profile of --profile, else the one that is cached for it, however old.
 * @throws {Failure} configuration
 */
export function findProfileSession(line: CommandLine, surroundings: Surroundings): HeldSession | undefined {
  const profiles = new Profiles(surroundings)
  const saved = profiles.find(line.values.profile ?? '')
  const session = saved && readSavedSession(saved)
  if (session !== undefined) return { ...session, issued: session }
  const order = { ...resolveOrder(line, surroundings, profiles), minimumRemaining: Number.NEGATIVE_INFINITY }
  const { roles, source } = order.identity
  const cached = findSession(order, roles, surroundings)
  return cached && { ...cached, issued: { ...cached, source } }
}
