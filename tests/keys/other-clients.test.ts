// @module-tag slow
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { Failure } from '../../src/errors.ts'
import { resolveProfileIdentity } from '../../src/keys/profile-identity.ts'
import { botocoreVersion, type FilePair } from '../profiles/other-readers.ts'
import { profilesOf, useFolder } from '../profiles/sandbox.ts'
import { resolveAsBotocore, resolveAsSdk } from './resolve-as-others.ts'

const folder = useFolder()
const version = botocoreVersion()

/** Lines for the config and for the credentials file. */
type Lines = readonly [config: string, credentials: string]

const pair = (name: string) => `aws_access_key_id = ${name}\naws_secret_access_key = secret-${name}\n`
const [id, secret] = pair('split').split(/(?<=\n)/) as [string, string]
const static_: readonly Lines[] = [
  ['', ''],
  [pair('config'), ''],
  ['', pair('credentials')],
  [pair('config'), pair('credentials')],
  [id, secret],
  [secret, id],
  [id, pair('credentials')],
  [pair('config'), secret],
]
const inEither = (line: string): Lines[] => [
  ['', ''],
  [line, ''],
  ['', line],
]
const tokens = [...inEither('aws_session_token = t\n'), ...inEither('aws_security_token = t\n').slice(1)]
const processes = inEither('credential_process = false\n')
const others = [
  'role_arn = arn:aws:iam::123456789012:role/r\nsource_profile = mfa\n',
  'role_arn = arn:aws:iam::123456789012:role/r\ncredential_source = Environment\n',
  'web_identity_token_file = /nowhere\n',
  'sso_account_id = 1\n',
  'sso_role_name = r\n',
  'sso_session = s\n',
  'sso_start_url = https://localhost\n',
  'login_session = l\n',
  'source_profile = other\n',
  'credential_source = Environment\n',
  'duration_seconds = 900\n',
  'sso_region = x\n',
].flatMap((lines) => inEither(lines).slice(1))

const combinations = static_.flatMap((keys) =>
  tokens.flatMap((token) =>
    processes.flatMap((process) =>
      [['', ''] as const, ...others].map((other): Lines => {
        const lines = [keys, token, process, other]
        return [
          lines.map(([config]) => config).join(''),
          lines.map(([, credentials]) => credentials).join(''),
        ]
      }),
    ),
  ),
)

interface Answered {
  readonly files: Lines
  readonly paths: FilePair
  readonly keys: readonly [accessKeyId: string, secretAccessKey: string]
}

describe.skipIf(version === undefined)(
  `botocore (${version ?? 'not here'}) and the SDK for JavaScript`,
  () => {
    it('sign with the keys that we take from a profile, or we refuse', async () => {
      const answered: Answered[] = []
      for (const [index, files] of combinations.entries()) {
        const path = join(folder.path, String(index))
        await mkdir(path)
        const [config, credentials] = files
        const profiles = await profilesOf(path, {
          config: `[profile mfa]\n${config}`,
          credentials: `[mfa]\n${credentials}`,
        })
        const paths = { config: join(path, 'config'), credentials: join(path, 'credentials') }
        const identity = unlessRefused(() => {
          const profile = profiles.find('mfa')
          return profile && resolveProfileIdentity(profile, profiles, {})
        })
        // Roles and commands are compared where they are used.
        if (identity?.signer.kind !== 'file' || identity.roles.length > 0) continue
        const { accessKeyId, secretAccessKey } = identity.signer
        answered.push({ files, paths, keys: [accessKeyId, secretAccessKey] })
      }
      const byBotocore = resolveAsBotocore(answered.map(({ paths }) => paths))
      for (const [index, { files, paths, keys }] of answered.entries()) {
        expect(byBotocore[index], files.join('---\n')).toEqual({ keys: [...keys, null] })
        expect(await resolveAsSdk(paths), files.join('---\n')).toEqual([...keys, null])
      }
      expect(answered.length).toBeGreaterThan(30)
    })
  },
)

function unlessRefused<Answer>(ask: () => Answer): Answer | undefined {
  try {
    return ask()
  } catch (error) {
    if (error instanceof Failure) return undefined
    throw error
  }
}
