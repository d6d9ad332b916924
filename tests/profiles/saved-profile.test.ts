import { describe, expect, it } from 'vitest'
import { parseProfileDocument } from '../../src/profiles/document.ts'
import {
  readSavedSource,
  refuseUnsavable,
  refuseUnusableName,
  removeProfile,
  type SavedProfile,
  type SavingPlace,
  saveProfile,
} from '../../src/profiles/saved-profile.ts'
import { nastyFiles } from './nasty-files.ts'
import { failureOf, profilesOf, useFolder } from './sandbox.ts'
import { session } from './saved-session.ts'

const folder = useFolder()
const none = Buffer.of()
const mend = 'the AWS CLI and the SDKs would not read the same from this file; mend that line'
const otherName = 'save under another name with --to'

const renewed: SavedProfile = {
  ...session,
  accessKeyId: 'ASIAZZZZZZZZZEXAMPLE',
  secretAccessKey: 'another',
  sessionToken: 'another-token-that-is-longer',
  expiration: '2030-01-02T00:00:00Z',
}

/** The section that a session makes. */
const written = (saved: SavedProfile = session) => `[${saved.name}]
# written by aws-mfa-env save, and taken out again by aws-mfa-env save --remove
aws_access_key_id = ${saved.accessKeyId}
aws_secret_access_key = ${saved.secretAccessKey}
aws_session_token = ${saved.sessionToken}
expiration = ${saved.expiration}
region = ${saved.region}
aws_mfa_env_source_profile = base
aws_mfa_env_serial_number = ${saved.serialNumber}
aws_mfa_env_issued_at = ${saved.issuedAt}
aws_mfa_env_session_key_id = ${saved.accessKeyId}
`
const crlf = (text: string) => text.replaceAll('\n', '\r\n')
const chomp = (text: string) => text.replace(/\r?\n$/, '')

const place = (config = ''): SavingPlace => ({
  path: 'FOLDER/credentials',
  config: { kind: 'config', path: 'FOLDER/config', document: parseProfileDocument(Buffer.from(config)) },
})

/** The text that saving gives, or the failure. */
function save(old: string | Buffer, saved = session, config = ''): unknown {
  return failureOf(() => saveProfile(Buffer.from(old), saved, place(config)).toString('latin1'), 'FOLDER')
}

const savedAs = (text: string) => ({ answered: text })

describe('a session that is saved for the first time', () => {
  const appended: [name: string, old: string, after: string][] = [
    ['in an empty file', '', written()],
    ['behind another profile', '[a]\nregion = x\n', `[a]\nregion = x\n${written()}`],
    ['behind a line without an end', '[a]\nregion = x', `[a]\nregion = x\n${chomp(written())}`],
    ['behind a header without an end', '[a]', `[a]\n${chomp(written())}`],
    ['behind a comment without an end', '# a', `# a\n${chomp(written())}`],
    ['in a file with CRLF', '[a]\r\nregion = x\r\n', `[a]\r\nregion = x\r\n${crlf(written())}`],
    [
      'in a file with CRLF, behind a line without an end',
      '[a]\r\nregion = x',
      `[a]\r\nregion = x\r\n${chomp(crlf(written()))}`,
    ],
    ['in a file with mixed ends, the last LF', '[a]\r\nx = y\n', `[a]\r\nx = y\n${written()}`],
    ['in a file with mixed ends, the last CRLF', '[a]\nx = y\r\n', `[a]\nx = y\r\n${crlf(written())}`],
    ['behind a blank line', '[a]\n\n', `[a]\n\n${written()}`],
    ['behind blanks without an end', '[a]\n  ', `[a]\n  \n${chomp(written())}`],
    ['behind an indented value', '[a]\ns3 =\n  x = y', `[a]\ns3 =\n  x = y\n${chomp(written())}`],
    [
      'behind [DEFAULT]',
      '[DEFAULT]\nregion = x\noutput = json\n',
      `[DEFAULT]\nregion = x\noutput = json\n${written()}`,
    ],
  ]
  it.each(appended)('%s', (_, old, after) => {
    expect(save(old)).toEqual(savedAs(after))
    expect(removeProfile(Buffer.from(after), 'mfa', '').toString()).toBe(old)
  })

  it('has no region where there is none, and names a key instead of a profile', () => {
    const saved = { ...session, region: undefined, source: { accessKeyId: 'AKIAIOSFODNN7EXAMPLE' } }
    expect(save('', saved)).toEqual(
      savedAs(
        written()
          .replace('region = eu-west-1\n', '')
          .replace('source_profile = base', 'source_key_id = AKIAIOSFODNN7EXAMPLE'),
      ),
    )
  })

  it('may be called default, where there is no such section', () => {
    const saved = { ...session, name: 'default' }
    expect(save('', saved, '[default]\nregion = x\n')).toEqual(savedAs(written(saved)))
    expect(save('[default]\n', saved)).toEqual([
      6,
      'profile default is not one that save wrote (FOLDER/credentials, line 1)',
      otherName,
    ])
  })
})

