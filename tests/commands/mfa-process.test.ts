import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { afterAll, describe, expect, it } from 'vitest'
import { startAwsServer, type User } from '../aws-server/server.ts'
import { computeTokenCode } from '../aws-server/token-codes.ts'
import { script } from '../device/pseudo-terminal.ts'
import { hasEnded } from '../processes/ended.ts'
import { type Machine, withMachine } from './machine.ts'
import { endpointNote, environmentOf, errorText, installTool, keysOf } from './tool.ts'

const server = await startAwsServer()
afterAll(() => server.close())

/** The config of a user whose code a command prints. */
const withCommand =
  (command: string, more = '') =>
  ({ serialNumber }: User) =>
    `[default]\nmfa_serial = ${serialNumber}\nmfa_process = ${command}\n${more}`

const writeCode = (machine: Machine, code = machine.code()) =>
  writeFile(join(machine.sandbox.folder, 'code'), `${code} lasts 24s\n`)

const ranOf = ({ sandbox }: Machine) => readFile(join(sandbox.folder, 'ran'), 'utf8').catch(() => '')

describe('the code of a command', () => {
  it.each<[where: string, config: string, words: string[], environment: Record<string, string>]>([
    ['mfa_process', 'cat code', [], {}],
    ['AWS_MFA_PROCESS', 'exit 9', [], { AWS_MFA_PROCESS: 'cat code' }],
    ['--mfa-process', 'exit 9', ['--mfa-process', 'cat code'], { AWS_MFA_PROCESS: 'exit 9' }],
    ['mfa_process of --profile', 'cat code', ['-p', 'default'], { AWS_MFA_PROCESS: 'exit 9' }],
  ])('is used: %s', (_where, command, words, environment) =>
    withMachine(server, { config: withCommand(command) }, async (machine) => {
      await writeCode(machine)
      const ran = await machine.run(words, { environment })
      expect(ran).toMatchObject({ status: 0, stderr: endpointNote(server), asked: ['GetSessionToken'] })
      expect(await machine.run(words, { environment })).toMatchObject({ stdout: ran.stdout, asked: [] })
    }),
  )

  it('is not asked for where one was typed', () =>
    withMachine(server, { config: withCommand('echo >>ran') }, async (machine) => {
      expect(await machine.run([machine.code()])).toMatchObject({ status: 0, stderr: endpointNote(server) })
      expect(await ranOf(machine)).toBe('')
    }))

  it('serves keys of the environment, credential-process, exec, and roles', () => {
    const role = server.addRole({ trust: { requireMfa: true } })
    const more = `[profile role]\nrole_arn = ${role.arn}\nsource_profile = default\n`
    return withMachine(server, { config: withCommand('cat code', more) }, async (machine) => {
      await writeCode(machine)
      const environment = { ...environmentOf(server, machine.user), AWS_MFA_PROCESS: 'cat code' }
      expect(await machine.run([], { environment })).toMatchObject({ status: 0, asked: ['GetSessionToken'] })
      await writeCode(machine)
      const process = await machine.run(['credential-process', '--profile', 'role', '--no-cache'])
      expect(process).toMatchObject({
        status: 0,
        stderr: endpointNote(server),
        asked: ['GetSessionToken', 'AssumeRole'],
      })
      expect(JSON.parse(process.stdout)).toMatchObject({ Version: 1 })
    })
  })

  it('is given by exec, too', () =>
    withMachine(server, { config: withCommand('cat code') }, async (machine) => {
      await writeCode(machine)
      const ran = await machine.run(['exec', 'sh', '-c', 'echo $AWS_SESSION_TOKEN'])
      expect(ran).toMatchObject({ status: 0, stderr: endpointNote(server), asked: ['GetSessionToken'] })
      expect(ran.stdout.length).toBeGreaterThan(100)
    }))

  it.skipIf(script === undefined)('comes from a command that may ask at the terminal, and no prompt', () =>
    withMachine(
      server,
      { config: withCommand('printf "pin? " >&2; read pin; echo $pin') },
      async (machine) => {
        const ran = await machine.runAtTerminal([], {
          replies: [{ shown: 'pin? ', reply: `${machine.code()}\r` }],
        })
        expect(ran).toMatchObject({ status: 0, asked: ['GetSessionToken'] })
        expect(ran.shown).not.toContain('MFA code of')
      },
    ),
  )

  it('is the next one where this half minute has had one already, in another run', {
    tags: 'slow',
  }, async () => {
    await withMachine(
      server,
      { config: withCommand('cat "code-$(($(date +%s) / 30))"') },
      async (machine) => {
        const { user, sandbox } = machine
        // Long enough for two runs, and no longer than need be.
        const left = () => 30_000 - (Date.now() % 30_000)
        if (left() < 8_000) await setTimeout(left() + 100)
        const step = Math.floor(Date.now() / 30_000)
        for (const each of [step, step + 1, step + 2]) {
          const code = computeTokenCode(user.totpSecret, each * 30_000)
          await writeFile(join(sandbox.folder, `code-${each}`), code)
        }
        expect(await machine.run()).toMatchObject({ status: 0, stderr: endpointNote(server) })
        const ran = await machine.run(['--new'])
        expect(ran).toMatchObject({ status: 0, asked: ['GetSessionToken'] })
        const codes = server.requests.slice(-2).map(({ parameters }) => parameters['TokenCode'])
        expect(codes).toEqual(
          [step, step + 1].map((each) => computeTokenCode(user.totpSecret, each * 30_000)),
        )
        expect(ran.stderr.replace(/\d+ s /, 'N s ')).toBe(
          endpointNote(server) +
            'aws-mfa-env: note: the code of this half minute has been used already: waiting N s for the next one\n',
        )
      },
    )
  })

  it.each<[what: string, command: string, status: number, message: string, hint: string]>([
    [
      'fails',
      'echo 123456; exit 7',
      6,
      'failed with exit code 7',
      'run that command by itself to see what it does',
    ],
    [
      'is missing',
      'no-such-program',
      6,
      'failed with exit code 127',
      'run that command by itself to see what it does',
    ],
    [
      'prints nothing',
      'true',
      6,
      'printed no code',
      'it has to print six digits that stand by themselves, once',
    ],
    [
      'prints two',
      'echo 123456 654321',
      6,
      'printed several codes',
      'it has to print six digits that stand by themselves, once',
    ],
  ])('is missing where the command %s', (_what, command, status, message, hint) =>
    withMachine(server, { config: withCommand(command) }, async (machine) => {
      const place = `${machine.sandbox.home}/.aws/config, line 3`
      const ran = await machine.run()
      expect({ status: ran.status, asked: ran.asked }).toEqual({ status, asked: [] })
      const said = ran.stderr.replace(/^(\/bin\/)?sh: .*\n/m, '')
      expect(said).toBe(
        endpointNote(server) +
          errorText(`profile default, mfa_process in ${place}: the command ${message}`, hint),
      )
    }),
  )
})

