import { Failure } from '../errors.ts'
import type { Profile, Profiles } from '../profiles/profiles.ts'
import type { Variables } from '../variables/displaced.ts'
import { profileVariables } from '../variables/names.ts'

/** What clients take from the profile that a variable names, beside its keys. */
const alsoGiven = ['endpoint_url', 'services', 'ca_bundle', 'use_fips_endpoint'] as const

/** Tells the user what else goes when a variable that names a profile is cleared. */
export function noteClearedProfiles(
  current: Variables,
  profiles: Profiles,
  note: (text: string) => void,
): void {
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
