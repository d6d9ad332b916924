import { spawn } from 'node:child_process'
import { openSync, readFileSync } from 'node:fs'
import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { decodeState } from '../../src/variables/state.ts'
import { startAwsServer, type User } from '../aws-server/server.ts'
import { runProgram, type Sandbox, withSandbox } from '../real-shells/run.ts'
import { findOnPath } from '../real-shells/shells.ts'
import {
  endpointNote,
  environmentOf,
  errorText,
  isBundle,
  keysOf,
  runTool,
  toolCommand,
  toolLine,
  toolProgram,
  toolWords,
  writeProfiles,
} from './tool.ts'

const server = await startAwsServer()
afterAll(() => server.close())

interface Run {
  readonly words?: readonly string[]
  readonly environment?: Record<string, string | undefined>
  readonly config?: (user: User) => string
  readonly credentials?: (user: User) => string
  readonly user?: User
}

/** One export with a code, and what it asked of the local AWS. */
async function runExport({ words = [], environment, config, credentials, user = server.addUser() }: Run) {
  const mark = server.requests.length
  const code = server.nextTokenCode(user)
  const ran = await withSandbox(async (sandbox) => {
    await writeProfiles(sandbox, {
      credentials: credentials?.(user) ?? keysOf(user),
      config: config?.(user) ?? `[default]\nmfa_serial = ${user.serialNumber}\n`,
    })
    const all = { AWS_ENDPOINT_URL: server.url, ...environment }
    return runTool(['-s', 'sh', ...words, code], { sandbox, environment: all })
  })
  const asked = server.requests.slice(mark).filter(({ accessKeyId }) => accessKeyId === user.accessKeyId)
  return { ...ran, code, user, asked, exported: readExports(ran.stdout) }
}

