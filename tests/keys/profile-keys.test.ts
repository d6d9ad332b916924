import { describe, expect, it } from 'vitest'
import { readProfileKeys } from '../../src/keys/profile-keys.ts'
import { failureOf, profilesOf, useFolder } from '../profiles/sandbox.ts'

const folder = useFolder()
const pair = 'aws_access_key_id = AKIA0000000000001234\naws_secret_access_key = secret\n'
const inCredentials = `[mfa]\n${pair}`
const inConfig = `[profile mfa]\n${pair}`

async function read(files: { config?: string; credentials?: string }) {
  const profile = (await profilesOf(folder.path, files)).find('mfa')
  if (profile === undefined) throw new Error('the test has no such profile')
  return failureOf(() => {
    const { profile: _, ...signer } = { profile: undefined, ...readProfileKeys(profile) }
    return { ...signer, origin: signer.origin.replace(folder.path, 'FOLDER') }
  }, folder.path)
}

const keysFrom = (place: string) => ({
  answered: {
    kind: 'file',
    accessKeyId: 'AKIA0000000000001234',
    secretAccessKey: 'secret',
    origin: `profile mfa (FOLDER/${place})`,
  },
})

describe('the keys of a profile', () => {
  it('stand in one of the files', { tags: 'slow' }, async () => {
    expect(await read({ credentials: inCredentials })).toEqual(keysFrom('credentials, line 2'))
    expect(await read({ config: inConfig })).toEqual(keysFrom('config, line 2'))
    expect(await read({ config: '[profile mfa]\nregion = x\n', credentials: inCredentials })).toEqual(
      keysFrom('credentials, line 2'),
    )
  })

  it("stand in the credentials file before the config file's", async () => {
    const config = '[profile mfa]\naws_access_key_id = other\naws_secret_access_key = other\n'
    expect(await read({ config, credentials: inCredentials })).toEqual(keysFrom('credentials, line 2'))
  })

  it('come before a command where they stand in the credentials file', async () => {
    const config = '[profile mfa]\ncredential_process = command\n'
    expect(await read({ config, credentials: inCredentials })).toEqual(keysFrom('credentials, line 2'))
    expect(await read({ credentials: `${inCredentials}credential_process = command\n` })).toEqual(
      keysFrom('credentials, line 2'),
    )
  })

  it('may come from a command', async () => {
    const config = '[profile mfa]\ncredential_process = command\n'
    expect(await read({ config })).toMatchObject({
      answered: { kind: 'process', origin: 'profile mfa (credential_process in FOLDER/config, line 2)' },
    })
  })

  it('may have an id of any form, as a test server has', async () => {
    const credentials = '[mfa]\naws_access_key_id = test\naws_secret_access_key = test\n'
    expect(await read({ credentials })).toMatchObject({ answered: { accessKeyId: 'test' } })
  })
})

describe('a profile without long-term keys', () => {
  const identityCenter = 'use aws sso login: such sessions have MFA already'
  const long = 'name the profile that holds your long-term keys with --profile'
  const configure = 'set both with: aws configure --profile mfa'

  const cases: [name: string, files: { config?: string; credentials?: string }, ...lines: string[]][] = [
    [
      'nothing',
      { config: '[profile mfa]\n' },
      'profile mfa holds no access keys',
      'add them with: aws configure --profile mfa',
    ],
    [
      'empty keys',
      { credentials: '[mfa]\naws_access_key_id =\naws_secret_access_key =\n' },
      'profile mfa holds no access keys',
      'add them with: aws configure --profile mfa',
    ],
    [
      'no secret',
      { credentials: '[mfa]\naws_access_key_id = AKIA\n' },
      'profile mfa holds only one of aws_access_key_id and aws_secret_access_key (FOLDER/credentials, line 2)',
      configure,
    ],
    [
      'an empty secret',
      { credentials: '[mfa]\naws_secret_access_key =\naws_access_key_id = AKIA\n' },
      'profile mfa holds only one of aws_access_key_id and aws_secret_access_key (FOLDER/credentials, line 3)',
      configure,
    ],
    [
      'no id',
      { config: '[profile mfa]\naws_secret_access_key = secret\n' },
      'profile mfa holds only one of aws_access_key_id and aws_secret_access_key (FOLDER/config, line 2)',
      configure,
    ],
    [
      'one key a file',
      {
        config: '[profile mfa]\naws_secret_access_key = s\n',
        credentials: '[mfa]\naws_access_key_id = AKIA\n',
      },
      'the two keys of profile mfa stand in different files (FOLDER/credentials, line 2; FOLDER/config, line 2)',
      'the AWS CLI wants both in the same one',
    ],
    [
      'a token',
      { credentials: `${inCredentials}aws_session_token = t\n` },
      'profile mfa holds a session, and AWS wants long-term keys here (FOLDER/credentials, line 4)',
      long,
    ],
    [
      "a token by its older name, in the other file's section",
      { config: '[profile mfa]\naws_security_token = t\n', credentials: inCredentials },
      'profile mfa holds a session, and AWS wants long-term keys here (FOLDER/config, line 2)',
      long,
    ],
    [
      'a temporary key id',
      { credentials: '[mfa]\naws_access_key_id = ASIA0000\naws_secret_access_key = s\n' },
      'profile mfa holds a session, and AWS wants long-term keys here (FOLDER/credentials, line 2)',
      long,
    ],
    ...['sso_session', 'sso_start_url', 'sso_account_id', 'sso_role_name'].map(
      (key): [string, { config: string }, ...string[]] => [
        key,
        { config: `${inConfig}${key} = x\n` },
        `profile mfa signs in with IAM Identity Center (${key} in FOLDER/config, line 4)`,
        identityCenter,
      ],
    ),
    [
      'aws login',
      { config: '[profile mfa]\nlogin_session = arn\n' },
      'profile mfa signs in with aws login (login_session in FOLDER/config, line 2)',
      'use aws login: such sessions have MFA already',
    ],
    [
      'a web identity',
      { config: '[profile mfa]\nweb_identity_token_file = /f\n' },
      'profile mfa uses a web identity (web_identity_token_file in FOLDER/config, line 2)',
      "GetSessionToken wants an IAM user's keys: name another profile",
    ],
    [
      'a command and keys in the config file, of which clients take different ones',
      { config: `${inConfig}credential_process = command\n` },
      'profile mfa holds access keys and a command that gives some (FOLDER/config, line 2; FOLDER/config, line 4)',
      'the AWS CLI takes the command, the SDKs take the keys; remove one of the two',
    ],
    [
      'a disputed secret',
      { credentials: '[mfa]\naws_access_key_id = AKIA\naws_secret_access_key = s # old\n' },
      'FOLDER/credentials, line 3: aws_secret_access_key: a # or ; in its value begins a comment for some tools',
      'the AWS CLI and the SDKs would not read the same from this file; mend that line',
    ],
    [
      'a disputed sign that it is another kind of profile',
      { config: '[profile mfa]\nSso_session = r\n', credentials: inCredentials },
      'FOLDER/config, line 2: sso_session: its name is not in lower case',
      'the AWS CLI and the SDKs would not read the same from this file; mend that line',
    ],
  ]
  it.each(cases)('%s', async (_, files, ...lines) => {
    expect(await read(files)).toEqual([6, ...lines])
  })
})
