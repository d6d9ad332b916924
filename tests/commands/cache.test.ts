import { readFileSync } from 'node:fs'
import { chmod, copyFile, mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { startAwsServer, type User } from '../aws-server/server.ts'
import { runProgram } from '../real-shells/run.ts'
import { findOnPath } from '../real-shells/shells.ts'
import { codeMissing, type Machine, note, timeFromNow, withMachine } from './machine.ts'
import { endpointNote, errorText, keysOf, toolCommand } from './tool.ts'

const server = await startAwsServer()
afterAll(() => server.close())

const invalid = (serialNumber: string, ...hints: string[]) =>
  errorText(
    `AWS did not accept the code for ${serialNumber}`,
    ...hints,
    'it was mistyped, is no longer the current one, or has been used already: wait for the next code',
    'if that is refused too, set the clock of the phone or computer that makes the codes',
  )

/** A session with a code, which must come. */
async function getSession(machine: Machine, words: readonly string[] = [], environment = {}) {
  const ran = await machine.run([...words, machine.code()], { environment })
  expect({ status: ran.status, stderr: ran.stderr, asked: ran.asked }).toEqual({
    status: 0,
    stderr: endpointNote(server),
    asked: ['GetSessionToken'],
  })
  return ran
}

const onlySession = async (machine: Machine) => {
  const names = (await machine.cacheFiles()).filter((name) => name.startsWith('session-'))
  expect(names).toHaveLength(1)
  return join(machine.cacheFolder, names[0] ?? '')
}

describe('a cached session', () => {
  it('serves the next call: the same statements, no code, no request, nothing on stderr', () =>
    withMachine(server, {}, async (machine) => {
      const { stdout } = await getSession(machine)
      expect(await machine.run()).toMatchObject({ status: 0, stdout, stderr: '', asked: [] })
    }))

  it('is of no use in a region of another partition, as a new one would be', () =>
    withMachine(server, {}, async (machine) => {
      await getSession(machine)
      expect(await machine.run(['--region', 'cn-north-1'])).toMatchObject({
        status: 6,
        stderr: errorText(
          '--region: the region cn-north-1 is in partition aws-cn, the MFA device in aws',
          "take a region of the device's partition with --region",
        ),
        asked: [],
      })
    }))

  it('is found by reading the two profile files and its own, and by nothing else', ({ skip }) => {
    const strace = findOnPath('strace')
    if (strace === undefined) return skip('strace is not on PATH')
    return withMachine(server, {}, async (machine) => {
      const { stdout } = await getSession(machine)
      const { sandbox, environment } = machine
      const entry = (await onlySession(machine)).slice(sandbox.home.length + 1)
      const log = join(sandbox.folder, 'strace.log')
      const flags = ['-f', '-qq', '-e', 'trace=file,network', '-o', log]
      const ran = await runProgram(strace, [...flags, ...toolCommand, '-s', 'sh'], {
        sandbox,
        environment,
      })
      expect({ status: ran.status, stdout: ran.stdout.toString() }).toEqual({ status: 0, stdout })
      const lines = readFileSync(log, 'latin1').split('\n')
      // With O_PATH it is looked up, and not read.
      const isRead = (line: string) => /\bopen(at)?\(/.test(line) && !line.includes('O_PATH')
      const opened = lines.filter((line) => isRead(line) && line.includes(sandbox.home))
      const paths = opened.map((line) => /"([^"]*)"/.exec(line)?.[1]?.slice(sandbox.home.length + 1))
      expect([...new Set(paths)].toSorted()).toEqual(['.aws/config', '.aws/credentials', entry])
      const counts = (pattern: RegExp) => lines.filter((line) => pattern.test(line)).length
      expect({
        programs: counts(/execve\(/),
        connections: counts(/connect\(/),
        writes: counts(/(mkdir|rename|unlink|O_CREAT|O_WRONLY|O_RDWR).*\/home\//),
        sdk: counts(/\/dist\/(sdk|iam|tunnel)\.cjs/),
      }).toEqual({ programs: 1, connections: 0, writes: 0, sdk: 0 })
    })
  })

  it('is in a file for the user alone, in a folder for the user alone', () =>
    withMachine(server, {}, async (machine) => {
      await getSession(machine)
      const mode = async (path: string) => ((await stat(path)).mode & 0o777).toString(8)
      expect(await mode(machine.cacheFolder)).toBe('700')
      expect(await mode(await onlySession(machine))).toBe('600')
    }))

  const serving: readonly [what: string, words: string[], environment: Record<string, string>][] = [
    ['nothing', [], {}],
    ['less than is left', ['--min-remaining', '11h'], {}],
    ['its device', ['--serial-number', 'SERIAL'], {}],
    ['its device in a variable', [], { AWS_MFA_SERIAL: 'SERIAL' }],
    ['its duration', ['-d', '12h'], {}],
    ['its profile', ['-p', 'default'], {}],
    ['its profile in a variable', [], { AWS_PROFILE: 'default' }],
    ['the cache', [], { AWS_MFA_ENV_CACHE: 'on' }],
    ['a region', ['--region', 'eu-west-1'], {}],
    ['mfa_process, which is not run', ['--mfa-process', 'exit 99'], {}],
  ]
  const missing: typeof serving = [
    ['a new one', ['--new'], {}],
    ['no cache', ['--no-cache'], {}],
    ['no cache in a variable', [], { AWS_MFA_ENV_CACHE: 'off' }],
    ['another device', ['--serial-number', 'GAHT12345678'], {}],
    ['another device in a variable', [], { AWS_MFA_SERIAL: 'GAHT12345678' }],
    ['another duration', ['-d', '1h'], {}],
    ['another duration in a variable', [], { AWS_MFA_DURATION_SECONDS: '36h' }],
    ['another profile with the same keys', ['-p', 'twin'], {}],
    ['another endpoint', ['--endpoint-url', 'http://127.0.0.1:1'], {}],
    ['another endpoint in a variable', [], { AWS_ENDPOINT_URL_STS: 'http://127.0.0.1:1' }],
    ["AWS's own endpoint", [], { AWS_ENDPOINT_URL: '' }],
    ['a copy of the config file', [], { AWS_CONFIG_FILE: 'copy' }],
    ['a copy of the credentials file', [], { AWS_SHARED_CREDENTIALS_FILE: 'copy' }],
  ]
  it('serves who asks for what it is, and nobody else', { tags: 'slow' }, () =>
    withMachine(server, {}, async (machine) => {
      const { user, sandbox } = machine
      await machine.writeProfiles({ credentials: keysOf(user) + keysOf(user, 'twin') })
      const { set } = await getSession(machine)
      await copyFile(join(sandbox.home, '.aws', 'config'), join(sandbox.folder, 'config.copy'))
      await copyFile(join(sandbox.home, '.aws', 'credentials'), join(sandbox.folder, 'credentials.copy'))
      const fill = (text: string, name: string) =>
        text === 'copy'
          ? join(sandbox.folder, name === 'AWS_CONFIG_FILE' ? 'config.copy' : 'credentials.copy')
          : text.replace('SERIAL', user.serialNumber)
      const ask = async ([what, words, environment]: (typeof serving)[number]) => {
        const variables = Object.entries(environment).map(([name, value]) => [name, fill(value, name)])
        const ran = await machine.run(
          words.map((word) => fill(word, '')),
          { environment: Object.fromEntries(variables) },
        )
        return { what, status: ran.status, stderr: ran.stderr, key: ran.set['AWS_ACCESS_KEY_ID'] }
      }
      const mark = server.requests.length
      expect(await inOrder(serving, ask)).toEqual(
        serving.map(([what, , { AWS_PROFILE }]) => ({
          what,
          status: 0,
          stderr: AWS_PROFILE === undefined ? '' : expect.any(String),
          key: set['AWS_ACCESS_KEY_ID'],
        })),
      )
      expect(await inOrder(missing, ask)).toEqual(
        missing.map(([what]) => ({ what, status: 2, stderr: codeMissing, key: undefined })),
      )
      expect(server.requests.length).toBe(mark)
    }),
  )

  it('is of no use once the profile holds another key', { tags: 'slow' }, () =>
    withMachine(server, {}, async (machine) => {
      const { set } = await getSession(machine)
      const rotated = server.addUser({ devices: [{ serialNumber: machine.user.serialNumber }] })
      await machine.writeProfiles({ credentials: keysOf(rotated) })
      expect(await machine.run()).toMatchObject({ status: 2, stderr: codeMissing })
      const next = await machine.run([server.nextTokenCode(rotated)])
      expect(next).toMatchObject({ status: 0, asked: ['GetSessionToken'] })
      expect(next.set['AWS_ACCESS_KEY_ID']).not.toBe(set['AWS_ACCESS_KEY_ID'])
      expect((await machine.run()).set).toEqual(next.set)
    }),
  )

  it('gives way to a typed code, whose session is cached in its place', () =>
    withMachine(server, {}, async (machine) => {
      const first = await getSession(machine)
      const second = await getSession(machine)
      expect(second.set['AWS_SESSION_TOKEN']).not.toBe(first.set['AWS_SESSION_TOKEN'])
      expect(await machine.run()).toMatchObject({ status: 0, stdout: second.stdout, stderr: '', asked: [] })
      await onlySession(machine)
    }))

  it.each(['--new', '--no-cache'])('is left alone by %s with a command that gives a code', (option) =>
    withMachine(server, {}, async (machine) => {
      const first = await getSession(machine)
      const second = await machine.run([option, '--mfa-process', `echo ${machine.code()}`])
      expect(second).toMatchObject({ status: 0, stderr: endpointNote(server), asked: ['GetSessionToken'] })
      expect(second.stdout).not.toBe(first.stdout)
      const third = await machine.run()
      expect(third.stdout).toBe(option === '--new' ? second.stdout : first.stdout)
    }),
  )

  it('is hinted at where its code is typed again within a minute', { tags: 'slow' }, () =>
    withMachine(server, { user: { devices: ['virtual', 'virtual'] } }, async (machine) => {
      const { serialNumber } = machine.user
      const code = machine.code()
      const refused = { status: 4, stdout: '(exit 4);\n', asked: ['GetSessionToken'] }
      expect(await machine.run([code])).toMatchObject({ status: 0 })
      const hint =
        'a code of this device has just been used, in another shell perhaps: without a code, its session is taken from the cache'
      expect(await machine.run([code])).toMatchObject({
        ...refused,
        stderr: endpointNote(server) + invalid(serialNumber, hint),
      })
      const other = `${machine.user.devices[1]?.serialNumber}`
      expect(await machine.run(['--serial-number', other, code])).toMatchObject({
        ...refused,
        stderr: endpointNote(server) + invalid(other),
      })
      await machine.editCache('session-', (record) => ({ ...record, issuedAt: timeFromNow(-61) }))
      expect(await machine.run([code])).toMatchObject({
        ...refused,
        stderr: endpointNote(server) + invalid(serialNumber),
      })
    }),
  )
})

async function inOrder<Item, Result>(
  items: readonly Item[],
  use: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = []
  for (const item of items) results.push(await use(item))
  return results
}

type Edit = (text: string) => string
const editing =
  (changes: object): Edit =>
  (text) =>
    JSON.stringify({ ...JSON.parse(text), ...changes })

describe('an entry', () => {
  const useless: readonly [what: string, edit: Edit][] = [
    ['empty', () => ''],
    ['truncated', (text) => text.slice(0, -1)],
    ['zeros', (text) => '\0'.repeat(text.length)],
    ['a list', (text) => `[${text}]`],
    ['of the next version', editing({ version: 2 })],
    ['expired', editing({ expiration: timeFromNow(-1) })],
    ['about to expire', editing({ expiration: timeFromNow(290) })],
    ['without an end', editing({ expiration: undefined })],
    ['with an end in another form', editing({ expiration: '2099-01-01T00:00:00+00:00' })],
    ['with a line end in the token', editing({ sessionToken: 'x'.repeat(20) + '\nrm -rf' })],
    ['without the key that signed', editing({ keyId: undefined })],
    ['with a device that is none', editing({ serialNumber: 'x' })],
  ]
  it('that is of no use counts as none, and is replaced by the next session', { tags: 'slow' }, () =>
    withMachine(server, {}, async (machine) => {
      const { stdout } = await getSession(machine)
      const path = await onlySession(machine)
      const text = await readFile(path, 'utf8')
      const seen = await inOrder(useless, async ([what, edit]) => {
        await writeFile(path, edit(text))
        const { status, stderr } = await machine.run()
        return { what, status, stderr }
      })
      expect(seen).toEqual(useless.map(([what]) => ({ what, status: 2, stderr: codeMissing })))
      await writeFile(path, editing({ expiration: timeFromNow(290) })(text))
      expect(await machine.run(['--min-remaining', '4m'])).toMatchObject({ status: 0, asked: [] })
      await writeFile(path, text)
      expect(await machine.run()).toMatchObject({ status: 0, stdout })
      await writeFile(path, '{')
      const next = await getSession(machine)
      expect(await machine.run()).toMatchObject({ status: 0, stdout: next.stdout, asked: [] })
    }),
  )

  it('holds what the session is and what it was issued for', () =>
    withMachine(server, {}, async (machine) => {
      const { set } = await getSession(machine, ['-d', '1h'])
      const { user } = machine
      expect(JSON.parse(await readFile(await onlySession(machine), 'utf8'))).toEqual({
        version: 1,
        accessKeyId: set['AWS_ACCESS_KEY_ID'],
        secretAccessKey: set['AWS_SECRET_ACCESS_KEY'],
        sessionToken: set['AWS_SESSION_TOKEN'],
        expiration: set['AWS_CREDENTIAL_EXPIRATION'],
        keyId: user.accessKeyId,
        serialNumber: user.serialNumber,
        durationSeconds: 3600,
        issuedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
      })
    }))
})

const bySession = (names: readonly string[]) => names.filter((name) => name.startsWith('session-')).length
const inEnvironment = ({ accessKeyId, secretAccessKey, serialNumber }: User) => ({
  AWS_ACCESS_KEY_ID: accessKeyId,
  AWS_SECRET_ACCESS_KEY: secretAccessKey,
  AWS_MFA_SERIAL: serialNumber,
})

describe('the cache', () => {
  const processProfile = (user: User) =>
    `[default]\nmfa_serial = ${user.serialNumber}\ncredential_process = sh -c 'echo x >>ran; cat keys'\n`

  it.each<[kind: string, value: string | undefined, kept: number]>([
    ['a file', undefined, 1],
    ['a file', 'off', 0],
    ['the environment', undefined, 0],
    ['the environment', 'on', 1],
    ['a command', undefined, 0],
    ['a command', 'on', 1],
  ])('for keys in %s, with AWS_MFA_ENV_CACHE=%s, keeps %s', (kind, value, kept) =>
    withMachine(
      server,
      kind === 'a command' ? { config: processProfile, credentials: () => '' } : {},
      async (machine) => {
        const { user, sandbox } = machine
        const { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey } = user
        await writeFile(
          join(sandbox.folder, 'keys'),
          JSON.stringify({ Version: 1, AccessKeyId, SecretAccessKey }),
        )
        const environment = {
          AWS_MFA_ENV_CACHE: value,
          ...(kind === 'the environment' ? inEnvironment(user) : {}),
        }
        const first = await getSession(machine, [], environment)
        expect(bySession(await machine.cacheFiles())).toBe(kept)
        const second = await machine.run([], { environment })
        expect(second).toMatchObject(
          kept === 1
            ? { status: 0, stdout: first.stdout, stderr: '', asked: [] }
            : { status: 2, stderr: codeMissing, asked: [] },
        )
        if (kind !== 'a command') return
        // The command has not been run for the second one.
        expect(await readFile(join(sandbox.folder, 'ran'), 'utf8')).toBe('x\n')
      },
    ),
  )

  it("tells one of the environment's keys from another", () =>
    withMachine(server, {}, async (machine) => {
      const other = server.addUser({ devices: [{ serialNumber: machine.user.serialNumber }] })
      const environment = { ...inEnvironment(machine.user), AWS_MFA_ENV_CACHE: 'on' }
      await getSession(machine, [], environment)
      const ran = await machine.run([], { environment: { ...environment, ...inEnvironment(other) } })
      expect(ran).toMatchObject({ status: 2, stderr: codeMissing })
    }))

  it('is on or off', () =>
    withMachine(server, {}, async (machine) => {
      const environment = { AWS_MFA_ENV_CACHE: 'yes' }
      expect(await machine.run(['123456'], { environment })).toMatchObject({
        status: 6,
        stdout: '(exit 6);\n',
        stderr: errorText('AWS_MFA_ENV_CACHE is neither on nor off', 'set it to one of them, or unset it'),
        asked: [],
      })
    }))

  it('that cannot be written costs a note, and never the session', () =>
    withMachine(server, {}, async (machine) => {
      await writeFile(join(machine.sandbox.home, '.cache'), '')
      const nothing = note(`nothing is cached: ${machine.cacheFolder} cannot be looked at (ENOTDIR)`)
      const ran = await machine.run([machine.code()])
      expect(ran).toMatchObject({ status: 0, stderr: nothing + endpointNote(server) })
      expect(ran.set['AWS_ACCESS_KEY_ID']).toMatch(/^ASIA/)
      const words = ['--mfa-process', `echo ${machine.code()}`]
      expect(await machine.run(words)).toMatchObject({ status: 0, stderr: nothing + endpointNote(server) })
    }))

  it('that has a folder in the place of an entry costs a note', () =>
    withMachine(server, {}, async (machine) => {
      await getSession(machine)
      const path = await onlySession(machine)
      await rm(path)
      await mkdir(path)
      const ran = await machine.run([machine.code()])
      expect({ status: ran.status, stderr: ran.stderr }).toEqual({
        status: 0,
        stderr: expect.stringMatching(
          /^.*not AWS's own\naws-mfa-env: note: nothing is cached: .* cannot be written \(E[A-Z]+\)\n$/,
        ),
      })
    }))

  it('is none where the user has no home folder, whatever is asked for', ({ skip }) => {
    const setpriv = findOnPath('setpriv')
    if (process.getuid?.() !== 0 || setpriv === undefined) return skip('nobody else can be played')
    return withMachine(server, {}, async (machine) => {
      const { sandbox, user } = machine
      await chmod(sandbox.folder, 0o777)
      const stranger = ['--reuid=54321', '--regid=54321', '--clear-groups', ...toolCommand]
      const environment = {
        ...machine.environment,
        ...inEnvironment(user),
        HOME: undefined,
        XDG_CACHE_HOME: join(sandbox.folder, 'cache'),
        AWS_MFA_ENV_CACHE: 'on',
      }
      const words = [...stranger, '-s', 'sh', machine.code()]
      const ran = await runProgram(setpriv, words, { sandbox, environment })
      expect({ status: ran.status, stderr: ran.stderr.toString() }).toEqual({
        status: 0,
        stderr: endpointNote(server),
      })
      expect(await readdir(sandbox.folder)).toEqual(['home'])
    })
  })

  it('follows XDG_CACHE_HOME', () =>
    withMachine(server, {}, async (machine) => {
      const environment = { XDG_CACHE_HOME: join(machine.sandbox.folder, 'elsewhere') }
      const { stdout } = await getSession(machine, [], environment)
      expect(await machine.cacheFiles()).toEqual([])
      expect(await machine.run([], { environment })).toMatchObject({ status: 0, stdout })
      await rename(join(machine.sandbox.folder, 'elsewhere'), join(machine.sandbox.home, '.cache'))
      expect(await machine.run()).toMatchObject({ status: 0, stdout })
    }))
})

describe('an expired session in the environment', () => {
  it('is noted, and replaced by the cached one or with a code', { tags: 'slow' }, () =>
    withMachine(server, {}, async (machine) => {
      const { set, stdout } = await getSession(machine)
      const end = timeFromNow(-3600)
      const environment = { ...set, AWS_CREDENTIAL_EXPIRATION: end }
      const ran = await machine.run([], { environment })
      const ended = note(`the session in the environment ended at ${end}`)
      expect(ran).toMatchObject({ status: 0, asked: [], stderr: ended })
      expect(ran.set['AWS_CREDENTIAL_EXPIRATION']).toBe(set['AWS_CREDENTIAL_EXPIRATION'])
      await machine.editCache('session-', (record) => ({ ...record, expiration: end }))
      expect(await machine.run([], { environment })).toMatchObject({ status: 2, stderr: ended + codeMissing })
      const next = await machine.run([machine.code()], { environment })
      expect(next).toMatchObject({ status: 0, stderr: ended + endpointNote(server) })
      expect(next.stdout).not.toBe(stdout)
    }),
  )

  it('is not taken for one where its end cannot be read', () =>
    withMachine(server, {}, async (machine) => {
      const { set } = await getSession(machine)
      const environment = { ...set, AWS_CREDENTIAL_EXPIRATION: 'tomorrow' }
      expect(await machine.run([], { environment })).toMatchObject({ status: 0, stderr: '' })
    }))
})
