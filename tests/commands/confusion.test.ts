import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type AwsServer, startAwsServer, type User } from '../aws-server/server.ts'
import { withMachine } from './machine.ts'
import { endpointNote, errorText, writeProfiles } from './tool.ts'

let server: AwsServer
beforeAll(async () => {
  server = await startAwsServer()
})
afterAll(() => server.close())

const giving = (user: User) =>
  `printf '{"Version":1,"AccessKeyId":"${user.accessKeyId}","SecretAccessKey":"${user.secretAccessKey}"}'`

describe('a cached session of keys that a command gives', () => {
  it("is not taken for another command's, which may give another user's", () =>
    withMachine(server, {}, async (machine) => {
      const [alice, bob] = [server.addUser(), server.addUser()]
      const environment = { AWS_MFA_ENV_CACHE: 'on' }
      const use = (user: User) =>
        writeProfiles(machine.sandbox, {
          credentials: '',
          config: `[default]\nmfa_serial = GAHT12345678\ncredential_process = ${giving(user)}\n`,
        })
      await use(alice)
      const words = ['--serial-number', alice.serialNumber]
      const code = server.nextTokenCode(alice)
      expect(await machine.run([...words, code], { environment })).toMatchObject({ status: 0 })
      expect(await machine.run(words, { environment })).toMatchObject({ status: 0, asked: [] })
      await use(bob)
      expect(await machine.run(words, { environment })).toMatchObject({ status: 2, asked: [] })
    }))
})

describe('a role whose source_profile is a saved one', () => {
  it('is assumed with the session of what that was saved from', () => {
    const role = server.addRole({ trust: { requireMfa: true } })
    const config = ({ serialNumber }: User) =>
      `[default]\nmfa_serial = ${serialNumber}\n[profile admin]\nrole_arn = ${role.arn}\nsource_profile = mfa\n`
    return withMachine(server, { config }, async (machine) => {
      expect(await machine.run(['save', machine.code()])).toMatchObject({ status: 0 })
      const { status, asked } = await machine.run(['-p', 'admin'])
      expect({ status, asked }).toEqual({ status: 0, asked: ['AssumeRole'] })
    })
  })
})

describe('save', () => {
  it('leaves the region that the config file has for that profile', () => {
    const config = ({ serialNumber }: User) =>
      `[default]\nmfa_serial = ${serialNumber}\nregion = us-east-1\n[profile mfa]\nregion = eu-central-1\n`
    return withMachine(server, { config }, async (machine) => {
      expect(await machine.run(['save', machine.code()])).toMatchObject({ status: 0 })
      const { set } = await machine.run(['-p', 'mfa'])
      expect(set['AWS_REGION']).toBe('eu-central-1')
    })
  })
})

describe('--min-remaining', () => {
  it.each([
    ['12h', [], 'a session lasts 43200 seconds, and never has that much left'],
    ['15m', ['-d', '15m'], 'a session lasts 900 seconds, and never has that much left'],
  ])('of %s %j is refused, which would ask for a code in each run', async (minimum, words, message) =>
    withMachine(server, {}, async (machine) => {
      const ran = await machine.run(['--min-remaining', minimum, ...words, machine.code()])
      expect(ran).toMatchObject({ status: 2, asked: [], stderr: errorText(`--min-remaining: ${message}`) })
    }),
  )
})

describe("with --profile, the profile's own keys", () => {
  const role = () => server.addRole({ trust: { requireMfa: true } })
  it('come before the variables, and those before the keys of its source', () => {
    const { arn } = role()
    const config = ({ serialNumber }: User) =>
      `[default]\nmfa_serial = ${serialNumber}\nregion = us-west-2\n[profile admin]\nrole_arn = ${arn}\nsource_profile = default\n`
    return withMachine(server, { config }, async (machine) => {
      const mark = server.requests.length
      const environment = { AWS_REGION: 'eu-west-1' }
      const ran = await machine.run(['-p', 'admin', machine.code()], { environment })
      expect(ran.status).toBe(0)
      expect(server.requests.slice(mark).map(({ region }) => region)).toEqual(['eu-west-1', 'eu-west-1'])
    })
  })

  it("give the endpoint before the services of its source's", () => {
    const { arn } = role()
    const config = ({ serialNumber }: User) =>
      [
        `[default]\nmfa_serial = ${serialNumber}\nservices = s`,
        '[services s]\nsts =\n  endpoint_url = http://127.0.0.1:1/',
        `[profile admin]\nrole_arn = ${arn}\nsource_profile = default\nendpoint_url = ${server.url}\n`,
      ].join('\n')
    return withMachine(server, { config }, async (machine) => {
      const environment = { AWS_ENDPOINT_URL: undefined }
      const ran = await machine.run(['-p', 'admin', machine.code()], { environment })
      expect(ran).toMatchObject({ status: 0, stderr: endpointNote(server) })
    })
  })
})

describe('a cached session', () => {
  it('needs neither proxy nor authorities', () =>
    withMachine(server, {}, async (machine) => {
      await machine.run([machine.code()])
      const environment = { HTTPS_PROXY: 'socks5://nowhere:1', AWS_CA_BUNDLE: '/nonexistent.pem' }
      expect(await machine.run([], { environment })).toMatchObject({ status: 0, stderr: '' })
    }))

  it('is forgotten by the name of a profile that is gone, and never through a link', () =>
    withMachine(server, {}, async (machine) => {
      await machine.run([machine.code()])
      await writeProfiles(machine.sandbox, { credentials: '', config: '' })
      expect(await machine.run(['forget', '-p', 'default'])).toMatchObject({ status: 0, stderr: '' })
      expect((await machine.cacheFiles()).filter((name) => name.startsWith('session-'))).toEqual([])
      const documents = join(machine.sandbox.home, 'documents')
      await mkdir(documents)
      await writeFile(join(documents, 'thesis.txt'), 'mine')
      await writeFile(join(machine.sandbox.home, '.cache', 'aws-mfa-env', 'notes.json'), 'mine')
      expect(await machine.run(['forget', '--all'])).toMatchObject({ status: 0 })
      expect(await machine.cacheFiles()).toContain('notes.json')
    }))
})

it('--debug behind the command of exec is that command’s', () =>
  withMachine(server, {}, async (machine) => {
    const words = ['exec', '--token-code', machine.code(), 'echo', '--debug']
    expect(await machine.run(words)).toMatchObject({
      status: 0,
      stdout: '--debug\n',
      stderr: endpointNote(server),
    })
  }))

it('keys of the environment that a role was assumed with are said to go', () => {
  const { arn } = server.addRole({ trust: { requireMfa: true } })
  const config = ({ serialNumber }: User) =>
    `[profile admin]\nrole_arn = ${arn}\ncredential_source = Environment\nmfa_serial = ${serialNumber}\n`
  return withMachine(server, { config }, async (machine) => {
    const { accessKeyId, secretAccessKey } = machine.user
    const environment = { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey }
    const ran = await machine.run(['-p', 'admin', machine.code()], { environment })
    expect(ran.stderr).toContain(`the session replaces the long-term key ...${accessKeyId.slice(-4)}`)
  })
})
