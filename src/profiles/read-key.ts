import { parseNested } from './botocore-text.ts'
import type { Section } from './document.ts'
import { disputedLine, type ProfileFile, placeOf } from './profile-file.ts'
import { type FileKind, namesOf, partInHeader, type SectionKind } from './section-names.ts'

/** A section and the file it stands in. */
export interface FoundSection {
  readonly file: ProfileFile
  readonly section: Section
}

/** A value that stands in one of the files. */
export interface Setting {
  readonly value: string
  readonly file: FileKind
  /** As a person would look for it: `/home/me/.aws/config, line 7`. */
  readonly place: string
}

/** Of these the SDK for JavaScript takes the config file's first, the AWS CLI the credentials file's. */
const configFirstForSdk: readonly string[] = ['endpoint_url', 'services']

/**
 * The section of that name in the file.
 * @throws {Failure} configuration, where the file has a defect, anywhere, or tools disagree which section that is
 */
export function findSection(file: ProfileFile, kind: SectionKind, name: string): FoundSection | undefined {
  const { defect } = file.document
  if (defect !== undefined) throw disputedLine(file, defect.line, defect.what)
  let found: Section | undefined
  for (const section of file.document.sections(partInHeader(name))) {
    const { header, line } = section
    const { botocore, sdk } = namesOf(header, file.kind, kind)
    if (botocore !== name && sdk !== name) continue
    if (botocore !== sdk) throw disputedLine(file, line, `not all tools take [${header}] for ${kind} ${name}`)
    if (found !== undefined) {
      throw disputedLine(file, line, `[${header}] is ${kind} ${name}, and so is line ${found.line}`)
    }
    found = section
  }
  return found && { file, section: found }
}

/**
 * The value of a key, from the first of the sections that has it; undefined where it is missing or empty.
 * @throws {Failure} configuration, where tools disagree about it
 */
export function readKey(sections: readonly FoundSection[], key: string): Setting | undefined {
  const [first, second] = sections.flatMap((found) => readFrom(found, key) ?? [])
  if (
    first !== undefined &&
    second !== undefined &&
    second.value !== first.value &&
    (first.value === '' || (second.value !== '' && configFirstForSdk.includes(key)))
  ) {
    const what = `${key}: the AWS CLI takes it from ${first.place}, the SDKs from here`
    throw disputedLine(second.in, second.line, what)
  }
  if (first === undefined || first.value === '') return undefined
  const { value, file, place } = first
  return { value, file, place }
}

/**
 * A key among the indented lines behind another, as `sts` has its `endpoint_url`; undefined where it is missing or
 * empty.
 * @throws {Failure} configuration, where tools disagree about it
 */
export function readNestedKey(found: FoundSection, outer: string, key: string): Setting | undefined {
  const { file, section } = found
  const entry = section.entries.find((candidate) => candidate.key === outer)
  if (entry === undefined) refuseInherited(found, outer)
  else if (!entry.value.startsWith('\n')) {
    throw disputedLine(file, entry.line, `${outer}: only indented lines belong behind its equals sign`)
  }
  const value = entry && parseNested(entry.value)?.get(key)
  const sdk = section.sdkValues.get(`${outer}.${key}`)
  const line = sdk?.line ?? entry?.line ?? section.line
  if ((value ?? '') !== (sdk?.value ?? '')) {
    throw disputedLine(file, line, `not all tools read the same ${key} of ${outer} here`)
  }
  return value ? { value, file: file.kind, place: placeOf(file, line) } : undefined
}

type Reading = Setting & { readonly in: ProfileFile; readonly line: number }

function readFrom(found: FoundSection, key: string): Reading | undefined {
  const { file, section } = found
  const entry = section.entries.find((candidate) => candidate.key === key)
  const sdk = section.sdkValues.get(key)
  if ((entry?.value ?? '') !== (sdk?.value ?? '')) {
    const hidden = 'the SDKs read it here, the AWS CLI does not'
    const line = entry?.disputed === undefined ? sdk?.line : entry.line
    throw disputedLine(file, line ?? section.line, `${key}: ${entry?.disputed ?? hidden}`)
  }
  if (entry === undefined) {
    refuseInherited(found, key)
    return undefined
  }
  const { value, line } = entry
  return { value, file: file.kind, place: placeOf(file, line), in: file, line }
}

function refuseInherited({ file }: FoundSection, key: string): void {
  const inherited = file.document
    .defaults()
    .flatMap(({ entries }) => entries)
    .find((entry) => entry.key === key)
  if (inherited === undefined) return
  const what = `${key}: every profile inherits from [DEFAULT] for the AWS CLI, and none for the SDKs`
  throw disputedLine(file, inherited.line, what)
}