const loopHint = 'let that command use another profile, one that holds long-term keys itself'
const loop = (whose: string, origin: string) =>
  errorText(`this run was started for ${whose} by ${origin}, and would have to start that again`, loopHint)

it("a command ends with the tool, also by a SIGINT that is no terminal's", () => {
  const command = 'exec 2>&-; echo $PPID >tool; echo $$ >child; sleep 300; true'
  return withMachine(server, { config: withCommand(command) }, async (machine) => {
    const read = (name: string) => readFile(join(machine.sandbox.folder, name), 'utf8').catch(() => '')
    const ran = machine.run()
    while ((await read('child')) === '') await setTimeout(50)
    process.kill(Number(await read('tool')), 'SIGINT')
    expect(await ran).toMatchObject({ status: 130, stderr: endpointNote(server) + errorText('interrupted') })
    await hasEnded(Number(await read('child')))
  })
})

describe('a command that leads back to its own profile', () => {
  const role = 'role_arn = arn:aws:iam::123456789012:role/r'
  const cases: readonly [what: string, words: string[], config: string, whose: string, line: number][] = [
    ['mfa_process', [], '[default]\nmfa_process = aws-mfa-env -s sh\n', 'profile default', 2],
    [
      'mfa_process, by exec',
      [],
      '[default]\nmfa_process = aws-mfa-env exec -- sh -c "echo 123456"\n',
      'profile default',
      2,
    ],
    [
      'mfa_process of a role, for its source',
      ['-p', 'role'],
      `[profile role]\n${role}\nsource_profile = default\nmfa_process = aws-mfa-env -s sh -p default\n`,
      'profile default',
      4,
    ],
    [
      'mfa_process of a role, for another role of its source',
      ['-p', 'role'],
      `[profile role]\n${role}\nsource_profile = default\nmfa_process = aws-mfa-env -s sh -p twin\n[profile twin]\n${role}2\nsource_profile = default\n`,
      'profile default',
      4,
    ],
  ]
  it.each(cases)('is refused: %s', (_what, words, text, whose, line) => {
    const config = ({ serialNumber }: User) => `${text}[profile other]\nmfa_serial = ${serialNumber}\n`
    return withMachine(server, { config }, async (machine) => {
      const environment = {
        PATH: await installTool(machine.sandbox),
        AWS_MFA_SERIAL: machine.user.serialNumber,
      }
      const ran = await machine.run(words, { environment })
      const origin = `mfa_process in ${machine.sandbox.home}/.aws/config, line ${line}`
      expect(ran).toMatchObject({ status: 6, asked: [] })
      expect(ran.stderr).toContain(loop(whose, origin))
      expect(ran.stderr.match(/aws-mfa-env: error/g)).toHaveLength(2)
    })
  })

  it.skipIf(script === undefined)(
    'is refused where it could wait at a terminal for the run that started it',
    () => {
      const config = `[profile role]\n${role}\nsource_profile = default\nmfa_process = aws-mfa-env -s sh -p default\n`
      return withMachine(server, { config: () => config }, async (machine) => {
        const environment = {
          PATH: await installTool(machine.sandbox),
          AWS_MFA_SERIAL: machine.user.serialNumber,
        }
        const ran = await machine.runAtTerminal(['-p', 'role'], { environment })
        expect(ran).toMatchObject({ status: 6, asked: [] })
        expect(ran.shown).toContain(
          loop('profile default', `mfa_process in ${machine.sandbox.home}/.aws/config, line 4`),
        )
      })
    },
  )

  it('is refused where it asks for the keys of the environment', () =>
    withMachine(server, { config: () => '', credentials: () => '' }, async (machine) => {
      const environment = {
        ...environmentOf(server, machine.user),
        PATH: await installTool(machine.sandbox),
        AWS_MFA_ENV_CACHE: 'on',
        AWS_MFA_PROCESS: 'aws-mfa-env -s sh',
      }
      const ran = await machine.run([], { environment })
      expect(ran).toMatchObject({ status: 6, asked: [] })
      expect(ran.stderr).toContain(loop('the keys in the environment', 'AWS_MFA_PROCESS'))
    }))

  it('is none where it asks for another profile', () => {
    const config = (user: User) =>
      `${withCommand('test -n "$(aws-mfa-env -s sh -p vault)" && cat code')(user)}[profile vault]\nmfa_serial = ${user.serialNumber}\n`
    return withMachine(server, { config }, async (machine) => {
      await machine.writeProfiles({ credentials: keysOf(machine.user) + keysOf(machine.user, 'vault') })
      const environment = { PATH: await installTool(machine.sandbox) }
      expect(await machine.run(['-p', 'vault', machine.code()])).toMatchObject({ status: 0 })
      await writeCode(machine)
      const ran = await machine.run([], { environment })
      expect(ran).toMatchObject({ status: 0, stderr: endpointNote(server), asked: ['GetSessionToken'] })
    })
  })
})
