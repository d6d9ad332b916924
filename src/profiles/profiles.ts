import { configurationFailure } from '../errors.ts'
import { type FileSurroundings, type ProfileFile, readProfileFile } from './profile-file.ts'
import { findSection, readKey, readNestedKey, type Setting } from './read-key.ts'
import { type FileKind, namesOf } from './section-names.ts'

export type { Setting } from './read-key.ts'

/** One profile, as the AWS CLI puts it together from both files. */
export interface Profile {
  readonly name: string
  /**
   * The value of a key; undefined where it is missing or empty. The credentials file comes before the config file.
   * @throws {Failure} configuration, where the AWS CLI and the SDKs would read different values
   */
  setting(key: string): Setting | undefined
  /** Whether the key is there and not empty, whatever tools make of its value. */
  has(key: string): boolean
  /**
   * The `endpoint_url` of that service in the `services` section that the profile names.
   * @throws {Failure} configuration, where there is no such section or tools read different values
   */
  serviceEndpoint(service: string): Setting | undefined
}

/** Profiles one behind the other, as one: what the first does not say is looked for in the next. */
export function joinProfiles(profiles: readonly Profile[]): Profile | undefined {
  const [first] = profiles
  if (first === undefined) return undefined
  return {
    name: first.name,
    setting: (key) => firstOf(profiles, (profile) => profile.setting(key)),
    has: (key) => profiles.some((profile) => profile.has(key)),
    serviceEndpoint: (service) => firstOf(profiles, (profile) => profile.serviceEndpoint(service)),
  }
}

function firstOf<T>(profiles: readonly Profile[], read: (profile: Profile) => T | undefined): T | undefined {
  for (const profile of profiles) {
    const value = read(profile)
    if (value !== undefined) return value
  }
  return undefined
}

/** The AWS config and credentials files, read when first needed. */
export class Profiles {
  private readonly surroundings: FileSurroundings
  private loaded: { config: ProfileFile; credentials: ProfileFile } | undefined

  constructor(surroundings: FileSurroundings) {
    this.surroundings = surroundings
  }

  /**
   * The profile of that name; undefined where neither file has it.
   * @throws {Failure} configuration, where a file cannot be read or tools disagree about it
   */
  find(name: string): Profile | undefined {
    const { config, credentials } = this.load()
    const sections = [credentials, config].flatMap((file) => findSection(file, 'profile', name) ?? [])
    if (sections.length === 0) return undefined
    const setting = (key: string) => readKey(sections, key)
    return {
      name,
      setting,
      has: (key) =>
        sections.some(({ section }) =>
          section.entries.some((entry) => entry.key === key && entry.value !== ''),
        ),
      serviceEndpoint: (service) => this.serviceEndpoint(setting('services'), service),
    }
  }

  /** The names of all profiles, in the order of the files. */
  names(): string[] {
    return [...new Set([...this.namesIn('credentials'), ...this.namesIn('config')])]
  }

  /** Those of one file, in its order. @throws {Failure} configuration, where one of the two cannot be read */
  namesIn(kind: FileKind): string[] {
    return this.load()
      [kind].document.headers()
      .flatMap((header) => {
        const { botocore, sdk } = namesOf(header, kind, 'profile')
        return botocore !== undefined && botocore === sdk ? [botocore] : []
      })
  }

  /** The config file. @throws {Failure} configuration, where one of the two cannot be read */
  configFile(): ProfileFile {
    return this.load().config
  }

  /** Where the credentials and the config file are, or would be. */
  paths(): [string, string] {
    const { config, credentials } = this.load()
    return [credentials.path, config.path]
  }

  private serviceEndpoint(services: Setting | undefined, service: string): Setting | undefined {
    if (services === undefined) return undefined
    const found = findSection(this.load().config, 'services', services.value)
    if (found === undefined || found.section.sdkValues.size === 0) {
      throw configurationFailure(
        `${services.place}: there is no [services ${services.value}] with something in it`,
        'the AWS CLI refuses that; add the section to the config file, or take the line out',
      )
    }
    return readNestedKey(found, service, 'endpoint_url')
  }

  private load() {
    this.loaded ??= {
      config: readProfileFile('config', this.surroundings),
      credentials: readProfileFile('credentials', this.surroundings),
    }
    return this.loaded
  }
}
