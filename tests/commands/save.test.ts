import { spawn, spawnSync } from 'node:child_process'
import { chmod, mkdir, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { startAwsServer } from '../aws-server/server.ts'
import { runScriptAtTerminal, script } from '../device/pseudo-terminal.ts'
import { runProgram } from '../real-shells/run.ts'
import { askAs, clients } from './clients.ts'
import { endSessionsIn, type Home, type HomeSpec, readAwsFile, shellWords, withHome } from './home.ts'
import {
  endpointNote,
  environmentOf,
  errorText,
  keysOf,
  toolCommand,
  toolProgram,
  toolWords,
} from './tool.ts'

const server = await startAwsServer()
afterAll(() => server.close())

const at = (use: (home: Home) => Promise<void>, spec: HomeSpec = {}) => withHome(server, use, spec)
const saved = () => ({ status: 0, stdout: '', stderr: endpointNote(server) })
const silent = { status: 0, stdout: '', stderr: '' }
const otherName = 'save under another name with --to'
/** A role whose source is the saved profile. */
const ofMfa = {
  config: '[profile admin]\nrole_arn = arn:aws:iam::123456789012:role/admin\nsource_profile = mfa\n',
}
const awsFile = ({ sandbox }: Home, name: string) => join(sandbox.home, '.aws', name)

/** The keys of a section that holds nothing else. */
async function sectionOf(home: Home, name: string): Promise<Record<string, string>> {
  const [, text = ''] = (await readAwsFile(home, 'credentials')).split(`[${name}]\n`)
  const [lines = ''] = text.split(/^\[/m)
  return Object.fromEntries([...lines.matchAll(/^(\w+) = (.*)$/gm)].map(([, key, value]) => [key, value]))
}

describe('save', () => {
  it('writes the session as profile mfa, and nothing on stdout', () =>
    at(
      async (home) => {
        const before = await readAwsFile(home, 'credentials')
        expect(await home.run(['save', home.code()])).toEqual(saved())
        const after = await readAwsFile(home, 'credentials')
        expect(after.startsWith(`${before}[mfa]\n# written by aws-mfa-env save`)).toBe(true)
        const section = await sectionOf(home, 'mfa')
        expect(section).toEqual({
          aws_access_key_id: expect.stringMatching(/^ASIA/),
          aws_secret_access_key: expect.any(String),
          aws_session_token: expect.any(String),
          expiration: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
          region: 'eu-west-3',
          aws_mfa_env_source_profile: 'default',
          aws_mfa_env_serial_number: home.user.serialNumber,
          aws_mfa_env_issued_at: expect.stringMatching(/Z$/),
          aws_mfa_env_session_key_id: section['aws_access_key_id'],
        })
        expect((await stat(awsFile(home, 'credentials'))).mode & 0o777).toBe(0o600)
        expect(home.asked()).toEqual(['GetSessionToken'])
      },
      { region: 'eu-west-3' },
    ))

  it('takes the cached session, and gives back the very bytes of before', { tags: 'slow' }, () =>
    at(async (home) => {
      expect(await home.run(['exec', '--token-code', home.code(), 'true'])).toMatchObject({ status: 0 })
      const odd = `\ufeff# mine\r\n${keysOf(home.user).replaceAll('\n', '\r\n')}[other]\r\nregion = x`
      await writeFile(awsFile(home, 'credentials'), odd)
      expect(await home.run(['save', '--to', 'a/b.c@d'])).toMatchObject({ status: 6 })
      const plain = odd.slice(1)
      await writeFile(awsFile(home, 'credentials'), plain)
      expect(await home.run(['save', '--to', 'a/b.c@d'])).toEqual(silent)
      expect(await home.run(['status', '-p', 'a/b.c@d'])).toMatchObject({ status: 0 })
      expect(await home.run(['save', '--remove', '--to', 'a/b.c@d'])).toEqual(silent)
      expect(await readAwsFile(home, 'credentials')).toBe(plain)
      expect(home.asked()).toEqual(['GetSessionToken'])
    }),
  )

  it('renews its profile in its place', () =>
    at(async (home) => {
      expect(await home.run(['save', home.code()])).toEqual(saved())
      const first = await sectionOf(home, 'mfa')
      const text = await readAwsFile(home, 'credentials')
      await writeFile(awsFile(home, 'credentials'), `${text}# later\n[later]\nregion = y\n`)
      expect(await home.run(['save', home.code()])).toEqual(saved())
      const renewed = await readAwsFile(home, 'credentials')
      expect(renewed.match(/^\[.*\]$/gm)).toEqual(['[default]', '[mfa]', '[later]'])
      const second = await sectionOf(home, 'mfa')
      expect(Object.keys(second)).toEqual(Object.keys(first))
      expect(second['aws_session_token']).not.toBe(first['aws_session_token'])
      expect(await home.run(['save', '--remove'])).toEqual(silent)
      expect(await readAwsFile(home, 'credentials')).toBe(
        `${keysOf(home.user)}# later\n[later]\nregion = y\n`,
      )
    }))

  it('removes what is not there with a word', () =>
    at(async (home) => {
      const before = await readAwsFile(home, 'credentials')
      expect(await home.run(['save', '--remove', '--to', 'mfaa'])).toEqual({
        ...silent,
        stderr: `aws-mfa-env: note: there is no profile mfaa in ${awsFile(home, 'credentials')}\n`,
      })
      expect(await readAwsFile(home, 'credentials')).toBe(before)
    }))

  it("has --region go along before the profile's own", () =>
    at(
      async (home) => {
        const words = ['save', '--region', 'us-west-2', home.code()]
        expect(await home.run(words)).toEqual(saved())
        expect(await sectionOf(home, 'mfa')).toMatchObject({ region: 'us-west-2' })
      },
      { region: 'eu-west-3' },
    ))

  it('saves keys of the environment, whose region is left to the environment', { tags: 'slow' }, () =>
    at(async (home) => {
      const environment = { ...environmentOf(server, home.user), AWS_REGION: 'eu-west-2' }
      expect(await home.run(['save', home.code()], { environment })).toEqual(saved())
      const section = await sectionOf(home, 'mfa')
      expect(section).toMatchObject({ aws_mfa_env_source_key_id: home.user.accessKeyId })
      expect(section).not.toHaveProperty('region')
      const gone = await home.run(['exec', '-p', 'mfa', '--no-prompt', 'true'])
      expect(gone.stderr).toMatch(
        /error: profile mfa holds a session of a key from the environment \(\.\.\.\w{4}\), which is not there\n/,
      )
      const foreign = { environment: environmentOf(server, server.addUser()) }
      for (const name of ['mfa', 'admin']) {
        const refused = await home.run(['exec', '-p', name, 'true'], foreign)
        expect(refused).toMatchObject({ status: 6, stderr: gone.stderr })
      }
      const again = await home.run(['save', '-p', 'mfa', home.code()], { environment })
      expect(again).toEqual(saved())
    }, ofMfa),
  )

  it('does not take the place of what its own role has for a source', () =>
    at(async (home) => {
      expect(await home.run(['save', home.code()])).toEqual(saved())
      const before = await readAwsFile(home, 'credentials')
      const place = `${awsFile(home, 'config')}, line 5`
      const stderr = errorText(
        `profile mfa is the source_profile of admin (${place}), whose session it would hold`,
        otherName,
      )
      expect(await home.run(['save', '-p', 'admin'])).toEqual({ status: 6, stdout: '', stderr })
      expect(home.asked()).toEqual(['GetSessionToken'])
      expect(await readAwsFile(home, 'credentials')).toBe(before)
    }, ofMfa))

  it.skipIf(script === undefined)('asks at the terminal (script is not on PATH)', () =>
    at(async (home) => {
      const { status, shown } = await runScriptAtTerminal(shellWords('save'), {
        sandbox: home.sandbox,
        replies: [{ shown: 'MFA code of ', reply: `${home.code()}\n` }],
        environment: { AWS_ENDPOINT_URL: server.url },
      })
      expect([status, shown.includes('ASIA')]).toEqual([0, false])
      expect(await sectionOf(home, 'mfa')).toHaveProperty('aws_session_token')
    }),
  )

  it('saves the session of a role', async () => {
    const role = server.addRole({ trust: { requireMfa: true } })
    await at(
      async (home) => {
        expect(await home.run(['save', '-p', 'admin', '--to', 'admin-mfa', home.code()])).toEqual(saved())
        expect(await sectionOf(home, 'admin-mfa')).toMatchObject({
          region: 'eu-north-1',
          aws_mfa_env_source_profile: 'admin',
          aws_mfa_env_role_arn: role.arn,
        })
        const { stdout } = await home.run(['status', '-p', 'admin-mfa', '--verify'])
        expect(stdout).toContain(`session of profile admin, role ${role.arn}, device `)
        expect(stdout).toContain(
          `AWS says: arn:aws:sts::123456789012:assumed-role/${role.name}/aws-mfa-env\n`,
        )
      },
      { config: `[profile admin]\nrole_arn = ${role.arn}\nsource_profile = default\nregion = eu-north-1\n` },
    )
  })
})

describe('a saved profile', () => {
  it('signs with its source, named by an option or by the environment', { tags: 'slow' }, () =>
    at(async (home) => {
      expect(await home.run(['save', home.code()])).toEqual(saved())
      const first = await sectionOf(home, 'mfa')
      expect(await home.run(['save', '--profile', 'mfa', home.code()])).toEqual(saved())
      expect(await sectionOf(home, 'mfa')).toMatchObject({ aws_mfa_env_source_profile: 'default' })
      expect((await sectionOf(home, 'mfa'))['aws_access_key_id']).not.toBe(first['aws_access_key_id'])
      const environment = { AWS_PROFILE: 'mfa' }
      expect(await home.run(['save'], { environment })).toEqual(silent)
      const exported = await home.run(['-s', 'sh'], { environment })
      expect(exported).toMatchObject({ status: 0, stderr: '' })
      expect(exported.stdout).toContain('unset AWS_SECURITY_TOKEN AWS_PROFILE')
      expect(await home.run(['credential-process'], { environment })).toMatchObject({ status: 0 })
      expect(home.asked()).toEqual(['GetSessionToken', 'GetSessionToken'])
    }),
  )

  it('is renewed when its session is nearly over', () =>
    at(async (home) => {
      expect(await home.run(['save', home.code()])).toEqual(saved())
      await endSessionsIn(home, 60)
      const environment = { AWS_PROFILE: 'mfa' }
      expect(await home.run(['save'], { environment })).toMatchObject({ status: 2, stdout: '' })
      expect(await home.run(['save', home.code()], { environment })).toEqual(saved())
    }))

  it('is no longer ours when it has been given other keys', { tags: 'slow' }, () =>
    at(async (home) => {
      expect(await home.run(['save', home.code()])).toEqual(saved())
      const text = await readAwsFile(home, 'credentials')
      await writeFile(awsFile(home, 'credentials'), text.replace(/ASIA\w+/, 'AKIA0000000000000000'))
      const what = `profile mfa has been given other keys since save wrote it (${awsFile(home, 'credentials')}, line 4)`
      const asked = home.asked()
      expect(await home.run(['save', home.code()])).toEqual({
        status: 6,
        stdout: '',
        stderr: errorText(what, otherName),
      })
      expect(await home.run(['save', '--remove'])).toMatchObject({
        status: 6,
        stderr: errorText(what, 'take that section out by hand'),
      })
      expect(home.asked()).toEqual(asked)
    }),
  )

  it.each(clients.map((client) => [client.name, client] as const))(
    'serves %s',
    { tags: 'slow' },
    async (_name, client) => {
      if (!client.here) return
      await at(
        async (home) => {
          expect(await home.run(['save', home.code()])).toEqual(saved())
          expect(await askAs(client, 'mfa', home)).toEqual({
            status: 0,
            stdout: `${home.user.arn}\n`,
            stderr: '',
          })
        },
        { region: 'eu-west-1' },
      )
    },
  )
})

it('notes once what keeps the session from being cached', () =>
  at(async (home) => {
    const cache = join(home.sandbox.home, '.cache', 'aws-mfa-env')
    await mkdir(cache, { recursive: true })
    await chmod(cache, 0o777)
    const { status, stderr } = await home.run(['save', home.code()])
    const noted = `aws-mfa-env: note: nothing is cached: others can write to ${cache}\n`
    expect([status, stderr]).toEqual([0, noted + endpointNote(server)])
  }))

it(
  'is refused where another program has emptied the file meanwhile, as the AWS CLI does before it fills it',
  { tags: 'slow' },
  () =>
    at(async (home) => {
      const file = awsFile(home, 'credentials')
      const before = await readAwsFile(home, 'credentials')
      const emptying = ['--mfa-process', `sh -c ': >${file}; echo ${home.code()}'`]
      expect(await home.run(['save', ...emptying])).toEqual({
        status: 1,
        stdout: '',
        stderr:
          endpointNote(server) +
          errorText(
            `${file} has become empty, or is gone, since this began`,
            'another program may be about to fill it again: look what is in it, and try again',
          ),
      })
      expect(await readAwsFile(home, 'credentials')).toBe('')
      await writeFile(file, before)
      expect(await home.run(['save'])).toEqual(silent)
    }),
)

const canMount = process.getuid?.() === 0 && spawnSync('unshare', ['-m', 'true']).status === 0

describe('what cannot be saved costs no code', () => {
  const cases: readonly (readonly [
    what: string,
    words: readonly string[],
    spec: HomeSpec,
    status: number,
    lines: (home: Home) => [string, ...string[]],
  ])[] = [
    [
      'a section of somebody else',
      ['--to', 'other'],
      { credentials: '[other]\nregion = x\n' },
      6,
      (home) => [
        `profile other is not one that save wrote (${awsFile(home, 'credentials')}, line 4)`,
        otherName,
      ],
    ],
    [
      'the profile that signs',
      ['--to', 'default'],
      {},
      6,
      (home) => [
        `profile default is not one that save wrote (${awsFile(home, 'credentials')}, line 1)`,
        otherName,
      ],
    ],
    [
      'keys in the config file',
      ['--to', 'work'],
      { config: '[profile work]\naws_access_key_id = AKIA0000000000000000\naws_secret_access_key = x\n' },
      6,
      (home) => [
        `profile work has keys of its own (${awsFile(home, 'config')}, line 4), which saved ones would hide`,
        otherName,
      ],
    ],
    [
      'a role',
      ['--to', 'admin'],
      { config: '[profile admin]\nrole_arn = arn:aws:iam::123456789012:role/r\nsource_profile = default\n' },
      6,
      (home) => [
        `profile admin has role_arn (${awsFile(home, 'config')}, line 4), for which the AWS CLI passes over saved keys`,
        otherName,
      ],
    ],
    [
      'a name that not all tools take',
      ['--to', 'my profile'],
      {},
      2,
      () => [
        '--to: "my profile" is no name for a profile',
        'letters, digits and - / . % @ _ : + make a name that all tools take',
      ],
    ],
    [
      'six digits for a name',
      ['--to', '123456'],
      {},
      2,
      () => [
        'six digits stand where --to wants a name',
        'the code is an argument of its own, as in: aws-mfa-env save --to NAME 123456',
      ],
    ],
  ]
  it.each(cases)('%s', (_what, words, spec, status, lines) =>
    at(async (home) => {
      const before = await readAwsFile(home, 'credentials')
      expect(await home.run(['save', ...words, home.code()])).toEqual({
        status,
        stdout: '',
        stderr: errorText(...lines(home)),
      })
      expect(home.asked()).toEqual([])
      expect(await readAwsFile(home, 'credentials')).toBe(before)
    }, spec),
  )

  it('a file that is read-only', () =>
    at(async (home) => {
      await chmod(awsFile(home, 'credentials'), 0o400)
      expect(await home.run(['save', home.code()])).toEqual({
        status: 1,
        stdout: '',
        stderr: errorText(`${awsFile(home, 'credentials')} is read-only`),
      })
      expect(home.asked()).toEqual([])
    }))

  it.skipIf(!canMount).each(['credentials', 'my \\ keys'])(
    'a file that is mounted by itself (as root): %s',
    (name) =>
      at(async ({ sandbox, environment, ...home }) => {
        const path = join(sandbox.home, '.aws', name)
        await writeFile(path, keysOf(home.user))
        const words = ['-m', 'sh', '-c', 'mount --bind "$0" "$0" && exec "$@"', path, ...toolCommand]
        const ran = await runProgram('unshare', [...words, 'save', home.code()], {
          sandbox,
          environment: { ...environment, AWS_SHARED_CREDENTIALS_FILE: path },
        })
        const lines = [
          `${path} is mounted by itself, so that nothing can take its place`,
          'mount the folder that it is in',
        ] as const
        expect([ran.status, `${ran.stdout}`, `${ran.stderr}`]).toEqual([6, '', errorText(...lines)])
        expect(home.asked()).toEqual([])
        expect(await readFile(path, 'utf8')).toBe(keysOf(home.user))
      }),
  )

  it('a folder that is read-only, or not there, for any user', () =>
    at(async (home) => {
      for (const [name, code] of [
        ['locked/credentials', 'EACCES'],
        ['absent/deep/credentials', 'ENOENT'],
      ] as const) {
        const file = join(home.sandbox.folder, name)
        if (code === 'EACCES') await mkdir(join(home.sandbox.folder, 'locked'), { mode: 0o555 })
        const environment = {
          ...environmentOf(server, home.user),
          HOME: join(home.sandbox.folder, 'nowhere'),
          AWS_SHARED_CREDENTIALS_FILE: file,
        }
        expect(await runAsNobody(home, ['save', home.code()], environment)).toEqual({
          status: 1,
          stderr: expect.stringContaining(
            errorText(`${file} cannot be written (${code})`, 'its folder has to be there and writable'),
          ),
        })
      }
      expect(home.asked()).toEqual([])
    }))

  // Anybody else has one, and would have it written to.
  it.skipIf(process.getuid?.() !== 0)('no home folder, which root alone can try', () =>
    at(async (home) => {
      const environment = environmentOf(server, home.user)
      expect(await runAsNobody(home, ['save', home.code()], environment)).toEqual({
        status: 6,
        stderr: errorText(
          'there is no home folder to save in',
          'set HOME, or name a file with AWS_SHARED_CREDENTIALS_FILE',
        ),
      })
      expect(home.asked()).toEqual([])
    }),
  )
})

/** Runs the tool as a user whom the system does not know, where this process may. */
function runAsNobody(
  home: Home,
  words: readonly string[],
  env: Record<string, string>,
): Promise<{ status: number | null; stderr: string }> {
  const nobody = process.getuid?.() === 0 ? { uid: 54_321, gid: 54_321 } : {}
  const options = { cwd: '/', env, stdio: ['ignore', 'ignore', 'pipe'] as ['ignore', 'ignore', 'pipe'] }
  return new Promise((resolve, reject) => {
    chmod(home.sandbox.folder, 0o777).then(() => {
      const child = spawn(toolProgram, [...toolWords, ...words], { ...options, ...nobody })
      let stderr = ''
      child.stderr.setEncoding('utf8').on('data', (text) => {
        stderr += text
      })
      child.on('error', reject).on('close', (status) => resolve({ status, stderr }))
    }, reject)
  })
}

describe('the file that is written', () => {
  it('is the one that AWS_SHARED_CREDENTIALS_FILE names, behind a link too', () =>
    at(async (home) => {
      const file = join(home.sandbox.folder, 'elsewhere')
      const before = await readAwsFile(home, 'credentials')
      await writeFile(file, before)
      await symlink('elsewhere', join(home.sandbox.folder, 'link'))
      const environment = { AWS_SHARED_CREDENTIALS_FILE: join(home.sandbox.folder, 'link') }
      expect(await home.run(['save', home.code()], { environment })).toEqual(saved())
      expect(await readAwsFile(home, 'credentials')).toBe(before)
      expect(await home.run(['status', '-p', 'mfa'], { environment })).toMatchObject({ status: 0 })
      expect(await home.run(['save', '--remove'], { environment })).toEqual(silent)
    }))

  it('is made, with its folder, where there is none', () =>
    at(async (home) => {
      await rm(join(home.sandbox.home, '.aws'), { recursive: true })
      const environment = environmentOf(server, home.user)
      expect(await home.run(['save', home.code()], { environment })).toEqual(saved())
      const folder = join(home.sandbox.home, '.aws')
      expect((await stat(folder)).mode & 0o777).toBe(0o700)
      expect((await stat(join(folder, 'credentials'))).mode & 0o777).toBe(0o600)
    }))

  it.each([[[]], [['--no-cache']]])(
    'holds what twenty at once have saved, with %j',
    { tags: 'slow' },
    (options) =>
      at(async (home) => {
        const environment = { AWS_MFA_PROCESS: `echo ${home.code()}` }
        const names = Array.from({ length: 20 }, (_, index) => `mfa-${index}`)
        if (options.length > 0) {
          // Each asks for a session of its own, with the code of its own user.
          const users = names.map(() => server.addUser())
          const lines = users.map((user, index) => keysOf(user, `user-${index}`)).join('')
          await writeFile(awsFile(home, 'credentials'), lines)
          const words = users.map((user, index) => [
            ...['save', '-p', `user-${index}`, '--serial-number', user.serialNumber],
            ...['--to', `mfa-${index}`, ...options, server.nextTokenCode(user)],
          ])
          const ran = await Promise.all(words.map((one) => home.run(one)))
          expect(ran).toEqual(names.map(() => saved()))
        } else {
          const ran = await Promise.all(
            names.map((name) => home.run(['save', '--to', name], { environment })),
          )
          expect(ran.map(({ status, stdout }) => [status, stdout])).toEqual(names.map(() => [0, '']))
          expect(home.asked()).toEqual(['GetSessionToken'])
        }
        const found = (await readAwsFile(home, 'credentials')).match(/^\[mfa-.*(?=\]$)/gm)
        expect(found?.map((name) => name.slice(1)).sort()).toEqual([...names].sort())
        expect(await readdir(join(home.sandbox.home, '.aws'))).toEqual(['config', 'credentials'])
      }),
  )
})

describe('the words of save', () => {
  it.each<[string[], string[]]>([
    [
      ['mfa'],
      [
        'save takes a code here, not a name',
        'the profile to write is an option, as in: aws-mfa-env save --to NAME 123456',
      ],
    ],
    [
      [],
      [
        'a code is missing, and nobody can be asked for it',
        'type the six digits that the device shows, as in: aws-mfa-env save 123456',
        'or pass it on stdin, as in: echo 123456 | aws-mfa-env save -',
      ],
    ],
    [['-'], ['stdin holds no six-digit code', 'as in: echo 123456 | aws-mfa-env save -']],
    [
      ['1234567'],
      [
        'the code has more than six digits',
        'type the six digits that the device shows, as in: aws-mfa-env save 123456',
      ],
    ],
    [
      ['--remove', '123456'],
      ['save --remove takes no code', 'a code alone is the default command: aws-mfa-env 123456'],
    ],
    [['--remove', '--profile', 'default'], ['--profile has no meaning with --remove']],
    [['--remove', '--new'], ['--new has no meaning with --remove']],
  ])('%j are a usage error', (words, [message = '', ...hints]) =>
    at(async (home) => {
      expect(await home.run(['save', ...words])).toEqual({
        status: 2,
        stdout: '',
        stderr: errorText(message, ...hints),
      })
    }),
  )

  it('may have the code on stdin', () =>
    at(async (home) => {
      expect(await home.run(['save', '-'], { input: `${home.code()}\n` })).toEqual(saved())
    }))
})
