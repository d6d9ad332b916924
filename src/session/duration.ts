import { usageFailure } from '../errors.ts'
import type { ValueOption } from '../options.ts'
import { badSetting, resolveSetting, type SettingSources, settingNames } from '../settings.ts'

const unitSeconds: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600 }

/** Seconds from `5400`, `5400s`, `90m` or `12h`; undefined for anything else. */
function parseSeconds(text: string): number | undefined {
  const [, digits, unit = 's'] = /^([0-9]{1,9})([smh])?$/.exec(text) ?? []
  return digits === undefined ? undefined : Number(digits) * (unitSeconds[unit] ?? 1)
}

/** For how long a session is asked where nobody says it, in seconds. */
export const defaultDurationSeconds = 43_200

/**
 * How long the session is asked for, in seconds; undefined where nobody says it. The bounds are the API's:
 * GetSessionToken, DurationSeconds.
 * @throws {Failure} usage or configuration, by where the value came from
 */
export function resolveDurationSeconds(sources: SettingSources): number | undefined {
  const setting = resolveSetting(sources, settingNames.durationSeconds)
  if (setting === undefined) return undefined
  const seconds = parseSeconds(setting.value)
  if (seconds === undefined) {
    throw badSetting(setting, 'that is no duration', 'write seconds, or minutes and hours as in 90m and 12h')
  }
  if (seconds < 900 || seconds > 129_600) {
    throw badSetting(setting, 'a session lasts 900 to 129600 seconds, that is 15m to 36h')
  }
  return seconds
}

/**
 * How long a session must still last to be good, in seconds, by --min-remaining.
 * @throws {Failure} usage
 */
export function resolveMinimumRemaining(text: string | undefined): number {
  return resolveSeconds('min-remaining', text ?? '5m')
}

/**
 * How long before its end a session is to be spoken of, in seconds, by --remind.
 * @throws {Failure} usage
 */
export function resolveReminder(text: string): number {
  return resolveSeconds('remind', text)
}

function resolveSeconds(option: ValueOption, text: string): number {
  const seconds = parseSeconds(text)
  if (seconds !== undefined) return seconds
  throw usageFailure(
    `--${option}: that is no duration`,
    'write seconds, or minutes and hours as in 30m and 1h',
  )
}
