import { listRememberedDevices } from '../device/remembered-device.ts'
import { resolveSerialNumber } from '../device/serial-number.ts'
import { dialects, shellNames } from '../dialects/dialects.ts'
import { printable } from '../errors.ts'
import { openCacheFolder } from '../files/cache-folder.ts'
import { looksLikeTokenCode } from '../forms.ts'
import type { ValueOption } from '../options.ts'
import { type Profile, Profiles } from '../profiles/profiles.ts'
import { readSavedSource } from '../profiles/saved-profile.ts'
import type { Surroundings } from '../surroundings.ts'
import type { Candidate, Values } from './complete.ts'
import { completedShells } from './shells.ts'

/** Where each option's values come from; null: nobody but the user knows them. */
const sources: Readonly<Record<ValueOption, ((surroundings: Surroundings) => Candidate[]) | null>> = {
  shell: () => named(Object.keys(dialects)),
  profile: (surroundings) => named(new Profiles(surroundings).names()),
  'serial-number': (surroundings) => [...configuredDevices(surroundings), ...rememberedDevices(surroundings)],
  'token-code': null,
  'mfa-process': null,
  'duration-seconds': () => [
    { value: '1h', help: 'an hour' },
    { value: '12h', help: 'as without this option' },
    { value: '36h', help: 'the longest that AWS gives' },
  ],
  region: (surroundings) => settings(surroundings, 'region'),
  'endpoint-url': null,
  to: (surroundings) => named(savedNames(surroundings)),
  name: null,
  remind: () => [{ value: '15m', help: 'a quarter of an hour' }],
  'min-remaining': () => [
    { value: '5m', help: 'as without this option' },
    { value: '30m', help: 'half an hour' },
    { value: '1h', help: 'an hour' },
  ],
}

/**
 * What an option may be given, from the user's files and the cache. Whatever cannot be read is passed over; nothing is
 * offered that would be taken for a code, or that a terminal cannot show as it is.
 */
export function openValues(surroundings: Surroundings): Values {
  return {
    shells: (command) => named(command === 'init' ? shellNames : Object.keys(completedShells)),
    of: (option) => {
      const found = readable(() => sources[option]?.(surroundings)) ?? []
      const offered = found.filter(({ value }) => printable(value) === value && !looksLikeTokenCode(value))
      const helps = new Map(offered.map(({ value, help }) => [value, printable(help)]))
      return [...helps].map(([value, help]) => ({ value, help }))
    },
  }
}

function named(names: readonly string[]): Candidate[] {
  return names.map((value) => ({ value, help: '' }))
}

function configuredDevices(surroundings: Surroundings): Candidate[] {
  return settings(surroundings, 'mfa_serial').filter(({ value }) => {
    const sources = { options: { 'serial-number': value }, variable: () => undefined }
    return readable(() => resolveSerialNumber({ ...sources, profile: undefined, profileFirst: false }))
  })
}

function rememberedDevices(surroundings: Surroundings): Candidate[] {
  const folder = openCacheFolder(surroundings)
  const devices = folder && readable(() => listRememberedDevices(folder))
  return (devices ?? []).map(({ serialNumber }) => ({
    value: serialNumber,
    help: 'a device that has been used',
  }))
}

function savedNames(surroundings: Surroundings): string[] {
  return lastProfiles(surroundings, (profiles) => profiles.namesIn('credentials')).flatMap((profile) =>
    readable(() => readSavedSource(profile)) === undefined ? [] : [profile.name],
  )
}

function settings(surroundings: Surroundings, key: string): Candidate[] {
  return lastProfiles(surroundings, (profiles) => profiles.names()).flatMap((profile) => {
    const setting = readable(() => profile.setting(key))
    return setting === undefined ? [] : [{ value: setting.value, help: `${key} of profile ${profile.name}` }]
  })
}

/** Each is looked for by itself, and a key has been pressed: of thousands, the last, where `save` writes new ones. */
function lastProfiles(surroundings: Surroundings, namesOf: (profiles: Profiles) => string[]): Profile[] {
  const profiles = new Profiles(surroundings)
  const names = (readable(() => namesOf(profiles)) ?? []).slice(-1000)
  return names.flatMap((name) => readable(() => profiles.find(name)) ?? [])
}

/** What a file with a defect keeps from being read is not offered. */
function readable<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch {
    return undefined
  }
}
