import { execFileSync } from 'node:child_process'
import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type FileSurroundings, readProfileFile } from '../../src/profiles/profile-file.ts'
import { failureOf, profilesOf, useFolder } from './sandbox.ts'

const folder = useFolder()
const mend = 'the AWS CLI and the SDKs would not read the same from this file; mend that line'

interface Files {
  readonly config?: string
  readonly credentials?: string
}

async function setting(files: Files, key = 'region', name = 'mfa') {
  const profiles = await profilesOf(folder.path, files)
  return profiles.find(name)?.setting(key)?.value
}

describe('a setting', () => {
  const cases: [name: string, files: Files, value: string | undefined][] = [
    ['in neither file', {}, undefined],
    ['in the config file', { config: '[profile mfa]\nregion = a\n' }, 'a'],
    ['in the credentials file', { credentials: '[mfa]\nregion = a\n' }, 'a'],
    ['the same in both', { config: '[profile mfa]\nregion = a\n', credentials: '[mfa]\nregion = a\n' }, 'a'],
    ['in both', { config: '[profile mfa]\nregion = a\n', credentials: '[mfa]\nregion = b\n' }, 'b'],
    [
      'beside another in the credentials',
      { config: '[profile mfa]\nregion = a\n', credentials: '[mfa]\n' },
      'a',
    ],
    ['empty', { config: '[profile mfa]\nregion =\n' }, undefined],
    ['empty in the config', { config: '[profile mfa]\nregion =\n', credentials: '[mfa]\nregion = a' }, 'a'],
    ['of a quoted profile', { config: '[profile "mfa"]\nregion = a\n' }, 'a'],
    ['behind a tab', { config: "[profile\t'mfa']\nregion = a\n" }, 'a'],
    [
      'of another case',
      { config: '[profile MFA]\nregion = a\n', credentials: '[Mfa]\nregion = b' },
      undefined,
    ],
    ['of a profile without its word', { config: '[mfa]\nregion = a\n' }, undefined],
    ['of a profile with the word too many', { credentials: '[profile mfa]\nregion = a\n' }, undefined],
    ['of three words', { config: '[profile mfa b]\nregion = a\n', credentials: '[mfa]\n' }, undefined],
    ['that is nested', { config: '[profile mfa]\ns3 =\n  region = a\n' }, undefined],
    ['behind a nested one', { config: '[profile mfa]\ns3 =\n  region = a\nregion = b\n' }, 'b'],
    ['where [DEFAULT] has another', { config: '[DEFAULT]\noutput = a\n[profile mfa]\nregion = b\n' }, 'b'],
    ['that [DEFAULT] has too', { config: '[DEFAULT]\nregion = a\n[profile mfa]\nregion = b\n' }, 'b'],
    [
      "that only the other file's [DEFAULT] has",
      { config: '[DEFAULT]\nregion = a\n', credentials: '[mfa]\n' },
      undefined,
    ],
  ]
  it.each(cases)('%s', async (_, files, value) => {
    expect(await setting(files)).toBe(value)
  })

  it('of default stands in [default] or [profile default]', async () => {
    expect(await setting({ config: '[default]\nregion = a\n' }, 'region', 'default')).toBe('a')
    expect(await setting({ config: '[profile default]\nregion = a\n' }, 'region', 'default')).toBe('a')
  })

  it('knows where it stands', async () => {
    const config =
      '[profile mfa]\n\nregion = a\nservices = s\n[services s]\nsts =\n  endpoint_url = https://b\n'
    const mfa = (await profilesOf(folder.path, { config, credentials: '[mfa]\nmfa_serial = c\n' })).find(
      'mfa',
    )
    const place = (file: string, line: number) => `${join(folder.path, file)}, line ${line}`
    expect(mfa?.name).toBe('mfa')
    expect(mfa?.setting('region')).toEqual({ value: 'a', file: 'config', place: place('config', 3) })
    expect(mfa?.setting('mfa_serial')).toEqual({
      value: 'c',
      file: 'credentials',
      place: place('credentials', 2),
    })
    expect(mfa?.serviceEndpoint('sts')).toEqual({
      value: 'https://b',
      file: 'config',
      place: place('config', 7),
    })
  })
})

