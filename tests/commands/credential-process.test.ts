// @module-tag slow
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { startAwsServer } from '../aws-server/server.ts'
import { runScriptAtTerminal, script } from '../device/pseudo-terminal.ts'
import { runProgram } from '../real-shells/run.ts'
import { askAs, clients } from './clients.ts'
import { cachedSessions, endSessionsIn, type Home, shellWords, withHome } from './home.ts'
import { endpointNote, environmentOf, errorText } from './tool.ts'

const server = await startAwsServer()
afterAll(() => server.close())

const inTerminal = 'get one in a terminal, and it serves here too: awsmfa --profile default'
const byCommand = 'or let a command print the code: mfa_process in the profile'

/** Caches a session. */
async function begin(home: Home): Promise<void> {
  expect(await home.run(['exec', '--token-code', home.code(), 'true'])).toMatchObject({ status: 0 })
}

const asking = (...words: string[]) => ['credential-process', ...words]

/** A command that prints the user's code and notes that it was run. */
async function mfaProcess(home: Home): Promise<string> {
  const [codes, runs] = ['codes', 'runs'].map((name) => join(home.sandbox.folder, name))
  await writeFile(codes ?? '', `${home.code()}\n`)
  return `echo run >>${runs}; cat ${codes}`
}

const runsOf = async ({ sandbox }: Home) =>
  (await readFile(join(sandbox.folder, 'runs'), 'utf8').catch(() => '')).split('\n').length - 1

describe('credential-process', () => {
  it('gives the cached session in one line of JSON, and asks nobody', () =>
    withHome(server, async (home) => {
      await begin(home)
      const [name = ''] = await cachedSessions(home)
      const cached = JSON.parse(
        await readFile(join(home.sandbox.home, '.cache', 'aws-mfa-env', name), 'utf8'),
      )
      const { accessKeyId, secretAccessKey, sessionToken, expiration } = cached
      const asked = home.asked()
      expect(await home.run(asking())).toEqual({
        status: 0,
        stdout: `{"Version":1,"AccessKeyId":"${accessKeyId}","SecretAccessKey":"${secretAccessKey}","SessionToken":"${sessionToken}","Expiration":"${expiration}"}\n`,
        stderr: '',
      })
      expect(home.asked()).toEqual(asked)
    }))

  it('gives the same session whatever the environment of its caller, where a profile is named', () =>
    withHome(server, async (home) => {
      await begin(home)
      const { stdout } = await home.run(asking())
      const environment = {
        ...environmentOf(server, server.addUser()),
        AWS_MFA_SERIAL: home.user.serialNumber,
        AWS_PROFILE: 'nobody',
        AWS_DEFAULT_PROFILE: 'somebody',
      }
      expect(await home.run(asking('--profile', 'default'), { environment })).toEqual({
        status: 0,
        stdout,
        stderr: '',
      })
    }))

  it('gives the session of a role', () =>
    withHome(server, async (home) => {
      const role = server.addRole({ trust: { users: [home.user], requireMfa: true } })
      const config = `[profile admin]\nrole_arn = ${role.arn}\nsource_profile = default\n`
      await writeFile(join(home.sandbox.home, '.aws', 'config'), config)
      const code = ['--serial-number', home.user.serialNumber, '--token-code', home.code()]
      expect(await home.run(['exec', ...code, 'true'])).toMatchObject({ status: 0 })
      const first = await home.run(asking('-p', 'admin'))
      expect(first).toMatchObject({ status: 0, stderr: endpointNote(server) })
      expect(await home.run(asking('-p', 'admin'))).toEqual({ ...first, stderr: '' })
      expect(home.asked()).toEqual(['GetSessionToken', 'AssumeRole'])
    }))
})