function readExports(stdout: string): Record<string, string> {
  return Object.fromEntries(
    [...stdout.matchAll(/ (AWS_\w+)=([^ ';]+)/g)].map(([, name = '', value = '']) => [
      name,
      value.replaceAll('\\', ''),
    ]),
  )
}

const profileWith =
  (line: string, name = '[default]') =>
  (user: User) =>
    `${name}\nmfa_serial = ${user.serialNumber}\n${line}\n`

describe('one code', () => {
  it('becomes a session, in one line, with nothing on stderr but the endpoint', async () => {
    const { status, stdout, stderr, asked, user, code, exported } = await runExport({})
    expect({ status, stderr }).toEqual({ status: 0, stderr: endpointNote(server) })
    expect(stdout).toMatch(/^[!-~ ]+\n$/)
    expect(
      asked.map(({ action, parameters }) => [action, parameters['TokenCode'], parameters['SerialNumber']]),
    ).toEqual([['GetSessionToken', code, user.serialNumber]])
    expect(decodeState(exported['AWS_MFA_ENV_STATE'])).toMatchObject({
      source: { profile: 'default' },
      serialNumber: user.serialNumber,
      accessKeyId: exported['AWS_ACCESS_KEY_ID'],
      expiration: exported['AWS_CREDENTIAL_EXPIRATION'],
    })
    expect(stdout).not.toContain(user.secretAccessKey)
    expect(Buffer.from(exported['AWS_MFA_ENV_STATE'] ?? '', 'base64url').toString()).not.toContain(
      exported['AWS_SECRET_ACCESS_KEY'],
    )
  })

  it('may come from stdin or from --token-code', { tags: 'slow' }, async () => {
    for (const words of [['-'], ['--token-code', '-'], ['--token-code=-']]) {
      const user = server.addUser()
      const ran = await withSandbox((sandbox) =>
        runTool(words, {
          sandbox,
          environment: environmentOf(server, user),
          input: `${server.nextTokenCode(user)}\r\n`,
        }),
      )
      expect({ words, ...ran }).toMatchObject({ words, status: 0, stderr: endpointNote(server) })
    }
    const user = server.addUser()
    const words = ['--token-code', server.nextTokenCode(user)]
    const environment = environmentOf(server, user)
    expect(await withSandbox((sandbox) => runTool(words, { sandbox, environment }))).toMatchObject({
      status: 0,
    })
    const empty = await withSandbox((sandbox) => runTool(['-'], { sandbox, environment }))
    expect(empty.stderr).toBe(
      errorText('stdin holds no six-digit code', 'as in: echo 123456 | aws-mfa-env -'),
    )
  })

  it('works with every kind of serial number', { tags: 'slow' }, async () => {
    for (const spec of [
      { devices: ['hardware'] as const },
      { devices: [{ serialNumber: 'arn:aws:iam::123456789012:mfa/team/of/mine' }] },
      { partition: 'aws-cn' as const },
      { partition: 'aws-us-gov' as const },
    ]) {
      const user = server.addUser(spec)
      expect(await runExport({ user })).toMatchObject({ status: 0, stderr: endpointNote(server) })
    }
  })
})

describe('settings', () => {
  const minutes = (n: number) => String(n * 60)
  it.each<[string, Run, string]>([
    ['nothing', {}, '43200'],
    ['an option', { words: ['-d', '90m'], environment: { AWS_MFA_DURATION_SECONDS: '2h' } }, minutes(90)],
    [
      'a variable',
      { environment: { AWS_MFA_DURATION_SECONDS: '2h' }, config: profileWith('mfa_duration_seconds = 3h') },
      '7200',
    ],
    ['a profile', { config: profileWith('mfa_duration_seconds = 3h') }, '10800'],
    [
      'an empty variable',
      { environment: { AWS_MFA_DURATION_SECONDS: '' }, config: profileWith('mfa_duration_seconds=1000') },
      '1000',
    ],
    [
      'a profile that is named, before a variable',
      {
        words: ['-p', 'work'],
        environment: { AWS_MFA_DURATION_SECONDS: '2h' },
        credentials: (user) => keysOf(user, 'work'),
        config: profileWith('mfa_duration_seconds = 3h', '[profile work]'),
      },
      '10800',
    ],
    [
      "AssumeRole's own duration, which is not ours",
      { config: profileWith('duration_seconds = 3600') },
      '43200',
    ],
  ])('take the duration from %s', async (_name, run, seconds) => {
    const { status, asked } = await runExport(run)
    expect({ status, seconds: asked.map(({ parameters }) => parameters['DurationSeconds']) }).toEqual({
      status: 0,
      seconds: [seconds],
    })
  })

  it.each<[string, Run, string, Record<string, string>]>([
    ['nothing', {}, 'us-east-1', {}],
    [
      'an option',
      { words: ['--region', 'eu-west-1'], environment: { AWS_REGION: 'eu-west-2' } },
      'eu-west-1',
      { AWS_REGION: 'eu-west-1', AWS_DEFAULT_REGION: 'eu-west-1' },
    ],
    [
      'AWS_REGION',
      { environment: { AWS_REGION: 'eu-west-2' }, config: profileWith('region = eu-west-3') },
      'eu-west-2',
      { AWS_REGION: 'eu-west-2', AWS_DEFAULT_REGION: 'eu-west-2' },
    ],
    [
      'AWS_DEFAULT_REGION',
      { environment: { AWS_DEFAULT_REGION: 'eu-west-2' } },
      'eu-west-2',
      { AWS_REGION: 'eu-west-2', AWS_DEFAULT_REGION: 'eu-west-2' },
    ],
    [
      'both, which differ and stay as they are',
      { environment: { AWS_REGION: 'eu-west-1', AWS_DEFAULT_REGION: 'eu-west-2' } },
      'eu-west-1',
      { AWS_REGION: 'eu-west-1', AWS_DEFAULT_REGION: 'eu-west-2' },
    ],
    [
      'a profile',
      { config: profileWith('region = eu-west-3') },
      'eu-west-3',
      { AWS_REGION: 'eu-west-3', AWS_DEFAULT_REGION: 'eu-west-3' },
    ],
  ])('take the region from %s', async (_name, run, signed, set) => {
    const { status, asked, exported } = await runExport(run)
    const { AWS_REGION, AWS_DEFAULT_REGION } = exported
    expect({ status, regions: asked.map(({ region }) => region) }).toEqual({ status: 0, regions: [signed] })
    expect(JSON.parse(JSON.stringify({ AWS_REGION, AWS_DEFAULT_REGION }))).toEqual(set)
  })

  it.each([
    ['aws-cn', 'cn-north-1'],
    ['aws-us-gov', 'us-gov-west-1'],
  ] as const)(
    "fall back on a region of the device's partition, %s, and keep it to themselves",
    async (partition, region) => {
      const { asked, exported } = await runExport({ user: server.addUser({ partition }) })
      expect(asked.map((request) => request.region)).toEqual([region])
      expect(exported).not.toHaveProperty('AWS_REGION')
    },
  )

  it('refuse one that is passed over, if it could not be put back, before the code is spent', async () => {
    const environment = { AWS_REGION: 'eu-west-1', AWS_DEFAULT_REGION: 'eu-\ufffd' }
    const { status, stderr, asked } = await runExport({ environment })
    const failed = errorText(
      'AWS_DEFAULT_REGION is not a region',
      'set it to one, as in: us-east-1, or unset it',
    )
    expect({ status, stderr, asked }).toEqual({ status: 6, stderr: failed, asked: [] })
  })

  it('refuse a region of another partition before the code is spent', async () => {
    const { status, stderr, asked } = await runExport({
      user: server.addUser({ partition: 'aws-cn' }),
      environment: { AWS_REGION: 'eu-west-1' },
    })
    expect({ status, stderr, asked }).toEqual({
      status: 6,
      stderr: errorText(
        'AWS_REGION: the region eu-west-1 is in partition aws, the MFA device in aws-cn',
        "take a region of the device's partition with --region",
      ),
      asked: [],
    })
  })

  it('take the serial number from the option, the variable, the profile', { tags: 'slow' }, async () => {
    const user = server.addUser({ devices: ['virtual', 'hardware', 'virtual'] })
    const [first = '', second = '', third = ''] = user.devices.map(({ serialNumber }) => serialNumber)
    const config = () => `[default]\nmfa_serial = ${third}\n`
    const asked = async (run: Run) => {
      const ran = await runExport({ user, config, ...run })
      return ran.asked.map(({ parameters }) => parameters['SerialNumber'])
    }
    expect(
      await asked({ words: ['--serial-number', first], environment: { AWS_MFA_SERIAL: second } }),
    ).toEqual([first])
    expect(await asked({ environment: { AWS_MFA_SERIAL: second } })).toEqual([second])
    expect(await asked({})).toEqual([third])
    expect(await asked({ words: ['-p', 'default'], environment: { AWS_MFA_SERIAL: second } })).toEqual([
      third,
    ])
  })

  it.each<[string, Run]>([
    [
      '--endpoint-url',
      { words: ['--endpoint-url', 'URL'], environment: { AWS_ENDPOINT_URL: 'http://127.0.0.1:1' } },
    ],
    [
      'AWS_ENDPOINT_URL_STS',
      { environment: { AWS_ENDPOINT_URL: 'http://127.0.0.1:1', AWS_ENDPOINT_URL_STS: 'URL' } },
    ],
    [
      'endpoint_url of the profile',
      { environment: { AWS_ENDPOINT_URL: undefined }, config: profileWith('endpoint_url = URL') },
    ],
    [
      'the services section of the profile',
      {
        environment: { AWS_ENDPOINT_URL: undefined },
        config: profileWith(
          'endpoint_url = http://127.0.0.1:1\nservices = mine\n[services mine]\nsts =\n  endpoint_url = URL',
        ),
      },
    ],
    [
      '--endpoint-url though configured ones are ignored',
      {
        words: ['--endpoint-url', 'URL'],
        environment: { AWS_ENDPOINT_URL: 'http://127.0.0.1:1', AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'true' },
      },
    ],
  ])('take the endpoint from %s', async (_name, run) => {
    const filled = JSON.stringify({ words: run.words, environment: run.environment }).replaceAll(
      'URL"',
      `${server.url}"`,
    )
    const { words = [], environment = {} } = JSON.parse(filled) as Run
    const { status, asked } = await runExport({
      ...run,
      words: words.map((word) => (word === `--endpoint-${server.url}` ? '--endpoint-url' : word)),
      environment: { ...run.environment, ...environment },
      ...(run.config === undefined
        ? {}
        : { config: (user: User) => run.config?.(user).replace('URL', server.url) ?? '' }),
    })
    expect({ status, asked: asked.length }).toEqual({ status: 0, asked: 1 })
  })

  it("tell what else a cleared profile's name takes along", async () => {
    const { stderr } = await runExport({
      environment: { AWS_PROFILE: 'work' },
      credentials: (user) => keysOf(user, 'work'),
      config: profileWith('ca_bundle = /ca.pem\nuse_fips_endpoint = false\noutput = json', '[profile work]'),
    })
    expect(stderr).toBe(
      `${endpointNote(server)}aws-mfa-env: note: AWS_PROFILE is cleared, and with it what profile work gives: ca_bundle, use_fips_endpoint\n`,
    )
  })

  it("tell it once, while the profile's name is still there", () =>
    withSandbox(async (sandbox) => {
      const user = server.addUser()
      await writeProfiles(sandbox, {
        credentials: keysOf(user, 'work'),
        config: profileWith('ca_bundle = /ca.pem', '[profile work]')(user),
      })
      const environment = { AWS_ENDPOINT_URL: server.url, AWS_PROFILE: 'work' }
      const words = ['-s', 'json', server.nextTokenCode(user)]
      const { stdout, stderr } = await runTool(words, { sandbox, environment })
      expect(stderr).toContain(
        'note: AWS_PROFILE is cleared, and with it what profile work gives: ca_bundle\n',
      )
      const left = Object.fromEntries(
        Object.entries<string | null>(JSON.parse(stdout)).map(([name, value]) => [name, value ?? undefined]),
      )
      const renewed = await runTool(['-s', 'json'], { sandbox, environment: { ...environment, ...left } })
      expect(renewed).toMatchObject({ status: 0, stderr: '' })
    }))
})

describe('what the user has to know', () => {
  it('is told when --profile signs and keys in the environment are replaced', async () => {
    const { status, stderr } = await runExport({
      words: ['-p', 'default'],
      environment: { AWS_ACCESS_KEY_ID: 'AKIA000000000000ABCD', AWS_SECRET_ACCESS_KEY: 'x' },
    })
    expect({ status, stderr }).toEqual({
      status: 0,
      stderr: `${endpointNote(server)}aws-mfa-env: note: the session replaces the long-term key ...ABCD in the environment, which --unset does not put back\n`,
    })
  })

  it('has nothing in it of a profile that an option or variable overrides', async () => {
    const { status } = await runExport({
      words: ['--region', 'eu-west-1'],
      config: profileWith('region = eu-west-3 # disputed\nservices = missing'),
    })
    expect(status).toBe(0)
  })
})

describe('keys that are none', () => {
  it.each([
    ['a carriage return', 'AKIA0000000000000000\r', 'secret'],
    ['a line end', 'AKIA0000000000000000', 'secret\n'],
    ['a blank', 'AKIA0000000000000000 ', 'secret'],
    ['too short an id', 'test', 'test'],
  ])('are refused before a request: %s', async (_name, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY) => {
    const environment = { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_MFA_SERIAL: 'GAHT12345678' }
    const mark = server.requests.length
    const { status, stderr } = await runExport({ environment })
    expect({ status, stderr, requests: server.requests.length - mark }).toEqual({
      status: 6,
      stderr: errorText(
        'AWS_ACCESS_KEY_ID in the environment: these are no access keys of AWS',
        'a key id is 16 or more letters and digits; look for blanks and line ends that were copied along',
      ),
      requests: 0,
    })
  })

  it('are not spelled by a header without its end, however long', async () => {
    const { status } = await runExport({
      config: (user) => `[default]\nmfa_serial = ${user.serialNumber}\n[profile "${'a'.repeat(5_000)}]\n`,
    })
    expect(status).toBe(0)
  })
})

describe('the process', () => {
  // Bun does not even start there.
  it.skipIf(!isBundle)('works in a folder that has been deleted', async () => {
    await withSandbox(async (sandbox) => {
      const line = `mkdir gone && cd gone && rmdir ../gone && exec ${toolLine} --unset -s sh`
      const { status, stderr } = await runProgram('/bin/sh', ['-c', line], { sandbox })
      expect({ status, stderr: stderr.toString() }).toEqual({ status: 0, stderr: '' })
    })
  })

  it('needs no home folder when the keys are in the environment', async () => {
    if (process.getuid?.() !== 0) return
    await withSandbox(async (sandbox) => {
      const user = server.addUser()
      await chmod(sandbox.folder, 0o777)
      const child = spawn(toolProgram, [...toolWords, '-s', 'sh', server.nextTokenCode(user)], {
        // An id that the system has no entry for, and no HOME.
        uid: 54_321,
        gid: 54_321,
        cwd: sandbox.folder,
        env: environmentOf(server, user),
        stdio: ['ignore', 'ignore', 'pipe'],
      })
      let stderr = ''
      child.stderr?.on('data', (chunk) => {
        stderr += chunk
      })
      const status = await new Promise((resolve) => child.on('close', resolve))
      expect({ status, stderr }).toEqual({ status: 0, stderr: endpointNote(server) })
    })
  })

  it('says so when stdout cannot take the statements', async () => {
    const full = openSync('/dev/full', 'w')
    const child = spawn(toolProgram, [...toolWords, '--unset', '-s', 'sh'], {
      env: {},
      stdio: ['ignore', full, 'pipe'],
    })
    let stderr = ''
    child.stderr?.on('data', (chunk) => {
      stderr += chunk
    })
    const status = await new Promise((resolve) => child.on('close', resolve))
    expect({ status, stderr }).toEqual({ status: 1, stderr: errorText('stdout cannot be written (ENOSPC)') })
  })

  it('tells each step with --debug, and no secret', async () => {
    const { stderr, user, code, exported } = await runExport({ words: ['--debug'] })
    for (const step of [
      'writing for sh',
      'reading ',
      'signing with profile default',
      'MFA device ',
      'asking STS in us-east-1',
    ]) {
      expect(stderr).toContain(`aws-mfa-env: debug: ${step}`)
    }
    const { AWS_SECRET_ACCESS_KEY = '?', AWS_SESSION_TOKEN = '?' } = exported
    for (const secret of [user.secretAccessKey, code, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN]) {
      expect(stderr).not.toContain(secret)
    }
  })

  it('hints at how to evaluate the statements when stdout is a terminal', async () => {
    const script = findOnPath('script')
    if (script === undefined) return
    await withSandbox(async (sandbox) => {
      const words = `${toolLine} --unset -s fish`
      const { stdout } = await runProgram(script, ['-qec', words, '/dev/null'], { sandbox })
      expect(stdout.toString()).toContain(
        'aws-mfa-env: hint: nothing has changed yet: the shell has to evaluate this, as in: aws-mfa-env --unset | source',
      )
      expect(stdout.toString()).toContain('set -eg AWS_SESSION_TOKEN')
      const failing = `${toolLine} -s bash 12345`
      const failed = await runProgram(script, ['-qec', failing, '/dev/null'], { sandbox })
      expect(failed.stdout.toString()).not.toContain('exit 2')
      expect(failed.status).toBe(2)
    })
  })

  it('opens no file of the user but the two and the cache, and none with keys in the environment', {
    tags: 'slow',
  }, async ({ skip }) => {
    const strace = findOnPath('strace')
    if (strace === undefined) return skip('strace is not on PATH')
    await withSandbox(async (sandbox) => {
      const user = server.addUser()
      await plantTraps(sandbox, user)
      const opened = async (environment: Record<string, string>, words: string[]) => {
        const log = join(sandbox.folder, 'strace.log')
        const traced = ['-f', '-qq', '-e', 'trace=open,openat,execve', '-o', log, ...toolCommand, ...words]
        const { status, stderr } = await runProgram(strace, traced, { sandbox, environment })
        expect({ status, stderr: stderr.toString() }).toEqual({ status: 0, stderr: expect.any(String) })
        // What is opened so is looked up, and not read.
        const text = readFileSync(log, 'latin1').replace(/.*\bO_PATH\b.*/g, '')
        return {
          files: [...new Set(text.match(/(?<=")[^"]*\/home\/[^"]*(?=")/g))]
            // The code that Node.js 22 and later have compiled.
            .filter((path) => !path.includes('/.cache/aws-mfa-env/code/'))
            .map((path) =>
              path.replace(/.*\/home\//, '').replace(/(?<=\/session-|\/device-|\/\.new-)[\w-]+/, '*'),
            ),
          programs: text.match(/execve\(/g)?.length,
          // The executable is one file.
          sdk: isBundle && text.includes('/dist/sdk.cjs'),
        }
      }
      const environment = environmentOf(server, user)
      const { AWS_ACCESS_KEY_ID: _, AWS_SECRET_ACCESS_KEY: __, ...withoutKeys } = environment
      // A device that is named is remembered where another one is.
      const device = '.cache/aws-mfa-env/device-*.json'
      expect(await opened(environment, ['-s', 'sh', server.nextTokenCode(user)])).toEqual({
        files: [device],
        programs: 1,
        sdk: isBundle,
      })
      const profiles = ['.aws/config', '.aws/credentials']
      expect(await opened(withoutKeys, ['-s', 'sh', server.nextTokenCode(user)])).toEqual({
        files: [...profiles, device, '.cache/aws-mfa-env', '.cache/aws-mfa-env/.new-*'],
        programs: 1,
        sdk: isBundle,
      })
      expect(await opened(withoutKeys, ['-s', 'sh'])).toEqual({
        files: [...profiles, '.cache/aws-mfa-env/session-*.json'],
        programs: 1,
        sdk: false,
      })
      for (const words of [['--unset'], ['init', 'bash'], ['--help']]) {
        expect({ words, ...(await opened(environment, words)) }).toEqual({
          words,
          files: [],
          programs: 1,
          sdk: false,
        })
      }
    })
  })
})

/** Files that the SDK's own providers would read. */
async function plantTraps(sandbox: Sandbox, user: User): Promise<void> {
  await writeProfiles(sandbox, { credentials: keysOf(user), config: '[default]\nregion = eu-west-1\n' })
  await mkdir(join(sandbox.home, '.aws', 'sso', 'cache'), { recursive: true })
  await writeFile(join(sandbox.home, '.aws', 'sso', 'cache', 'x.json'), '{}')
}
