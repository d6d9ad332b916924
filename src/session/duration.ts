import { badSetting, resolveSetting, type SettingSources } from '../settings.ts'

const unitSeconds: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600 }

/** Seconds from `5400`, `5400s`, `90m` or `12h`; undefined for anything else. */
export function parseSeconds(text: string): number | undefined {
  const [, digits, unit = 's'] = /^([0-9]{1,9})([smh])?$/.exec(text) ?? []
  return digits === undefined ? undefined : Number(digits) * (unitSeconds[unit] ?? 1)
}

/**
 * How long the session is asked for, in seconds; 12 hours unless it is said. The bounds are the API's:
 * GetSessionToken, DurationSeconds.
 * @throws {Failure} usage or configuration, by where the value came from
 */
export function resolveDurationSeconds(sources: SettingSources): number {
  const setting = resolveSetting(sources, {
    option: 'duration-seconds',
    variables: ['AWS_MFA_DURATION_SECONDS'],
    key: 'mfa_duration_seconds',
  })
  if (setting === undefined) return 43_200
  const seconds = parseSeconds(setting.value)
  if (seconds === undefined) {
    throw badSetting(setting, 'that is no duration', 'write seconds, or minutes and hours as in 90m and 12h')
  }
  if (seconds < 900 || seconds > 129_600) {
    throw badSetting(setting, 'a session lasts 900 to 129600 seconds, that is 15m to 36h')
  }
  return seconds
}
