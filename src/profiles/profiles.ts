import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { configurationFailure, type Failure } from '../errors.ts'
import { readVariable, type Surroundings } from '../surroundings.ts'
import { type Entry, type ProfileDocument, parseProfileDocument, type Section } from './document.ts'

/** A value that stands in one of the files, and where, as a person would look for it. */
export interface Setting {
  readonly value: string
  /** Such as `/home/me/.aws/config, line 7`. */
  readonly place: string
}

/** One profile, as the AWS CLI puts it together from both files. */
export interface Profile {
  readonly name: string
  /**
   * The value of a key; undefined where it is missing or empty. The credentials file comes before the config file.
   * @throws {Failure} configuration, where the AWS CLI and the SDKs would read different values
   */
  setting(key: string): Setting | undefined
  /** Whether the key is there, whatever tools make of its value. */
  has(key: string): boolean
  /** The `endpoint_url` of that service in the `services` section that the profile names. */
  serviceEndpoint(service: string): Setting | undefined
}

interface ProfileFile {
  readonly path: string
  readonly document: ProfileDocument
}

interface FoundSection {
  readonly file: ProfileFile
  readonly section: Section
}

/** The AWS config and credentials files, read when first needed. */
export class Profiles {
  private readonly surroundings: Surroundings
  private loaded: { config: ProfileFile; credentials: ProfileFile } | undefined

  constructor(surroundings: Surroundings) {
    this.surroundings = surroundings
  }

  /**
   * The profile of that name; undefined where neither file has it.
   * @throws {Failure} configuration, where a file cannot be read or tools disagree about it
   */
  find(name: string): Profile | undefined {
    const { config, credentials } = this.load()
    const parts = [
      ...sectionsOf(credentials, (header) => header === name),
      ...sectionsOf(config, (header) => profileNameOf(header) === name),
    ]
    if (parts.length === 0) return undefined
    const settings = new Map<string, Setting>()
    const setting = (key: string) => {
      if (!settings.has(key)) {
        const found = readKey(parts, key, [credentials, config])
        if (found !== undefined) settings.set(key, found)
      }
      return settings.get(key)
    }
    const has = (key: string) =>
      parts.some(({ section }) => section.entries.some((entry) => entry.key === key && entry.value !== ''))
    return {
      name,
      setting,
      has,
      serviceEndpoint: (service) => this.serviceEndpoint(setting('services'), service),
    }
  }

  /** The names of all profiles, in the order of the files. */
  names(): string[] {
    const { config, credentials } = this.load()
    const inConfig = config.document.sections.flatMap(({ header }) => profileNameOf(header) ?? [])
    return [...new Set([...credentials.document.sections.map(({ header }) => header), ...inConfig])]
  }

  /** The files that were looked at, for an error. */
  places(): string {
    const { config, credentials } = this.load()
    return `${credentials.path} and ${config.path}`
  }

  private serviceEndpoint(services: Setting | undefined, service: string): Setting | undefined {
    if (services === undefined) return undefined
    const { config } = this.load()
    const [found] = sectionsOf(config, (header) => header === `services ${services.value}`)
    const entry = found?.section.entries.find(({ key }) => key === service)
    const line = entry?.value.split('\n').findIndex((text) => /^endpoint_url\s*=/.test(text)) ?? -1
    if (entry === undefined || line < 0) return undefined
    const value = entry.value.split('\n')[line]?.replace(/^endpoint_url\s*=\s*/, '') ?? ''
    return { value, place: placeOf(config, entry.line) }
  }

  private load() {
    this.loaded ??= {
      config: this.read('AWS_CONFIG_FILE', 'config'),
      credentials: this.read('AWS_SHARED_CREDENTIALS_FILE', 'credentials'),
    }
    return this.loaded
  }

  private read(variable: string, name: string): ProfileFile {
    const home = this.surroundings.homeFolder()
    const chosen = readVariable(this.surroundings.environment, variable)
    const path = chosen === undefined ? home && join(home, '.aws', name) : expandHome(chosen, home)
    const shown = path ?? `~/.aws/${name}`
    this.surroundings.debug(`reading ${shown}`)
    return {
      path: shown,
      document: parseProfileDocument(path === undefined ? Buffer.of() : readBytes(path, chosen && variable)),
    }
  }
}

function expandHome(path: string, home: string | undefined): string {
  return home !== undefined && /^~(?=[/\\]|$)/.test(path) ? home + path.slice(1) : path
}

function readBytes(path: string, variable: string | undefined): Buffer {
  try {
    return readFileSync(path)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return Buffer.of()
    throw configurationFailure(
      `${path} cannot be read (${code})`,
      ...(variable === undefined ? [] : [`the path comes from ${variable}`]),
    )
  }
}

/** The profile that a header of the config file stands for, by botocore's rule; the name may be quoted. */
function profileNameOf(header: string): string | undefined {
  if (header === 'default') return 'default'
  const match = /^profile\s+(?:"([^"]*)"|'([^']*)'|(\S+))\s*$/.exec(header)
  return match?.[1] ?? match?.[2] ?? match?.[3]
}

function sectionsOf(file: ProfileFile, wanted: (header: string) => boolean): FoundSection[] {
  const sections = file.document.sections.filter(({ header }) => wanted(header))
  const { defect } = file.document
  // Another section's fault counts too: the AWS CLI refuses the whole file for it.
  if (defect !== undefined) throw disputed(file, defect.line, defect.what)
  const [first, second] = sections
  if (second !== undefined)
    throw disputed(file, second.line, `[${first?.header}] and [${second.header}] are one profile`)
  if (first?.disputed !== undefined) throw disputed(file, first.line, `[${first.header}]: ${first.disputed}`)
  return sections.map((section) => ({ file, section }))
}

function readKey(
  parts: readonly FoundSection[],
  key: string,
  files: readonly ProfileFile[],
): Setting | undefined {
  for (const { file, section } of parts) {
    const entry = section.entries.find((candidate) => candidate.key === key)
    if (entry === undefined) continue
    if (entry.disputed !== undefined) throw disputed(file, entry.line, `${key}: ${entry.disputed}`)
    return entry.value === '' ? undefined : { value: entry.value, place: placeOf(file, entry.line) }
  }
  for (const file of files) refuseInherited(file, key)
  return undefined
}

function refuseInherited(file: ProfileFile, key: string): void {
  const inherited = file.document.sections
    .filter(({ header }) => header === 'DEFAULT')
    .flatMap(({ entries }): readonly Entry[] => entries)
    .find((entry) => entry.key === key)
  if (inherited !== undefined) {
    throw disputed(
      file,
      inherited.line,
      `${key}: every profile inherits from [DEFAULT] for the AWS CLI, and none for the SDKs`,
    )
  }
}

function placeOf(file: ProfileFile, line: number): string {
  return `${file.path}, line ${line}`
}

function disputed(file: ProfileFile, line: number, what: string): Failure {
  return configurationFailure(
    `${placeOf(file, line)}: ${what}`,
    'the AWS CLI and the SDKs would not read the same from this file; mend that line',
  )
}