/** The writer's outcome for each file that readers trip over: appended, or what is wrong with the line. */
const notOurs = (line: number) => `profile mfa is not one that save wrote (FOLDER/credentials, line ${line})`
const refusedNasty: Readonly<Record<string, string>> = {
  'no final newline': notOurs(1),
  'a header without a final newline': notOurs(1),
  CRLF: notOurs(1),
  'mixed line ends': notOurs(1),
  'NUL in a value': notOurs(1),
  'NUL around a value': notOurs(1),
  'VT and FF around a value': notOurs(1),
  'U+0085 in a value': notOurs(1),
  'U+0085 behind a value': notOurs(1),
  'U+FEFF behind a value': notOurs(1),
  'U+001C before a key': notOurs(1),
  'U+0085 alone': notOurs(1),
  'U+2028 in and behind a value': notOurs(1),
  'an indented first header': notOurs(1),
  'a comment behind a header': notOurs(1),
  'our key names in a nested block': notOurs(1),
  'a continuation after our key': notOurs(1),
  'upper-case keys': notOurs(1),
  colons: notOurs(1),
  'inline comments': notOurs(1),
  'an equals sign in the secret': notOurs(1),
  'a key called __proto__': notOurs(1),
  'empty values with a stale token': notOurs(1),
  'a line of 1 MB': notOurs(1),
  'a gap of 1 MB': notOurs(1),
}
const appendedNasty = [
  'empty',
  'nothing but comments and blank lines',
  'UTF-8',
  'blanks inside the brackets',
  'two brackets',
  'two headers in a line',
  'decoys',
  'keys that are all indented',
  'an empty value among indented keys',
  'a value that is a comment for the SDK, among indented keys',
  'names like ours',
  'two [DEFAULT]',
]

describe('saving into a nasty file', () => {
  it.each(nastyFiles)('$name', ({ name, bytes, defect }) => {
    const outcome = failureOf(() => saveProfile(bytes, session, place()), 'FOLDER')
    const expected = (refusedNasty[name] ?? defect) === undefined ? 'appended' : 'refused'
    if (expected === 'appended') {
      expect(appendedNasty).toContain(name)
      const after = (outcome as { answered: Buffer }).answered
      expect(after.subarray(0, bytes.length).equals(bytes)).toBe(true)
      expect(removeProfile(after, 'mfa', '').equals(bytes)).toBe(true)
    } else if (defect !== undefined) {
      const [line, what] = defect
      expect(outcome).toEqual([6, `FOLDER/credentials, line ${line}: ${what}`, mend])
      expect(failureOf(() => removeProfile(bytes, 'mfa', 'FOLDER/credentials'), 'FOLDER')).toEqual(outcome)
    } else expect(outcome).toEqual([6, refusedNasty[name], otherName])
  })

  it('of 100,000 sections, and of 10 MB', { tags: 'slow' }, () => {
    const profile = (n: number) =>
      `[p${n}]\naws_access_key_id = AKIA${n}\n# ${'-'.repeat(60)}\nregion = eu-west-1\n`
    const old = Buffer.from(Array.from({ length: 100_000 }, (_, n) => profile(n)).join(''))
    expect(old.length).toBeGreaterThan(10_000_000)
    const after = saveProfile(old, session, place())
    expect(after.equals(Buffer.concat([old, Buffer.from(written())]))).toBe(true)
    expect(removeProfile(after, 'mfa', '').equals(old)).toBe(true)
  })
})