describe('without a session, credential-process', () => {
  it('says in two lines what to do', () =>
    withHome(server, async (home) => {
      expect(await home.run(asking())).toEqual({
        status: 2,
        stdout: '',
        stderr: errorText(
          'no session of profile default is cached, and credential-process asks nobody for a code',
          inTerminal,
          byCommand,
        ),
      })
      expect(home.asked()).toEqual([])
    }))

  it.skipIf(script === undefined)('asks nobody at a terminal either (script is not on PATH)', () =>
    withHome(server, async (home) => {
      const environment = { AWS_ENDPOINT_URL: server.url }
      const { status, shown } = await runScriptAtTerminal(shellWords(...asking()), {
        sandbox: home.sandbox,
        replies: [],
        environment,
      })
      expect(status).toBe(2)
      expect(shown).toMatch(/^aws-mfa-env: error: no session of profile default is cached, /)
      expect(shown).not.toContain('MFA code')
    }),
  )

  it('tells why a cached one does not serve', () =>
    withHome(server, async (home) => {
      await begin(home)
      for (const [words, seconds, lack] of [
        [[], 240, 'too little of it is left'],
        [['--min-remaining', '0'], -1, 'too little of it is left'],
        [['--new'], 3600, 'a new one is wanted'],
        [['--serial-number', 'GAHT12345678'], 3600, 'it is of another device'],
        [['-d', '1h'], 3600, 'it was asked for another duration'],
      ] as const) {
        await endSessionsIn(home, seconds)
        expect(await home.run(asking(...words))).toEqual({
          status: 2,
          stdout: '',
          stderr: errorText(
            `the cached session of profile default does not serve (${lack}), and credential-process asks nobody for a code`,
            `${inTerminal}, with the options that stand here, and --new`,
            byCommand,
          ),
        })
      }
      expect(home.asked()).toEqual(['GetSessionToken'])
    }))

  it('says what keeps the sessions of keys in the environment from being cached', () =>
    withHome(server, async (home) => {
      const environment = environmentOf(server, home.user)
      expect(await home.run(asking(), { environment })).toEqual({
        status: 2,
        stdout: '',
        stderr: errorText(
          'no session of the key in the environment is cached, and credential-process asks nobody for a code',
          'sessions of such keys are cached with AWS_MFA_ENV_CACHE=on alone',
          byCommand,
        ),
      })
      const cached = { ...environment, AWS_MFA_ENV_CACHE: 'on' }
      const exec = ['exec', '--token-code', home.code(), 'true']
      expect(await home.run(exec, { environment: cached })).toMatchObject({ status: 0 })
      expect(await home.run(asking(), { environment: cached })).toMatchObject({ status: 0, stderr: '' })
    }))

  it('takes a code from nowhere', () =>
    withHome(server, async (home) => {
      expect(await home.run(asking('123456'))).toEqual({
        status: 2,
        stdout: '',
        stderr: errorText(
          'credential-process takes no code',
          'a code alone is the default command: aws-mfa-env 123456',
        ),
      })
      expect(await home.run(asking('-p', '123456'))).toEqual({
        status: 2,
        stdout: '',
        stderr: errorText(
          'six digits stand where --profile wants a name',
          'credential-process takes no code',
        ),
      })
    }))

  it('is refused by a profile that gets its keys from there', () =>
    withHome(server, async (home) => {
      const own = shellWords(...asking('--profile', 'self')).replaceAll("'", '')
      const config = `[profile self]\nmfa_serial = ${home.user.serialNumber}\nmfa_process = echo 123456\ncredential_process = ${own}\n`
      const path = join(home.sandbox.home, '.aws', 'config')
      await writeFile(path, config)
      const { status, stdout, stderr } = await home.run(asking('-p', 'self'))
      expect({ status, stdout }).toEqual({ status: 6, stdout: '' })
      expect(stderr).toContain(
        `error: this run was started for profile self by credential_process in ${path}, line 4, and would have to start that again\n`,
      )
    }))
})

