import { configurationFailure, type Failure, quoteOperand, usageFailure } from '../errors.ts'
import type { Provenance, Session, Source } from '../variables/state.ts'
import { parseProfileDocument } from './document.ts'
import { appendSection, cutSection, editSection, type KeyValue } from './edit-section.ts'
import { disputedLine, type ProfileFile, placeOf } from './profile-file.ts'
import type { Profile } from './profiles.ts'
import { type FoundSection, findSection, readKey } from './read-key.ts'
import { sdkCannotHold } from './sdk-keys.ts'

/** A session as it stands in the credentials file. */
export interface SavedProfile extends Session, Provenance {
  readonly name: string
  /** Undefined leaves the section's own, where somebody has written one. */
  readonly region: string | undefined
}

/** The files that a profile is saved in, and looked for. */
export interface SavingPlace {
  /** Of the credentials file, for errors. */
  readonly path: string
  readonly config: ProfileFile
}

/**
 * By these a section is known as ours. They are keys, since the AWS CLI keeps keys where it rewrites a file; with the
 * session's key id among them, a section that `aws configure` has given other keys is no longer ours.
 */
const marks = {
  profile: 'aws_mfa_env_source_profile',
  accessKeyId: 'aws_mfa_env_source_key_id',
  serialNumber: 'aws_mfa_env_serial_number',
  issuedAt: 'aws_mfa_env_issued_at',
  roleArn: 'aws_mfa_env_role_arn',
  session: 'aws_mfa_env_session_key_id',
} as const

const comment = '# written by aws-mfa-env save, and taken out again by aws-mfa-env save --remove'

/** Where a profile has one of these, the AWS CLI passes over the keys that are saved in it. */
const overriding = [
  'role_arn',
  'web_identity_token_file',
  'sso_session',
  'sso_start_url',
  'sso_account_id',
  'sso_role_name',
  'sso_region',
  'login_session',
  'credential_process',
]

const otherName = 'save under another name with --to'

/**
 * Refuses a name that not all tools take for a profile's.
 * @throws {Failure} usage
 */
export function refuseUnusableName(name: string): void {
  if (/^[\w/.%@:+-]+$/.test(name) && name !== 'DEFAULT' && !sdkCannotHold(name)) return
  throw usageFailure(
    `--to: ${quoteOperand(name) ?? 'this'} is no name for a profile`,
    'letters, digits and - / . % @ _ : + make a name that all tools take',
  )
}

/**
 * Refuses what `saveProfile` would refuse, by trying it: to be asked before a code is spent.
 * @throws {Failure} as `saveProfile`
 */
export function refuseUnsavable(
  old: Buffer,
  saved: Pick<SavedProfile, 'name' | 'region' | 'source'>,
  place: SavingPlace,
): void {
  const later = {
    accessKeyId: 'x',
    secretAccessKey: 'x',
    sessionToken: 'x',
    expiration: 'x',
    serialNumber: 'x',
    issuedAt: 'x',
  }
  saveProfile(old, { ...saved, ...later }, place)
}

/**
 * The credentials file with the session in a section of its own: the one that an earlier run wrote, which keeps its
 * place and what others have added to it, else a new one at the end. No other byte changes.
 * @throws {Failure} usage: no tool could have such a profile; configuration: the section is another's, the saved keys
 * would not count, or tools would not all read the files or a value as they are
 */
export function saveProfile(old: Buffer, saved: SavedProfile, place: SavingPlace): Buffer {
  const { name } = saved
  refuseUnusableName(name)
  const found = findSection(asCredentials(old, place.path), 'profile', name)
  if (found !== undefined) refuseForeign(found, name, otherName)
  const values = valuesOf(saved)
  for (const [key, value] of values) refuseUnwritable(key, value)
  const edited = found === undefined ? appendSection(old, linesOf(name, values)) : editOwn(old, found, values)
  verify(edited, name, values, place)
  return edited
}

/**
 * The credentials file without the section that was saved under that name: the bytes of before. The same bytes where
 * there is no such section.
 * @param path of the credentials file, for errors
 * @throws {Failure} configuration: the section is another's, or tools disagree about the file
 */
export function removeProfile(old: Buffer, name: string, path: string): Buffer {
  const found = findSection(asCredentials(old, path), 'profile', name)
  if (found === undefined) return old
  refuseForeign(found, name, 'take that section out by hand')
  return cutSection(old, found.section)
}

/**
 * Whose keys a saved profile's session was signed with; undefined for every other profile.
 * @throws {Failure} configuration, where the AWS CLI and the SDKs would read different values
 */
export function readSavedSource(profile: Profile): Source | undefined {
  const session = profile.setting(marks.session)
  if (session === undefined || session.value !== profile.setting('aws_access_key_id')?.value) return undefined
  const name = profile.setting(marks.profile)
  if (name !== undefined) return { profile: name.value }
  const accessKeyId = profile.setting(marks.accessKeyId)
  return accessKeyId && { accessKeyId: accessKeyId.value }
}