describe('a key that tools read differently', () => {
  const inConfig = (lines: string): Files => ({ config: `[profile mfa]\n${lines}` })
  const cases: [name: string, files: Files, error: string][] = [
    ['colon', inConfig('region: a\n'), 'config, line 2: region: a colon stands where an equals sign belongs'],
    ['upper case', inConfig('Region = a\n'), 'config, line 2: region: its name is not in lower case'],
    [
      'comment',
      inConfig('region = a # b\n'),
      'config, line 2: region: a # or ; in its value begins a comment for some tools',
    ],
    [
      'only a comment',
      inConfig('region = #\n'),
      'config, line 2: region: a # or ; in its value begins a comment for some tools',
    ],
    ['continued', inConfig('region = a\n  b\n'), 'config, line 2: region: an indented line continues it'],
    [
      'nested',
      inConfig('  s3 =\n  region = a\n'),
      'config, line 3: region: it is indented behind an empty value',
    ],
    [
      'blank',
      inConfig('region\ufeff = a\n'),
      'config, line 2: region: the SDKs read it here, the AWS CLI does not',
    ],
    [
      'hidden',
      inConfig('output = a\n  region = b\n'),
      'config, line 3: region: the SDKs read it here, the AWS CLI does not',
    ],
    [
      'hidden behind itself',
      inConfig('region = a\noutput = b\n  region = c\n'),
      'config, line 4: region: the SDKs read it here, the AWS CLI does not',
    ],
    [
      'inherited',
      { config: '[DEFAULT]\nregion = a\n[profile mfa]\n' },
      'config, line 2: region: every profile inherits from [DEFAULT] for the AWS CLI, and none for the SDKs',
    ],
    [
      "inherited before the config file's",
      { config: '[profile mfa]\nregion = a\n', credentials: '[mfa]\n[DEFAULT]\nregion = b\n' },
      'credentials, line 3: region: every profile inherits from [DEFAULT] for the AWS CLI, and none for the SDKs',
    ],
    [
      'empty in the credentials file alone',
      { config: '[profile mfa]\nregion = a\n', credentials: '[mfa]\nregion =\n' },
      'config, line 2: region: the AWS CLI takes it from FOLDER/credentials, line 2, the SDKs from here',
    ],
  ]
  it.each(cases)('%s', async (_, files, error) => {
    const profiles = await profilesOf(folder.path, files)
    const mfa = profiles.find('mfa')
    expect(mfa).toBeDefined()
    expect(failureOf(() => mfa?.setting('region'), folder.path)).toEqual([6, `FOLDER/${error}`, mend])
    expect(mfa?.setting('mfa_serial')).toBeUndefined()
  })

  it('endpoint_url and services in both files, which the SDK for JavaScript takes from the other one', async () => {
    const profiles = await profilesOf(folder.path, {
      config: '[profile mfa]\nendpoint_url = https://a\nservices = a\n',
      credentials: '[mfa]\nservices = b\nendpoint_url = https://b\n',
    })
    const mfa = profiles.find('mfa')
    expect(failureOf(() => mfa?.setting('endpoint_url'), folder.path)).toEqual([
      6,
      'FOLDER/config, line 2: endpoint_url: the AWS CLI takes it from FOLDER/credentials, line 3, the SDKs from here',
      mend,
    ])
    expect(failureOf(() => mfa?.serviceEndpoint('sts'), folder.path)).toEqual([
      6,
      'FOLDER/config, line 3: services: the AWS CLI takes it from FOLDER/credentials, line 2, the SDKs from here',
      mend,
    ])
  })
})

