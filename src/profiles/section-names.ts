import { splitWords } from './split-words.ts'

/** The two files, and what their sections are asked for as. */
export type FileKind = 'config' | 'credentials'
export type SectionKind = 'profile' | 'services'

/** What a section is called by botocore and by the SDK for JavaScript; undefined where it is not of that kind. */
export interface SectionNames {
  readonly botocore: string | undefined
  readonly sdk: string | undefined
}

/** The names that a header gives its section. Services stand in the config file alone. */
export function namesOf(header: string, file: FileKind, kind: SectionKind): SectionNames {
  if (file === 'config') return { botocore: botocoreName(header, kind), sdk: sdkName(header, kind) }
  return { botocore: header === 'DEFAULT' ? undefined : header, sdk: sdkKey(header) }
}

/** What a header has in it, unless it has quotes or a backslash, if it gives its section that name for some tool. */
export function partInHeader(name: string): string {
  // For the SDK a name can have the kind in front of it, with a point that the header does not have.
  return name.slice(name.indexOf('.') + 1)
}

/** botocore's build_profile_map: a word that begins with the kind, then one name as a shell would take it. */
function botocoreName(header: string, kind: SectionKind): string | undefined {
  if (header === 'default' && kind === 'profile') return header
  const words = header.startsWith(kind) ? splitWords(header) : []
  return words.length === 2 ? words[1] : undefined
}

/** The SDK's getConfigData: profiles are filed by name, the rest as `services.NAME` among them. */
function sdkName(header: string, kind: SectionKind): string | undefined {
  const key = sdkKey(header) ?? ''
  const [, prefix, name] = /^(profile|services|sso-session)\.(.*)$/s.exec(key) ?? []
  const filed = key === 'default' || prefix === 'services' || prefix === 'sso-session' ? key : name
  return kind === 'profile' ? filed : /^services\.(.*)$/s.exec(filed ?? '')?.[1]
}

/** The SDK's parseIni: a kind and a name behind one space become `kind.name`; with another first word, nothing. */
function sdkKey(header: string): string | undefined {
  const [, kind, , name] = /^([\w-]+)\s(["'])?([\w@+.%:/-]+)\2$/.exec(header) ?? []
  if (kind === undefined) return header
  return ['profile', 'services', 'sso-session'].includes(kind) ? `${kind}.${name}` : undefined
}
