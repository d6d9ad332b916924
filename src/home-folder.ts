import { homedir } from 'node:os'

/** The user's home folder; undefined for a user id that the system has no entry for. */
export function findHomeFolder(): string | undefined {
  try {
    return homedir() || undefined
  } catch {
    return undefined
  }
}