describe('a profile that tools find differently', () => {
  const takes = (header: string, name: string, line = 1) =>
    `config, line ${line}: not all tools take ${header} for profile ${name}`
  const cases: [name: string, files: Files, error: string, asked?: string][] = [
    ['two blanks', { config: '[profile  mfa]\n' }, takes('[profile  mfa]', 'mfa')],
    ['a blank at the end', { config: '[profile mfa ]\n' }, takes('[profile mfa ]', 'mfa')],
    ['a dot', { config: '[profile.mfa]\n' }, takes('[profile.mfa]', 'mfa')],
    ['another word', { config: '[profiles mfa]\n' }, takes('[profiles mfa]', 'mfa')],
    ['a quote in the middle', { config: '[profile m"fa"]\n' }, takes('[profile m"fa"]', 'mfa')],
    ['a backslash', { config: '[profile m\\fa]\n' }, takes('[profile m\\fa]', 'mfa')],
    ['a name with a blank', { config: '[profile "a b"]\n' }, takes('[profile "a b"]', 'a b'), 'a b'],
    ['a name beyond ASCII', { config: '[profile \u00e4]\n' }, takes('[profile \u00e4]', '\u00e4'), '\u00e4'],
    [
      'two words in the credentials',
      { credentials: '[a b]\n' },
      'credentials, line 1: not all tools take [a b] for profile a b',
      'a b',
    ],
    [
      '[DEFAULT] itself',
      { credentials: '[DEFAULT]\n' },
      'credentials, line 1: not all tools take [DEFAULT] for profile DEFAULT',
      'DEFAULT',
    ],
    [
      'a services section',
      { config: '[services mfa]\n' },
      takes('[services mfa]', 'services.mfa'),
      'services.mfa',
    ],
    [
      'twice',
      { config: '[profile mfa]\nregion = a\n[profile "mfa"]\n' },
      'config, line 3: [profile "mfa"] is profile mfa, and so is line 1',
    ],
    [
      'default twice',
      { config: '[profile default]\n[default]\n' },
      'config, line 2: [default] is profile default, and so is line 1',
      'default',
    ],
    [
      'a defect elsewhere',
      { credentials: '[mfa]\n', config: '[profile a]\n[profile a]\n' },
      'config, line 2: [profile a] stands in the file a second time',
    ],
    [
      'a defect where there is no such profile',
      { credentials: 'a\n' },
      'credentials, line 1: the line stands before the first [section]',
    ],
  ]
  it.each(cases)('%s', async (_, files, error, asked = 'mfa') => {
    const profiles = await profilesOf(folder.path, files)
    expect(failureOf(() => profiles.find(asked), folder.path)).toEqual([6, `FOLDER/${error}`, mend])
  })
})

describe('the names of the profiles', () => {
  it('are those that all tools find, once each', async () => {
    const profiles = await profilesOf(folder.path, {
      config: '[default]\n[profile b]\n[profile  c]\n[services s]\n[plugins]\n[profile "d"]\n[DEFAULT]\n',
      credentials: '[a]\n[b]\n[x y]\n[DEFAULT]\n',
    })
    expect(profiles.names()).toEqual(['a', 'b', 'default', 'd'])
    expect(profiles.paths()).toEqual([join(folder.path, 'credentials'), join(folder.path, 'config')])
  })
})

describe('has', () => {
  it('sees a key with a value in one of the files, whatever tools make of it', async () => {
    const mfa = (
      await profilesOf(folder.path, {
        config: '[profile mfa]\nca_bundle: a # b\n  c\nservices =\n',
        credentials: '[mfa]\nendpoint_url = x\n',
      })
    ).find('mfa')
    const keys = ['ca_bundle', 'services', 'endpoint_url', 'region']
    expect(keys.filter((key) => mfa?.has(key))).toEqual(['ca_bundle', 'endpoint_url'])
  })
})

