import { readFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { encodeState } from '../../src/variables/state.ts'
import { startAwsServer } from '../aws-server/server.ts'
import { withSandbox } from '../real-shells/run.ts'
import { endSessionsIn, type Home, withHome } from './home.ts'
import { endpointNote, errorText, keysOf, runTool } from './tool.ts'

const serialNumber = 'arn:aws:iam::123456789012:mfa/alice'
const keyId = 'ASIA000000000000ABCD'
const minutesFromNow = (minutes: number) =>
  new Date(Date.now() + minutes * 60_000).toISOString().replace(/\.\d+Z$/, 'Z')

function ours(
  expiration: string,
  source: { profile: string } | { accessKeyId: string } = { profile: 'work' },
) {
  return {
    AWS_ACCESS_KEY_ID: keyId,
    AWS_SECRET_ACCESS_KEY: 'a secret that status must not print',
    AWS_SESSION_TOKEN: 'a token that status must not print',
    AWS_MFA_ENV_STATE: encodeState({
      source,
      serialNumber,
      issuedAt: '2026-01-02T03:04:05Z',
      accessKeyId: keyId,
      expiration,
      displaced: [],
    }),
  }
}

const status = (environment: Record<string, string>, ...words: string[]) =>
  withSandbox((sandbox) => runTool(['status', ...words], { sandbox, environment }))

const server = await startAwsServer()
afterAll(() => server.close())

describe('status', () => {
  it('tells whose session it is and until when', async () => {
    const end = minutesFromNow(90.5)
    expect(await status(ours(end))).toEqual({
      status: 0,
      stdout: `session of profile work, device ${serialNumber}, key ...ABCD\nuntil ${end}: 1 h 30 min left, MFA since 2026-01-02T03:04:05Z\n`,
      stderr: '',
    })
    const fromEnvironment = await status(ours(end, { accessKeyId: 'AKIA000000000000WXYZ' }))
    expect(fromEnvironment.stdout).toMatch(/^session of the key \.\.\.WXYZ from the environment, device /)
  })

  it('tells of what some clients take instead of the session, where it was set since', async () => {
    const note = (names: string) =>
      `aws-mfa-env: note: set beside the session, and taken in its place by some clients: ${names}\n`
    const held = ours(minutesFromNow(90))
    const rivals = { AWS_PROFILE: 'other', AWS_SECURITY_TOKEN: 'stale' }
    expect(await status({ ...held, AWS_PROFILE: 'other' })).toMatchObject({
      status: 0,
      stderr: note('AWS_PROFILE'),
    })
    const { stderr } = await status({ ...held, ...rivals })
    expect(stderr).toBe(note('AWS_SECURITY_TOKEN, AWS_PROFILE'))
    const same = { AWS_SECURITY_TOKEN: held.AWS_SESSION_TOKEN, AWS_PROFILE: '' }
    expect((await status({ ...held, ...same })).stderr).toBe('')
    // Another tool's session is passed over just the same.
    expect((await status({ ...held, ...rivals, AWS_MFA_ENV_STATE: '' })).stderr).toBe(stderr)
    expect((await status(rivals)).stderr).toBe('')
  })

  it('tells it as JSON', async () => {
    const end = minutesFromNow(60)
    const { stdout, ...rest } = await status(ours(end), '--json')
    expect(rest).toEqual({ status: 0, stderr: '' })
    expect(JSON.parse(stdout)).toEqual({
      session: 'ours',
      keyId,
      profile: 'work',
      serialNumber,
      account: '123456789012',
      issuedAt: '2026-01-02T03:04:05Z',
      issuedAtEpoch: 1767323045,
      expiration: end,
      expirationEpoch: Date.parse(end) / 1000,
      remainingSeconds: expect.any(Number),
    })
  })

  it.each([
    ['4m', '3m', 0],
    ['4m', '5m', 3],
    ['4m', undefined, 3],
    ['6m', undefined, 0],
    ['6m', '1h', 3],
    ['6m', '0', 0],
    ['-1m', '0', 3],
  ])('with %s left and --min-remaining %s ends with %i', async (left, minimum, code) => {
    const words = minimum === undefined ? [] : ['--min-remaining', minimum]
    const ran = await status(ours(minutesFromNow(Number.parseInt(left, 10) + 0.1)), ...words)
    expect({ status: ran.status, stderr: ran.stderr }).toEqual({ status: code, stderr: '' })
  })

  it.each([
    [-125, '2 h 5 min'],
    [-47.5 * 60, '47 h 30 min'],
    [-49 * 60, '2 days'],
    [-31 * 24 * 60, '31 days'],
  ])('tells since when a session has been over: for %i minutes', async (minutes, ago) => {
    const end = minutesFromNow(minutes)
    const { status: code, stdout } = await status(ours(end))
    expect(code).toBe(3)
    expect(stdout).toContain(`\nended at ${end}, ${ago} ago, MFA since 2026-01-02T03:04:05Z\n`)
  })

  it('knows a session that is not ours, with or without an end', async () => {
    const { AWS_MFA_ENV_STATE, ...foreign } = ours(minutesFromNow(60))
    expect(await status(foreign)).toEqual({
      status: 0,
      stdout: 'a session that aws-mfa-env did not set, key ...ABCD\nnothing says until when\n',
      stderr: '',
    })
    expect(await status(foreign, '--min-remaining', '0')).toMatchObject({ status: 0 })
    expect(await status(foreign, '--min-remaining', '30m')).toMatchObject({ status: 3 })
    const damaged = {
      ...foreign,
      AWS_MFA_ENV_STATE: `${AWS_MFA_ENV_STATE.slice(4)}`,
      AWS_CREDENTIAL_EXPIRATION: minutesFromNow(1),
    }
    expect(await status(damaged)).toMatchObject({ status: 3, stdout: expect.stringContaining('did not set') })
  })

  it('takes a part of a session for none, and prints no control of a hostile state', async () => {
    const { AWS_SESSION_TOKEN, ...part } = ours(minutesFromNow(60))
    expect(AWS_SESSION_TOKEN).toBeDefined()
    expect(await status(part)).toMatchObject({ status: 3 })
    const hostile = await status(ours(minutesFromNow(60), { profile: 'a\u001b]0;b' }))
    expect(hostile.stdout).toContain('profile a\\u{1b}]0;b,')
  })

  it('knows that there is none', async () => {
    const none = { status: 3, stdout: 'no session in this environment\n', stderr: '' }
    expect(await status({})).toEqual(none)
    expect(await status({ AWS_ACCESS_KEY_ID: 'AKIA0000000000000000', AWS_SECRET_ACCESS_KEY: 'x' })).toEqual(
      none,
    )
    expect(await status({}, '--json')).toEqual({ ...none, stdout: '{\n  "session": "none"\n}\n' })
  })
})

describe('status of a profile', () => {
  const asked = ['status', '-p', 'default']
  const begin = async (home: Home) => {
    expect(await home.run(['exec', '--token-code', home.code(), 'true'])).toMatchObject({ status: 0 })
  }

  it('is that of its cached session, whatever the environment holds', { tags: 'slow' }, () =>
    withHome(server, async (home) => {
      const none = { status: 3, stdout: 'no session of profile default\n', stderr: '' }
      const environment = ours(minutesFromNow(60))
      expect(await home.run(asked, { environment })).toEqual(none)
      expect(await home.run([...asked, '--json'])).toEqual({ ...none, stdout: '{\n  "session": "none"\n}\n' })
      await begin(home)
      const { status: code, stdout, stderr } = await home.run(asked, { environment })
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
      const [, since] = /MFA since (.*)\n$/.exec(stdout) ?? []
      const end = new Date(Date.parse(since ?? '') + 43_200_000).toISOString().replace('.000', '')
      expect(stdout).toMatch(
        new RegExp(
          `^session of profile default, device ${home.user.serialNumber}, key \\.\\.\\.\\w{4}\\nuntil ${end}: 11 h 59 min left, MFA since ${since}\\n$`,
        ),
      )
      expect(home.asked()).toEqual(['GetSessionToken'])
    }),
  )

  it('needs as much left as is wanted, and tells of one that is over', { tags: 'slow' }, () =>
    withHome(server, async (home) => {
      await begin(home)
      await endSessionsIn(home, 240)
      const minimum = (seconds: string) => home.run([...asked, '--min-remaining', seconds])
      expect(await home.run(asked)).toMatchObject({ status: 3, stderr: '' })
      expect(await minimum('3m')).toMatchObject({ status: 0, stderr: '' })
      expect(await minimum('6m')).toMatchObject({ status: 3, stderr: '' })
      await endSessionsIn(home, -3700)
      const over = await home.run(asked)
      expect(over).toMatchObject({ status: 3, stderr: '' })
      expect(over.stdout).toContain(', 1 h 1 min ago, MFA since ')
    }),
  )

  it('is that of the session saved in it, and of a role', { tags: 'slow' }, async () => {
    const role = server.addRole({ trust: { requireMfa: true } })
    await withHome(
      server,
      async (home) => {
        const none = { status: 3, stdout: 'no session of profile admin\n', stderr: '' }
        await begin(home)
        expect(await home.run(['status', '-p', 'admin'])).toEqual(none)
        expect(await home.run(['save', '-p', 'admin', '--to', 'saved'])).toMatchObject({ status: 0 })
        const expected = {
          session: 'ours',
          keyId: expect.stringMatching(/^ASIA/),
          profile: 'admin',
          roleArn: role.arn,
          serialNumber: home.user.serialNumber,
          account: '123456789012',
          issuedAt: expect.stringMatching(/Z$/),
          issuedAtEpoch: expect.any(Number),
          expiration: expect.stringMatching(/Z$/),
          expirationEpoch: expect.any(Number),
          remainingSeconds: expect.any(Number),
        }
        const found = await Promise.all(
          ['admin', 'saved'].map(async (name) => {
            const { status: code, stdout } = await home.run(['status', '-p', name, '--json'])
            expect({ name, code }).toEqual({ name, code: 0 })
            const { remainingSeconds, ...rest } = JSON.parse(stdout)
            expect({ remainingSeconds, ...rest }).toEqual(expected)
            return rest
          }),
        )
        expect(found[0]).toEqual(found[1])
        expect(found[0].expirationEpoch * 1000).toBe(Date.parse(found[0].expiration))
        expect(await home.run(['forget', '--all'])).toMatchObject({ status: 0 })
        expect(await home.run(['status', '-p', 'admin'])).toEqual(none)
        const { status: code, stdout } = await home.run(['status', '-p', 'saved'])
        expect(code).toBe(0)
        expect(stdout).toMatch(/^session of profile admin, role arn:\S+, device /)
        // AWS takes no request that a part of a session signs.
        const path = join(home.sandbox.home, '.aws', 'credentials')
        const saved = await readFile(path, 'utf8')
        for (const key of ['aws_session_token', 'aws_secret_access_key']) {
          const [head = '', section = ''] = saved.split('[saved]')
          await writeFile(path, `${head}[saved]${section.replace(new RegExp(`^${key} = .*\n`, 'm'), '')}`)
          expect(await home.run(['status', '-p', 'saved'])).toEqual({
            status: 3,
            stdout: 'no session of profile saved\n',
            stderr: '',
          })
        }
      },
      { config: `[profile admin]\nrole_arn = ${role.arn}\nsource_profile = default\n` },
    )
  })

  it('fails where there is no such profile', () =>
    withHome(server, async (home) => {
      expect(await home.run(['status', '-p', 'nobody'])).toEqual({
        status: 6,
        stdout: '',
        stderr: errorText('there is no profile nobody (from --profile)', 'there are: default'),
      })
    }))
})

describe('status --verify', () => {
  /** The variables of a session that the local AWS has issued, and which aws-mfa-env has not set. */
  const issued = (durationSeconds?: number) => {
    const user = server.addUser()
    const session = server.issueSession(user, durationSeconds === undefined ? {} : { durationSeconds })
    return {
      user,
      environment: {
        AWS_ENDPOINT_URL: server.url,
        AWS_ACCESS_KEY_ID: session.accessKeyId,
        AWS_SECRET_ACCESS_KEY: session.secretAccessKey,
        AWS_SESSION_TOKEN: session.sessionToken,
      },
    }
  }
  const words = ['status', '--verify']

  it('says who AWS says it is', () =>
    withSandbox(async (sandbox) => {
      const { user, environment } = issued()
      const keyEnd = environment.AWS_ACCESS_KEY_ID.slice(-4)
      expect(await runTool(words, { sandbox, environment })).toEqual({
        status: 0,
        stdout: `a session that aws-mfa-env did not set, key ...${keyEnd}\nnothing says until when\nAWS says: ${user.arn}\n`,
        stderr: endpointNote(server),
      })
      const { stdout } = await runTool([...words, '--json'], { sandbox, environment })
      expect(JSON.parse(stdout)).toEqual({
        session: 'other',
        keyId: environment.AWS_ACCESS_KEY_ID,
        account: user.account,
        arn: user.arn,
      })
    }))

  it("asks where a role's cached session is from, which its source profile says", async () => {
    const role = server.addRole({ trust: { requireMfa: true } })
    const user = server.addUser()
    await withHome(
      server,
      async (home) => {
        const environment = { AWS_ENDPOINT_URL: '' }
        const begun = await home.run(['exec', '-p', 'admin', '--token-code', home.code(), 'true'], {
          environment,
        })
        expect(begun).toMatchObject({ status: 0 })
        const { status: code, stdout, stderr } = await home.run([...words, '-p', 'admin'], { environment })
        expect({ code, stderr }).toEqual({ code: 0, stderr: endpointNote(server) })
        expect(stdout).toMatch(/\nAWS says: arn:aws:sts::\d+:assumed-role\//)
      },
      {
        user,
        config: `[profile admin]\nrole_arn = ${role.arn}\nsource_profile = base\n[profile base]\nmfa_serial = ${user.serialNumber}\nendpoint_url = ${server.url}\n`,
        credentials: keysOf(user, 'base'),
      },
    )
  })

  it('fails where AWS takes the session no longer', () =>
    withSandbox(async (sandbox) => {
      const { environment } = issued(-10)
      const ran = await runTool(words, { sandbox, environment })
      expect(ran).toMatchObject({ status: 4, stdout: '' })
      expect(ran.stderr).toContain('aws-mfa-env: error: the session has expired: ')
      const { user, environment: removed } = issued()
      server.removeUser(user)
      const unknown = await runTool(words, { sandbox, environment: removed })
      expect(unknown).toMatchObject({ status: 4, stdout: '' })
    }))

  it('asks nothing about a session that is known to be over, or is none', () =>
    withSandbox(async (sandbox) => {
      const mark = server.requests.length
      const over = {
        ...issued().environment,
        AWS_CREDENTIAL_EXPIRATION: minutesFromNow(-1),
      }
      const ran = await runTool(words, { sandbox, environment: over })
      expect(ran).toMatchObject({ status: 3, stderr: '' })
      expect(ran.stdout).toMatch(/\nended at \S+, 1 min ago\n$/)
      const none = { status: 3, stdout: 'no session in this environment\n', stderr: '' }
      expect(await runTool(words, { sandbox })).toEqual(none)
      expect(server.requests).toHaveLength(mark)
    }))

  it('fails where AWS cannot be reached', () =>
    withSandbox(async (sandbox) => {
      const url = `http://127.0.0.1:${await freePort()}`
      const environment = { ...issued().environment, AWS_ENDPOINT_URL: url }
      expect(await runTool(words, { sandbox, environment })).toEqual({
        status: 5,
        stdout: '',
        stderr: `aws-mfa-env: note: STS is asked at ${url}, which is not AWS's own\n${errorText(
          `${url} cannot be reached (ECONNREFUSED)`,
          'look at the network, the region and the endpoint',
        )}`,
      })
    }))
})

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const listener = createServer().listen(0, '127.0.0.1', () => {
      const address = listener.address()
      listener.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0))
    })
  })
}