describe('with mfa_process, credential-process', () => {
  it('gets a new session when the cached one has too little left', () =>
    withHome(server, async (home) => {
      await begin(home)
      const { stdout: old } = await home.run(asking())
      await endSessionsIn(home, 240)
      const words = asking('--mfa-process', await mfaProcess(home))
      // A code of this half minute has been used, which the server does not mind.
      const { status, stdout } = await home.run(words)
      expect(status).toBe(0)
      expect(JSON.parse(stdout).AccessKeyId).not.toBe(JSON.parse(old).AccessKeyId)
      expect(await home.run(words)).toMatchObject({ stdout, stderr: '' })
      expect(await runsOf(home)).toBe(1)
      expect(home.asked()).toEqual(['GetSessionToken', 'GetSessionToken'])
    }))

  it('serves the session while it has as much left as is wanted', () =>
    withHome(server, async (home) => {
      await begin(home)
      await endSessionsIn(home, 240)
      const words = asking('--mfa-process', await mfaProcess(home), '--min-remaining', '3m')
      expect(await home.run(words)).toMatchObject({ status: 0, stderr: '' })
      expect(await runsOf(home)).toBe(0)
    }))

  it('asks AWS once for twenty callers at a time', () =>
    withHome(server, async (home) => {
      const words = asking('--mfa-process', `sleep 1; ${await mfaProcess(home)}`)
      const ran = await Promise.all(Array.from({ length: 20 }, () => home.run(words)))
      expect(new Set(ran.map(({ status }) => status))).toEqual(new Set([0]))
      expect(new Set(ran.map(({ stdout }) => stdout)).size).toBe(1)
      expect(home.asked()).toEqual(['GetSessionToken'])
      expect(await runsOf(home)).toBe(1)
      for (const { stderr } of ran) {
        expect(stderr.replace(/process \d+/, 'process N').replace(endpointNote(server), '')).toMatch(
          /^(aws-mfa-env: note: waiting for another aws-mfa-env \(process N\), which is getting a session of profile default\n)?$/,
        )
      }
    }))
})

describe.each(clients)('as a credential_process of $name', (client) => {
  const profiles = (role: string) => `[profile mfa]
credential_process = ${shellWords(...asking('--profile', 'default')).replaceAll("'", '')}
[profile role]
role_arn = ${role}
source_profile = mfa
`

  it.skipIf(!client.here)('serves it, and its roles', async () => {
    const role = server.addRole({ trust: { requireMfa: true } })
    await withHome(
      server,
      async (home) => {
        await begin(home)
        expect(await askAs(client, 'mfa', home)).toEqual({
          status: 0,
          stdout: `${home.user.arn}\n`,
          stderr: '',
        })
        const asRole = await askAs(client, 'role', home)
        expect(asRole).toMatchObject({ status: 0, stderr: '' })
        expect(asRole.stdout).toContain(`:assumed-role/${role.name}/`)
        expect(home.asked()).toEqual([
          'GetSessionToken',
          'GetCallerIdentity',
          'AssumeRole',
          'GetCallerIdentity',
        ])
      },
      { config: profiles(role.arn) },
    )
  })

  it.skipIf(!client.here)(client.repeats ? 'tells it what to do' : 'fails it', () =>
    withHome(
      server,
      async (home) => {
        const { status, stdout, stderr } = await askAs(client, 'mfa', home)
        expect({ status: status !== 0, stdout }).toEqual({ status: true, stdout: '' })
        expect(stderr.includes('no session of profile default is cached')).toBe(client.repeats)
        expect(stderr.includes(inTerminal)).toBe(client.repeats)
      },
      { config: profiles('arn:aws:iam::123456789012:role/any') },
    ),
  )
})

const refreshes = `
import botocore.session
session = botocore.session.Session(profile='mfa')
found = session.get_credentials()
print(len({found.get_frozen_credentials().access_key for _ in range(3)}))
`

it.skipIf(!clients[1]?.here)('botocore refreshes a session that ends soon, and takes it again', () =>
  withHome(
    server,
    async (home) => {
      await begin(home)
      // botocore wants a new one ten minutes before the end, and takes what lasts at all.
      await endSessionsIn(home, 480)
      const environment = { ...home.environment, AWS_REGION: 'eu-west-1' }
      const ran = await runProgram('python3', ['-c', refreshes], { sandbox: home.sandbox, environment })
      expect([ran.status, `${ran.stdout}`, `${ran.stderr}`]).toEqual([0, '1\n', ''])
    },
    {
      config: `[profile mfa]\ncredential_process = ${shellWords(...asking('--profile', 'default')).replaceAll("'", '')}\n`,
    },
  ),
)