describe("a service's endpoint", () => {
  const endpoint = async (section: string, profile = 'services = s') => {
    const config = `[profile mfa]\n${profile}\n${section}`
    const mfa = (await profilesOf(folder.path, { config })).find('mfa')
    return failureOf(() => mfa?.serviceEndpoint('sts')?.value, folder.path)
  }
  const found = (value: string | undefined) => ({ answered: value })

  const cases: [name: string, section: string, value: string | undefined][] = [
    ['is there', '[services s]\nsts =\n  endpoint_url = https://a\n', 'https://a'],
    ['is in a quoted section', '[services "s"]\nsts=\n\tendpoint_url=https://a\n', 'https://a'],
    [
      'is deeper still',
      '[services s]\nsts =\n  a = b\n\n  # c\n      endpoint_url = https://a\n',
      'https://a',
    ],
    [
      'is there twice',
      '[services s]\nsts =\n  endpoint_url = https://a\n  endpoint_url = https://b\n',
      'https://b',
    ],
    ['is empty', '[services s]\nx = y\nsts =\n  endpoint_url =\n', undefined],
    ["is another service's", '[services s]\niam =\n  endpoint_url = https://a\n', undefined],
    ['is not nested', '[services s]\nendpoint_url = https://a\n', undefined],
    ['has another name', '[services s]\nsts =\n  Endpoint_url = https://a\n', undefined],
  ]
  it.each(cases)('%s', async (_, section, value) => {
    expect(await endpoint(section)).toEqual(found(value))
  })

  it('is none where the profile names no section', async () => {
    expect(await endpoint('[services s]\nsts =\n  endpoint_url = https://a\n', '')).toEqual(found(undefined))
  })

  const differently = 'config, line 5: not all tools read the same endpoint_url of sts here'
  const disputes: [name: string, section: string, error: string][] = [
    ['a comment', '[services s]\nsts =\n  endpoint_url = https://a # b\n', differently],
    [
      'upper case',
      '[services s]\nSts =\n  endpoint_url = https://a\n',
      'config, line 4: not all tools read the same endpoint_url of sts here',
    ],
    [
      'an empty key before',
      '[services s]\nsts =\n  a =\n  endpoint_url = https://a\n',
      'config, line 4: not all tools read the same endpoint_url of sts here',
    ],
    [
      'a value before',
      '[services s]\nsts = b\n  endpoint_url = https://a\n',
      'config, line 4: sts: only indented lines belong behind its equals sign',
    ],
    [
      'nothing',
      '[services s]\nsts =\nx = y\n',
      'config, line 4: sts: only indented lines belong behind its equals sign',
    ],
    [
      'inherited',
      '[services s]\nx = y\n[DEFAULT]\nsts =\n  endpoint_url = https://a\n',
      'config, line 6: sts: every profile inherits from [DEFAULT] for the AWS CLI, and none for the SDKs',
    ],
    [
      'a section that is called otherwise',
      '[services.s]\nsts =\n  endpoint_url = https://a\n',
      'config, line 3: not all tools take [services.s] for services s',
    ],
  ]
  it.each(disputes)('is disputed: %s', async (_, section, error) => {
    expect(await endpoint(section)).toEqual([6, `FOLDER/${error}`, mend])
  })

  it.each(['', '[services t]\nsts =\n  endpoint_url = https://a\n', '[services s]\n'])(
    'fails without the section: %j',
    async (section) => {
      expect(await endpoint(section)).toEqual([
        6,
        'FOLDER/config, line 2: there is no [services s] with something in it',
        'the AWS CLI refuses that; add the section to the config file, or take the line out',
      ])
    },
  )
})

