import { configurationFailure } from '../errors.ts'
import type { Environment } from '../surroundings.ts'

/** Says in the environment of whatever a profile's commands start for which profiles that is done. */
const marker = 'AWS_MFA_ENV_RESOLVING'

/** A profile, null for keys in the environment, and the setting whose command runs for it. */
type Resolution = readonly [profileName: string | null, origin: string]

/**
 * The environment for a command that runs for a profile (undefined: for keys in the environment), with a mark that
 * `refuseLoop` knows.
 * @param environment what it would find without
 * @param origin where the command is set: `mfa_process in /home/me/.aws/config, line 7`
 */
export function commandEnvironment(
  environment: Environment,
  profileName: string | undefined,
  origin: string,
): Environment {
  const resolutions = [...readResolutions(environment), [profileName ?? null, origin]]
  return { ...environment, [marker]: JSON.stringify(resolutions) }
}

/**
 * Refuses to resolve a profile for a command that runs, directly or not, in order to resolve that very profile.
 * @param profileName undefined for keys in the environment
 * @throws {Failure} configuration
 */
export function refuseLoop(environment: Environment, profileName: string | undefined): void {
  const loop = readResolutions(environment).find(([name]) => name === (profileName ?? null))
  if (loop === undefined) return
  const [name, origin] = loop
  throw configurationFailure(
    `this run was started for ${name === null ? 'the keys in the environment' : `profile ${name}`} by ${origin}, and would have to start that again`,
    'let that command use another profile, one that holds long-term keys itself',
  )
}

function readResolutions(environment: Environment): Resolution[] {
  try {
    const resolutions: unknown = JSON.parse(environment[marker] ?? '[]')
    return Array.isArray(resolutions) ? resolutions.filter(isResolution) : []
  } catch {
    // Not ours.
    return []
  }
}

function isResolution(value: unknown): value is Resolution {
  if (!Array.isArray(value) || value.length !== 2) return false
  const [name, origin] = value
  return (name === null || typeof name === 'string') && typeof origin === 'string'
}