/**
 * The session that a saved profile holds; undefined where a part of it is gone, and for every other profile.
 * @throws {Failure} configuration, where the AWS CLI and the SDKs would read different values
 */
export function readSavedSession(profile: Profile): Omit<SavedProfile, 'region'> | undefined {
  const source = readSavedSource(profile)
  if (source === undefined) return undefined
  const read = (key: string) => profile.setting(key)?.value ?? ''
  const [secretAccessKey, sessionToken] = [read('aws_secret_access_key'), read('aws_session_token')]
  if (secretAccessKey === '' || sessionToken === '') return undefined
  return {
    name: profile.name,
    accessKeyId: read('aws_access_key_id'),
    secretAccessKey,
    sessionToken,
    expiration: read('expiration'),
    source,
    serialNumber: read(marks.serialNumber),
    issuedAt: read(marks.issuedAt),
    roleArn: profile.setting(marks.roleArn)?.value,
  }
}

function asCredentials(bytes: Buffer, path: string): ProfileFile {
  return { kind: 'credentials', path, document: parseProfileDocument(bytes) }
}

function refuseForeign(found: FoundSection, name: string, instead: string): void {
  const read = (key: string) => readKey([found], key)?.value
  const session = read(marks.session)
  const place = placeOf(found.file, found.section.line)
  if (session === undefined || (read(marks.profile) ?? read(marks.accessKeyId)) === undefined) {
    throw configurationFailure(`profile ${name} is not one that save wrote (${place})`, instead)
  }
  if (session === read('aws_access_key_id')) return
  throw configurationFailure(
    `profile ${name} has been given other keys since save wrote it (${place})`,
    instead,
  )
}

function refuseOverridden(saved: FoundSection | undefined, name: string, config: ProfileFile): void {
  const sections = [saved, findSection(config, 'profile', name)].filter((found) => found !== undefined)
  for (const key of overriding) {
    // An empty value counts for the AWS CLI.
    for (const { file, section } of sections) {
      const entry = section.entries.find((candidate) => candidate.key === key)
      if (entry !== undefined) throw overridden(name, key, placeOf(file, entry.line))
    }
    readKey(sections, key)
  }
}

function overridden(name: string, key: string, place: string): Failure {
  return configurationFailure(
    `profile ${name} has ${key} (${place}), for which the AWS CLI passes over saved keys`,
    otherName,
  )
}

function valuesOf(saved: SavedProfile): KeyValue[] {
  const { accessKeyId, region, source } = saved
  return [
    ['aws_access_key_id', accessKeyId],
    ['aws_secret_access_key', saved.secretAccessKey],
    ['aws_session_token', saved.sessionToken],
    ['expiration', saved.expiration],
    ...(region === undefined ? [] : [['region', region] as const]),
    'profile' in source ? [marks.profile, source.profile] : [marks.accessKeyId, source.accessKeyId],
    [marks.serialNumber, saved.serialNumber],
    [marks.issuedAt, saved.issuedAt],
    ...(saved.roleArn === undefined ? [] : [[marks.roleArn, saved.roleArn] as const]),
    [marks.session, accessKeyId],
  ]
}

function linesOf(name: string, values: readonly KeyValue[]): string[] {
  return [`[${name}]`, comment, ...values.map(([key, value]) => `${key} = ${value}`)]
}

/** What some parser would take for a comment, a blank or another line. */
function refuseUnwritable(key: string, value: string): void {
  if (!/^$|^[\s;#]|\s[;#]|\s$|[\p{Cc}\p{Cs}]/u.test(value)) return
  throw configurationFailure(
    `${key} cannot be saved: not all tools would read its value as it is`,
    'look for # and ; and blanks in the name of the profile that signs, and in the region',
  )
}

function editOwn(old: Buffer, { file, section }: FoundSection, values: readonly KeyValue[]): Buffer {
  for (const { key, line, disputed } of section.entries) {
    const ours = values.some(([name]) => name === key)
    if (ours && disputed !== undefined) throw disputedLine(file, line, `${key}: ${disputed}`)
  }
  const written = values.map(([key]) => key)
  const obsolete = [marks.profile, marks.accessKeyId, marks.roleArn].filter((key) => !written.includes(key))
  // botocore takes this one first.
  return editSection(old, section, values, [...obsolete, 'aws_security_token'])
}

/** Reads what was made as everybody would, before it is written: the values are found, and nothing overrides them. */
function verify(edited: Buffer, name: string, values: readonly KeyValue[], place: SavingPlace): void {
  const found = findSection(asCredentials(edited, place.path), 'profile', name)
  if (found === undefined) throw new Error('the saved profile is not in the edited file')
  for (const [key, value] of values) {
    if (readKey([found], key)?.value !== value) throw new Error(`${key} is not as saved in the edited file`)
  }
  readKey([found], 'aws_security_token')
  refuseOverridden(found, name, place.config)
}