describe('the file', () => {
  const surroundings = (given: Partial<FileSurroundings>): FileSurroundings => ({
    environment: {},
    platform: 'linux',
    homeFolder: () => folder.path,
    debug: () => {},
    ...given,
  })
  const headers = (given: Partial<FileSurroundings>) =>
    readProfileFile('config', surroundings(given)).document.headers()

  it('is in the home folder', async () => {
    await mkdir(join(folder.path, '.aws'))
    await writeFile(join(folder.path, '.aws/config'), '[a]\n')
    await writeFile(join(folder.path, '.aws/credentials'), '[b]\n')
    const read = (kind: 'config' | 'credentials') => readProfileFile(kind, surroundings({}))
    expect(read('config').path).toBe(join(folder.path, '.aws/config'))
    expect(read('config').document.headers()).toEqual(['a'])
    expect(read('credentials').kind).toBe('credentials')
    expect(read('credentials').document.headers()).toEqual(['b'])
    expect(headers({ environment: { AWS_CONFIG_FILE: '' } })).toEqual(['a'])
    expect(headers({ environment: { AWS_CONFIG_FILE: '~/.aws/credentials' } })).toEqual(['b'])
  })

  it('is empty where it, its folder or the home is missing', () => {
    expect(headers({})).toEqual([])
    expect(headers({ homeFolder: () => undefined })).toEqual([])
    expect(readProfileFile('config', surroundings({ homeFolder: () => undefined })).path).toBe(
      '~/.aws/config',
    )
  })

  it('is named by --debug', () => {
    const lines: string[] = []
    readProfileFile('credentials', surroundings({ debug: (text) => lines.push(text) }))
    expect(lines).toEqual([`reading ${join(folder.path, '.aws/credentials')}`])
  })

  it('is found through links, relative and chained', async () => {
    await mkdir(join(folder.path, 'real'))
    await writeFile(join(folder.path, 'real/config'), '[a]\n')
    await symlink('real/config', join(folder.path, 'relative'))
    await symlink(join(folder.path, 'relative'), join(folder.path, 'chained'))
    await symlink('nowhere', join(folder.path, 'dangling'))
    const through = (name: string) => headers({ environment: { AWS_CONFIG_FILE: join(folder.path, name) } })
    expect([through('relative'), through('chained'), through('dangling')]).toEqual([['a'], ['a'], []])
    expect(through('real/config/below-a-file')).toEqual([])
  })

  it.runIf(process.platform !== 'win32')(
    'is read from no pipe and no folder, and may be /dev/null',
    async () => {
      const pipe = join(folder.path, 'pipe')
      execFileSync('sh', ['-c', 'mkfifo "$0"', pipe])
      await mkdir(join(folder.path, '.aws/config'), { recursive: true })
      await symlink('loop', join(folder.path, 'loop'))
      const refusal = (AWS_CONFIG_FILE: string) =>
        failureOf(() => headers({ environment: { AWS_CONFIG_FILE } }), folder.path)
      const origin = 'the path comes from AWS_CONFIG_FILE'
      expect(refusal(pipe)).toEqual([6, 'FOLDER/pipe is no regular file', origin])
      expect(refusal(folder.path)).toEqual([6, 'FOLDER is no regular file', origin])
      expect(refusal(join(folder.path, 'loop'))).toEqual([6, 'FOLDER/loop cannot be read (ELOOP)', origin])
      expect(failureOf(() => headers({}), folder.path)).toEqual([6, 'FOLDER/.aws/config is no regular file'])
      expect(refusal('/dev/null')).toEqual({ answered: [] })
    },
  )

  const paths: [path: string, replaced: string | undefined, platform?: NodeJS.Platform][] = [
    ['$HOME/config', '$HOME'],
    ['/a/$' + '{HOME}/config', '$' + '{HOME}'],
    ['~user/config', '~user'],
    ['~', undefined],
    ['$NOTHING/config', undefined],
    ['/a/%HOME%/config', undefined],
    ['C:\\%HOME%\\config', '%HOME%', 'win32'],
    ['~\\.aws\\config', '~\\.aws\\config', 'win32'],
    ['/a~b/config', undefined],
  ]
  it.each(paths)('at %s', (path, replaced, platform = 'linux') => {
    const environment = { AWS_CONFIG_FILE: path, HOME: folder.path }
    const answer = failureOf(() => headers({ environment, platform }), folder.path)
    expect(answer).toEqual(
      replaced === undefined
        ? { answered: [] }
        : [
            6,
            `AWS_CONFIG_FILE: the AWS CLI replaces ${replaced} in it, and the SDKs do not`,
            'write the path in full',
          ],
    )
  })
})
