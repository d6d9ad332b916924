/** The two files, and what a section of them can be asked for as. */
export type FileKind = 'config' | 'credentials'
export type SectionKind = 'profile' | 'services'

/** What a header is called by botocore and by the SDK for JavaScript; undefined where it is not of that kind. */
export interface SectionNames {
  readonly botocore: string | undefined
  readonly sdk: string | undefined
}

/** The names under which a section is found; services stand in the config file alone. */
export function namesOf(header: string, file: FileKind, kind: SectionKind): SectionNames {
  if (file === 'config') return { botocore: botocoreName(header, kind), sdk: sdkName(header, kind) }
  return { botocore: header === 'DEFAULT' ? undefined : header, sdk: sdkKey(header) }
}

/** botocore's build_profile_map: any word that begins with the kind, then one name as a shell would take it. */
function botocoreName(header: string, kind: SectionKind): string | undefined {
  if (header === 'default' && kind === 'profile') return header
  const words = header.startsWith(kind) ? splitWords(header) : []
  return words.length === 2 ? words[1] : undefined
}

/** Python's shlex.split; no words where it fails on an open quote. */
function splitWords(text: string): string[] {
  const word = /(?:[^ \t\r\n"'\\]|\\.|'[^']*'|"(?:[^"\\]|\\.)*")+/gs
  if (/[^ \t\r\n]/.test(text.replace(word, ''))) return []
  return (text.match(word) ?? []).map((found) =>
    found.replace(
      /\\(.)|'([^']*)'|"((?:[^"\\]|\\.)*)"/gs,
      (_, escaped?: string, single?: string, double?: string) =>
        escaped ?? single ?? double?.replace(/\\(["\\])/g, '$1') ?? '',
    ),
  )
}

function sdkName(header: string, kind: SectionKind): string | undefined {
  const key = sdkKey(header)
  const filed =
    key === 'default' ? key : /^(?:profile\.(?=.)|(?=(?:services|sso-session)\.))(.*)$/s.exec(key ?? '')?.[1]
  return kind === 'profile' ? filed : /^services\.(.*)$/s.exec(filed ?? '')?.[1]
}

/** The SDK's one list of sections: `profile.NAME`, `services.NAME`, or the header itself. */
function sdkKey(header: string): string | undefined {
  const [, prefix, , name] = /^([\w-]+)\s(["'])?([\w@+.%:/-]+)\2$/.exec(header) ?? []
  if (prefix === undefined) return header === '' ? undefined : header
  return ['profile', 'services', 'sso-session'].includes(prefix) ? `${prefix}.${name}` : undefined
}
