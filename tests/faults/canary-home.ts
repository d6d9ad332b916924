import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type AwsServer, startAwsServer } from '../aws-server/server.ts'
import { renderResult } from '../aws-server/xml.ts'
import { writeProfiles } from '../commands/tool.ts'
import { type Sandbox, withSandbox } from '../real-shells/run.ts'
import { callerBody, deviceBody, issued, longTermSecret, secretOf, sessionBody } from './answers.ts'
import { tokenCode } from './harmless.ts'

const role = {
  AccessKeyId: 'ASIAROLE012345678901',
  SecretAccessKey: secretOf('a role'),
  SessionToken: `${secretOf('a token of a role').repeat(8)}==`,
  Expiration: '2099-12-31T23:59:59Z',
}

/** All that must not be found where it does not belong; what a session may be found in is told apart by the names. */
export const canaries = {
  'the long-term secret': longTermSecret,
  'the code': tokenCode,
  'the session secret': issued.SecretAccessKey,
  'the session token': issued.SessionToken,
  'the role secret': role.SecretAccessKey,
  'the role token': role.SessionToken,
  "the proxy's password": secretOf('a password').replaceAll('/', '-'),
}

export const isOfSession = (name: string) => /^the (session|role) /.test(name)

/** What AWS answers, whatever it is asked with. */
const bodies: Readonly<Record<string, string>> = {
  GetSessionToken: sessionBody(),
  AssumeRole: renderResult(
    'sts',
    'AssumeRole',
    {
      Credentials: role,
      AssumedRoleUser: {
        AssumedRoleId: 'AROA:aws-mfa-env',
        Arn: 'arn:aws:sts::123456789012:assumed-role/admin/a',
      },
    },
    'an-id',
  ),
  GetCallerIdentity: callerBody,
  ListMFADevices: deviceBody,
}

const config = (folder: string) => `[default]
mfa_serial = GAHT12345678
region = eu-west-1
[profile admin]
role_arn = arn:aws:iam::123456789012:role/admin
source_profile = default
[profile vault]
mfa_serial = GAHT12345678
credential_process = cat "${folder}/vault.json"
[profile babble]
credential_process = cat "${folder}/babble"
[profile devices]
`

const pair = `aws_access_key_id = AKIACANARY0123456789\naws_secret_access_key = ${longTermSecret}\n`

const credentials = `[default]\n${pair}[devices]\n${pair}`

/** A home full of canaries, an AWS that issues more of them, and a folder for temporary files. */
export interface CanaryHome {
  readonly sandbox: Sandbox
  readonly server: AwsServer
  readonly environment: Readonly<Record<string, string>>
}

export function withCanaries<T>(use: (home: CanaryHome) => Promise<T>): Promise<T> {
  return withSandbox(async (sandbox) => {
    const { folder } = sandbox
    await writeProfiles(sandbox, {
      config: config(folder),
      credentials,
    })
    await writeFile(join(folder, 'junk'), `${credentials}aws_secret_access_key ${longTermSecret}\n`)
    const keys = { AccessKeyId: 'AKIACANARY0123456789', SecretAccessKey: longTermSecret }
    await writeFile(join(folder, 'vault.json'), JSON.stringify({ Version: 1, ...keys }))
    await writeFile(join(folder, 'babble'), `{"Version": 1, "SecretAccessKey": "${longTermSecret}", `)
    await mkdir(join(folder, 'tmp'))
    const server = await startAwsServer()
    try {
      return await use({
        sandbox,
        server,
        environment: { AWS_ENDPOINT_URL: server.url, TMPDIR: join(folder, 'tmp') },
      })
    } finally {
      await server.close()
    }
  })
}

/** To be called behind the faults of a case, which come first. */
export function answerWithCanaries(server: AwsServer): void {
  for (const [action, body] of Object.entries(bodies)) {
    const answer = { status: 200, headers: { 'Content-Type': 'text/xml' }, body }
    server.fail({ kind: 'raw', answer, action }, 20)
  }
}
