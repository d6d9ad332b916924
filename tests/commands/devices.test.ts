import { chmod, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { startAwsServer } from '../aws-server/server.ts'
import { withSandbox } from '../real-shells/run.ts'
import { withHome } from './home.ts'
import { endpointNote, environmentOf, errorText, keysOf, runTool, writeProfiles } from './tool.ts'

const server = await startAwsServer()
afterAll(() => server.close())

const note = () => `aws-mfa-env: note: IAM is asked at ${server.url}, which is not AWS's own\n`

describe('devices', () => {
  it('lists what the user has, page after page, and says what cannot be used here', () =>
    withHome(
      server,
      async (home) => {
        const [virtual = '', hardware = '', fido = ''] = home.user.devices.map(
          ({ serialNumber }) => serialNumber,
        )
        const width = Math.max(...[virtual, hardware, fido].map(({ length }) => length))
        expect(await home.run(['devices'])).toEqual({
          status: 0,
          stdout: [
            `${virtual.padEnd(width)}  virtual   since 2024-02-29\n`,
            `${hardware.padEnd(width)}  hardware  since 2024-02-29\n`,
            `${fido.padEnd(width)}  FIDO      since 2024-02-29  cannot be used with GetSessionToken\n`,
          ].join(''),
          stderr: note(),
        })
        expect(home.asked()).toEqual(['ListMFADevices', 'ListMFADevices', 'ListMFADevices'])
        const { status, stdout, stderr } = await home.run(['devices', '--json'])
        expect({ status, stderr }).toEqual({ status: 0, stderr: note() })
        expect(JSON.parse(stdout)).toEqual([
          { serialNumber: virtual, kind: 'virtual', usable: true, enableDate: '2024-02-29T12:00:00.000Z' },
          { serialNumber: hardware, kind: 'hardware', usable: true, enableDate: '2024-02-29T12:01:00.000Z' },
          { serialNumber: fido, kind: 'FIDO', usable: false, enableDate: '2024-02-29T12:02:00.000Z' },
        ])
      },
      { user: { devices: ['virtual', 'hardware', 'fido'], devicesPerPage: 1 } },
    ))

  it('says that there is none', () =>
    withHome(
      server,
      async (home) => {
        expect(await home.run(['devices'])).toEqual({
          status: 0,
          stdout: 'the user has no MFA device\n',
          stderr: note(),
        })
        expect(await home.run(['devices', '--json'])).toEqual({ status: 0, stdout: '[]\n', stderr: note() })
      },
      { user: { devices: [] } },
    ))

  it('names the user to a policy that wants it', () =>
    withHome(
      server,
      async (home) => {
        expect(await home.run(['devices'])).toEqual({
          status: 0,
          stdout: `${home.user.serialNumber}  virtual   since 2024-02-29\n`,
          stderr: note() + endpointNote(server),
        })
        expect(home.asked()).toEqual(['ListMFADevices', 'GetCallerIdentity', 'ListMFADevices'])
      },
      { user: { listDevices: 'with-user-name' } },
    ))

  it('repeats what AWS says when a policy denies it', () =>
    withHome(
      server,
      async (home) => {
        const { status, stdout, stderr } = await home.run(['devices'])
        expect({ status, stdout }).toEqual({ status: 4, stdout: '' })
        const [first, second, error = '', ...hints] = stderr.split('\n')
        expect(`${first}\n${second}\n`).toBe(note() + endpointNote(server))
        expect(error).toContain(`${home.user.arn} is not authorized to perform: iam:ListMFADevices`)
        expect(hints).toEqual([
          'aws-mfa-env: hint: the console shows them: IAM, Users, Security credentials',
          'aws-mfa-env: hint: an administrator of the account can allow iam:ListMFADevices',
          '',
        ])
      },
      { user: { listDevices: 'denied' } },
    ))

  it("signs with the keys of the environment, of a role's source and of a credential_process", {
    tags: 'slow',
  }, async () => {
    const user = server.addUser()
    const stdout = `${user.serialNumber}  virtual   since 2024-02-29\n`
    await withSandbox(async (sandbox) => {
      const environment = environmentOf(server, user)
      expect(await runTool(['devices'], { sandbox, environment })).toEqual({
        status: 0,
        stdout,
        stderr: note(),
      })
      const { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey } = user
      const vault = join(sandbox.folder, 'vault')
      const json = JSON.stringify({ Version: 1, AccessKeyId, SecretAccessKey })
      await writeFile(vault, `#!/bin/sh\necho '${json}'\n`)
      await chmod(vault, 0o755)
      await writeProfiles(sandbox, {
        config: `[profile vault]\ncredential_process = ${vault}\n[profile role]\nrole_arn = arn:aws:iam::123456789012:role/r\nsource_profile = base\n`,
        credentials: keysOf(user, 'base'),
      })
      for (const name of ['vault', 'role', 'base']) {
        const ran = await runTool(['devices', '-p', name], {
          sandbox,
          environment: { AWS_ENDPOINT_URL: server.url },
        })
        expect({ name, ...ran }).toEqual({ name, status: 0, stdout, stderr: note() })
      }
    })
  })

  it('finds no keys to sign with', () =>
    withSandbox(async (sandbox) => {
      const folder = join(sandbox.home, '.aws')
      expect(await runTool(['devices'], { sandbox })).toEqual({
        status: 6,
        stdout: '',
        stderr: errorText(
          'there are no long-term keys: none in the environment, and no default profile',
          'put the access key of your IAM user into a profile: aws configure',
          `looked in ${folder}/credentials and ${folder}/config`,
        ),
      })
    }))
})