describe('a session that is saved again', () => {
  it('takes the place of the one before, byte for byte', () => {
    for (const convert of [(text: string) => text, crlf]) {
      const around = (saved: SavedProfile) => convert(`[a]\nx = y\n\n${written(saved)}\n# b's\n[b]\nx = y\n`)
      expect(save(around(session), renewed)).toEqual(savedAs(around(renewed)))
      expect(save(around(session))).toEqual(savedAs(around(session)))
      const removed = removeProfile(Buffer.from(around(session)), 'mfa', '').toString()
      expect(removed).toBe(convert("[a]\nx = y\n\n\n# b's\n[b]\nx = y\n"))
    }
  })

  it('at the end of a file without a final newline', () => {
    const old = chomp(`[a]\n${written()}`)
    expect(save(old, renewed)).toEqual(savedAs(chomp(`[a]\n${written(renewed)}`)))
    expect(removeProfile(Buffer.from(old), 'mfa', '').toString()).toBe('[a]')
    expect(removeProfile(Buffer.from(chomp(written())), 'mfa', '').toString()).toBe('')
  })

  const line = (key: string, saved = session) => {
    const found = new RegExp(`^${key} = .*\n`, 'm').exec(written(saved))?.[0]
    return found ?? ''
  }
  const edits: [name: string, edit: (ours: string, saved: SavedProfile) => string][] = [
    ["keeps others' lines and comments", (ours) => `${ours.replace('[mfa]', '[mfa] # mine')}output = json\n`],
    ['keeps an indented block', (ours) => ours.replace('region', 's3 =\n  region = x\n  # c\nregion')],
    ['keeps the order and the style of lines', (ours, saved) => reordered(ours, line('expiration', saved))],
    ['does without the comment', (ours) => ours.replace(/^# .*\n/m, '')],
    ['keeps the other line ends in it', (ours) => ours.replace(/(token = .*)\n/, '$1\r\n')],
    ['keeps comments behind it', (ours) => `${ours}\n# more\n  # and more\n`],
    ['keeps an indented header', (ours) => ours.replace('[mfa]', '  [mfa]')],
    ['keeps blanks before it', (ours) => `\n \n${ours}`],
  ]
  function reordered(ours: string, moved: string) {
    return `${ours.replace(moved, '')}${moved.replace(' = ', '=')}`
  }
  it.each(edits)('%s', (_, edit) => {
    expect(save(edit(written(), session), renewed)).toEqual(savedAs(edit(written(renewed), renewed)))
  })

  it('keeps keys that are all indented', () => {
    const indented = (saved: SavedProfile) => written(saved).replace(/^(?=[^#[])/gm, '  ')
    const without = indented(session).replace(/ *expiration = .*\n/, '')
    expect(save(indented(session), renewed)).toEqual(savedAs(indented(renewed)))
    expect(save(without, renewed)).toEqual(
      savedAs(
        `${indented(renewed).replace(/ *expiration = .*\n/, '')}  expiration = ${renewed.expiration}\n`,
      ),
    )
  })

  it('adds what has been taken out of it, and takes out what would hide its token', () => {
    const old = `${written().replace(line('aws_session_token'), '')}aws_security_token = stale\nx = y\n`
    expect(save(old, renewed)).toEqual(
      savedAs(
        `${written(renewed).replace(line('aws_session_token', renewed), '')}${line('aws_session_token', renewed)}x = y\n`,
      ),
    )
    const unfinished = chomp(crlf(written().replace(line('region'), '')))
    const region = crlf(line('region'))
    const expected = crlf(written(renewed)).replace(region, '') + chomp(region)
    expect(save(unfinished, renewed)).toEqual(savedAs(expected))
  })

  it('keeps the region that is there where it brings none', () => {
    expect(save(written(), { ...session, region: undefined })).toEqual(savedAs(written()))
  })

  it('names another source, of another kind', () => {
    const source = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE' }
    const old = saveProfile(none, { ...session, source }, place()).toString()
    const again = save(old)
    expect(again).toEqual(
      savedAs(
        `${written().replace(line('aws_mfa_env_source_profile'), '')}${line('aws_mfa_env_source_profile')}`,
      ),
    )
  })

  const changed = 'profile mfa has been given other keys since save wrote it (FOLDER/credentials, line 1)'
  const refused: [name: string, edit: (ours: string) => string, error: string, hint?: string][] = [
    ['long-term keys stand in it', (ours) => ours.replace(/ASIA\w+/, 'AKIAIOSFODNN7EXAMPLE'), changed],
    ['another session stands in it', (ours) => ours.replace(/ASIA\w+/, 'ASIAAAAAAAAAAEXAMPLE'), changed],
    ['its key id is gone', (ours) => ours.replace(line('aws_access_key_id'), ''), changed],
    ['its mark is gone', (ours) => ours.replace(line('aws_mfa_env_session_key_id'), ''), notOurs(1)],
    ['its source is gone', (ours) => ours.replace(line('aws_mfa_env_source_profile'), ''), notOurs(1)],
    [
      'the comment alone is left',
      () => '[mfa]\n# written by aws-mfa-env save, and taken out again by aws-mfa-env save --remove\n',
      notOurs(1),
    ],
    [
      'it stands there twice',
      (ours) => ours + ours,
      'FOLDER/credentials, line 12: [mfa] stands in the file a second time',
      mend,
    ],
    [
      'a key stands there twice',
      (ours) => `${ours}region = x\n`,
      'FOLDER/credentials, line 12: region stands in [mfa] a second time',
      mend,
    ],
    [
      'a colon stands in a line of ours',
      (ours) => ours.replace('region =', 'region:'),
      'FOLDER/credentials, line 7: region: a colon stands where an equals sign belongs',
      mend,
    ],
    [
      'a line of ours is continued',
      (ours) => ours.replace('eu-west-1', 'eu-west-1\n  x'),
      'FOLDER/credentials, line 7: region: an indented line continues it',
      mend,
    ],
    [
      'a role is to be assumed with it',
      (ours) => `${ours}role_arn = r\n`,
      'profile mfa has role_arn (FOLDER/credentials, line 12), for which the AWS CLI passes over saved keys',
    ],
    [
      'undecodable bytes stand in it',
      (ours) => `${ours}# \xff\n`,
      'FOLDER/credentials, line 12: the line is not UTF-8',
      mend,
    ],
  ]
  it.each(refused)('is refused where %s', (_, edit, error, hint = otherName) => {
    const old = Buffer.from(edit(written()), 'latin1')
    expect(save(old, renewed)).toEqual([6, error, hint])
  })
})

describe('the removal', () => {
  it('of what is not there changes nothing', () => {
    const old = Buffer.from('[a]\n')
    expect(removeProfile(old, 'mfa', '')).toBe(old)
    expect(removeProfile(none, 'mfa', '')).toBe(none)
  })

  it('leaves what stands before and behind', () => {
    const text = `# a\n[a]\nx = y\n\n${written()}output = json\n\n# b\n[b]\n`
    expect(removeProfile(Buffer.from(text), 'mfa', '').toString()).toBe('# a\n[a]\nx = y\n\n\n# b\n[b]\n')
  })

  it("of another's section is refused", () => {
    const remove = (text: string) =>
      failureOf(() => removeProfile(Buffer.from(text), 'mfa', 'FOLDER/credentials'), 'FOLDER')
    expect(remove('[a]\n[mfa]\n')).toEqual([6, notOurs(2), 'take that section out by hand'])
    expect(remove(written().replace(/ASIA\w+/, 'AKIAIOSFODNN7EXAMPLE'))).toEqual([
      6,
      'profile mfa has been given other keys since save wrote it (FOLDER/credentials, line 1)',
      'take that section out by hand',
    ])
  })
})

describe('what would hide the saved keys', () => {
  const hiding = ['role_arn', 'web_identity_token_file', 'sso_session', 'sso_start_url', 'sso_account_id']
  const rest = ['sso_role_name', 'sso_region', 'login_session', 'credential_process']
  it.each([...hiding, ...rest])('%s in the config file is refused', (key) => {
    for (const value of ['x', '']) {
      expect(save('', session, `[profile a]\n[profile mfa]\nregion = x\n${key} = ${value}\n`)).toEqual([
        6,
        `profile mfa has ${key} (FOLDER/config, line 4), for which the AWS CLI passes over saved keys`,
        otherName,
      ])
    }
  })

  const inherited = (key: string) =>
    `${key}: every profile inherits from [DEFAULT] for the AWS CLI, and none for the SDKs`
  const refused: [name: string, credentials: string, config: string, error: string][] = [
    [
      'a role for everybody',
      '[DEFAULT]\nrole_arn = r\n',
      '',
      `credentials, line 2: ${inherited('role_arn')}`,
    ],
    [
      'a token for everybody',
      '[DEFAULT]\naws_security_token = t\n',
      '',
      `credentials, line 2: ${inherited('aws_security_token')}`,
    ],
    [
      'a role for everybody in the config file',
      '',
      '[DEFAULT]\nrole_arn = r\n[profile mfa]\n',
      `config, line 2: ${inherited('role_arn')}`,
    ],
    [
      'a defect in the config file',
      '',
      '[profile a]\n[profile a]\n',
      'config, line 2: [profile a] stands in the file a second time',
    ],
    [
      'a header that tools take differently',
      '',
      '[profile  mfa]\n',
      'config, line 1: not all tools take [profile  mfa] for profile mfa',
    ],
  ]
  it.each(refused)('%s is refused', (_, credentials, config, error) => {
    expect(save(credentials, session, config)).toEqual([6, `FOLDER/${error}`, mend])
  })

  const harmless: [name: string, config: string][] = [
    ['other settings', '[profile mfa]\nregion = x\noutput = json\nsource_profile = a\n'],
    ['other keys', '[profile mfa]\naws_access_key_id = AKIA\naws_secret_access_key = s\n'],
    ["another profile's role", '[profile mfa2]\nrole_arn = r\n[mfa]\nrole_arn = r\n'],
    ['a role for everybody but a profile that is not there', '[DEFAULT]\nrole_arn = r\n'],
    ['a nested name', '[profile mfa]\ns3 =\n  role_arn = r\n'],
  ]
  it.each(harmless)('%s in the config file are not', (_, config) => {
    expect(save('', session, config)).toEqual(savedAs(written()))
  })
})

describe('the name', () => {
  const unusable = (shown: string) => [
    2,
    `--to: ${shown} is no name for a profile`,
    'letters, digits and - / . % @ _ : + make a name that all tools take',
  ]

  it.each(['mfa', 'a-b/c.d%e@f_g:h+i', 'default', 'Default', '-', '..', 'profile'])('%s is taken', (name) => {
    expect(save('', { ...session, name })).toEqual(savedAs(written({ ...session, name })))
  })

  it.each(['', 'a b', 'DEFAULT', '__proto__', 'constructor', '\u00e4', 'a]', 'a#', '"a"', 'a\nb'])(
    '%j is refused',
    (name) => {
      expect(failureOf(() => refuseUnusableName(name), 'FOLDER')).toEqual(unusable(`"${name}"`))
      expect(save('', { ...session, name })).toEqual(unusable(`"${name}"`))
    },
  )

  it('is not repeated where it may hold a code', () => {
    const name = 'mfa 123456'
    expect(failureOf(() => refuseUnusableName(name), 'FOLDER')).toEqual(unusable('this'))
  })
})

describe('a value', () => {
  const hint = 'look for # and ; and blanks in the name of the profile that signs, and in the region'
  const bad = [
    '',
    ' a',
    'a ',
    'a #b',
    '#a',
    ';',
    'a ;',
    'a\nb',
    'a\r[x]',
    'a\u0000',
    'a\ud800',
    '\ufeffa',
    'a\u0085',
  ]
  it.each(bad)('%j is refused', (value) => {
    const unsavable = (key: string) => [
      6,
      `${key} cannot be saved: not all tools would read its value as it is`,
      hint,
    ]
    expect(save('', { ...session, region: value })).toEqual(unsavable('region'))
    expect(save('', { ...session, secretAccessKey: value })).toEqual(unsavable('aws_secret_access_key'))
    const early = { name: 'mfa', region: undefined, source: { profile: value } }
    expect(failureOf(() => refuseUnsavable(none, early, place()), 'FOLDER')).toEqual(
      unsavable('aws_mfa_env_source_profile'),
    )
  })

  it.each(['a b', 'a#b', 'a;b', '=a', '[a]', 'a = b', '\u00e4', '\ud83d\ude00', '%(x)s', '"a"', 'a:b'])(
    '%j is not',
    async (profile) => {
      const credentials = saveProfile(none, { ...session, source: { profile } }, place()).toString()
      const mfa = (await profilesOf(folder.path, { credentials })).find('mfa')
      expect(mfa && readSavedSource(mfa)).toEqual({ profile })
    },
  )
})

describe('the recorded source', () => {
  const sourceIn = async (credentials: string, config = '', name = 'mfa') => {
    const profile = (await profilesOf(folder.path, { credentials, config })).find(name)
    return profile && readSavedSource(profile)
  }

  it("is a profile's name or a key id", async () => {
    expect(await sourceIn(written())).toEqual({ profile: 'base' })
    const source = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE' }
    expect(await sourceIn(saveProfile(none, { ...session, source }, place()).toString())).toEqual(source)
    expect(await sourceIn(written(), '[profile mfa]\nregion = x\n')).toEqual({ profile: 'base' })
  })

  it('is none for a profile that save did not write, or that has been given other keys', {
    tags: 'slow',
  }, async () => {
    expect(await sourceIn(`[a]\nx = y\n${written()}`, '', 'a')).toBeUndefined()
    expect(await sourceIn(written().replace(/ASIA\w+/, 'AKIAIOSFODNN7EXAMPLE'))).toBeUndefined()
    expect(await sourceIn(written().replace(/aws_mfa_env_source.*\n/, ''))).toBeUndefined()
    expect(await sourceIn('[mfa]\naws_mfa_env_source_profile = base\n')).toBeUndefined()
  })
})

describe('the look before a code is spent', () => {
  const wanted = { name: 'mfa', region: undefined, source: session.source }
  const look = (old: string, config = '') =>
    failureOf(() => refuseUnsavable(Buffer.from(old), wanted, place(config)), 'FOLDER')

  it('passes where the session can be saved', () => {
    expect([look(''), look('[a]'), look(written()), look(crlf(written()))]).toEqual(
      Array(4).fill({ answered: undefined }),
    )
  })

  it('refuses as saving does', () => {
    expect(look('[mfa]\n')).toEqual(save('[mfa]\n'))
    expect(look('x')).toEqual(save('x'))
    expect(look('', '[profile mfa]\nrole_arn = r\n')).toEqual(
      save('', session, '[profile mfa]\nrole_arn = r\n'),
    )
  })
})
