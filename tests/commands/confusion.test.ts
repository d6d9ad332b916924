// @module-tag slow
import { readdir, rename, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { afterAll, describe, expect, it } from 'vitest'
import { startAwsServer, type User } from '../aws-server/server.ts'
import { type Machine, timeFromNow, withMachine } from './machine.ts'
import { endpointNote, errorText, keysOf, writeProfiles } from './tool.ts'

const server = await startAwsServer()
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

describe('a session of 36 hours', () => {
  it('serves who wants more left than a new one would have', () =>
    withMachine(server, {}, async (machine) => {
      await machine.run(['-d', '36h', machine.code()])
      expect(await machine.run(['--min-remaining', '13h'])).toMatchObject({ status: 0, asked: [] })
      expect(await machine.run(['status', '-p', 'default', '--min-remaining', '13h'])).toMatchObject({
        status: 0,
      })
      expect(await machine.run(['status', '-p', 'default', '--min-remaining', '37h'])).toMatchObject({
        status: 3,
      })
    }))
})

describe('a failing command for the code', () => {
  it('is no failure of another caller, whose own command gives one', () =>
    withMachine(server, {}, async (machine) => {
      const failing = machine.run(['--mfa-process', 'sleep 2; exit 9'])
      await setTimeout(700)
      const code = machine.code()
      const good = machine.run(['--mfa-process', `echo ${code}`])
      expect(await failing).toMatchObject({ status: 6 })
      expect(await good).toMatchObject({ status: 0 })
    }))
})

describe('a computer whose clock is wrong', () => {
  /** A session that AWS gave when its clock was so many hours ahead, and that ends so many minutes from now. */
  const setUp = async (machine: Machine, hours: number, minutes: number) => {
    server.clockOffsetMs = hours * 3600_000
    try {
      await machine.run(['-d', '1h', machine.code()])
    } finally {
      server.clockOffsetMs = 0
    }
    await machine.editCache('session-', (session) => ({ ...session, expiration: timeFromNow(minutes * 60) }))
  }
  const left = async (machine: Machine) =>
    JSON.parse((await machine.run(['status', '-p', 'default', '--json'])).stdout).remainingSeconds

  it('takes no session from the cache that has ended by AWS', () =>
    withMachine(server, {}, async (machine) => {
      await setUp(machine, 2, 170)
      expect(await machine.run([])).toMatchObject({ status: 0, asked: [] })
      expect((await left(machine)) / 60).toBeCloseTo(50, 0)
      // Later: by this computer an hour is left of it.
      await setUp(machine, 2, 60)
      expect(await machine.run([])).toMatchObject({ status: 2, asked: [] })
      expect((await left(machine)) / 60).toBeCloseTo(-60, 0)
    }))

  it('takes none that has ended, once the clock is right', () =>
    withMachine(server, {}, async (machine) => {
      await setUp(machine, -2, 10)
      expect(await machine.run([])).toMatchObject({ status: 0, asked: [] })
      await setUp(machine, -2, -10)
      expect(await machine.run([])).toMatchObject({ status: 2, asked: [] })
    }))
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

  it('come before the variables again when its session is renewed in the shell', () => {
    const user = server.addUser()
    const config = () => `[profile work]\nmfa_serial = ${user.serialNumber}\n`
    return withMachine(server, { config, credentials: () => keysOf(user, 'work') }, async (machine) => {
      const environment = { AWS_MFA_SERIAL: machine.user.serialNumber }
      const first = await machine.run(['-p', 'work', server.nextTokenCode(user)], { environment })
      expect(first).toMatchObject({ status: 0 })
      const shell = { environment: { ...environment, ...first.set } }
      expect(await machine.run([], shell)).toMatchObject({ status: 0, asked: [] })
      const renewed = await machine.run([server.nextTokenCode(user)], shell)
      expect(renewed).toMatchObject({ status: 0, stderr: endpointNote(server) })
      expect(server.requests.at(-1)?.parameters['SerialNumber']).toBe(user.serialNumber)
    })
  })

  it('and for a saved profile those of what it was saved from', () => {
    const user = server.addUser()
    const config = () => `[profile work]\nmfa_serial = ${user.serialNumber}\n`
    return withMachine(server, { config, credentials: () => keysOf(user, 'work') }, async (machine) => {
      const environment = { AWS_MFA_SERIAL: machine.user.serialNumber }
      const words = ['save', '-p', 'work', '--to', 'saved', server.nextTokenCode(user)]
      expect(await machine.run(words, { environment })).toMatchObject({ status: 0 })
      expect(await machine.run(['-p', 'saved'], { environment })).toMatchObject({ status: 0, asked: [] })
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
      await writeFile(join(machine.cacheFolder, 'notes.json'), 'mine')
      expect(await machine.run(['forget', '--all'])).toMatchObject({ status: 0 })
      expect(await machine.cacheFiles()).toContain('notes.json')
      // A folder of the user's own, to which the cache has become a link.
      const documents = join(machine.sandbox.home, 'documents')
      await rename(machine.cacheFolder, documents)
      await writeFile(join(documents, 'session-of-therapy.json'), 'mine')
      await symlink(documents, machine.cacheFolder)
      expect(await machine.run(['forget', '--all'])).toMatchObject({
        status: 1,
        stderr: errorText(`nothing is deleted: ${machine.cacheFolder} is a link`),
      })
      expect(await readdir(documents)).toContain('session-of-therapy.json')
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
