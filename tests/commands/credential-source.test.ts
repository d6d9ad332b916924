import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { startAwsServer, type User } from '../aws-server/server.ts'
import { runProgram } from '../real-shells/run.ts'
import { findOnPath } from '../real-shells/shells.ts'
import { codeMissing, type Machine, withMachine } from './machine.ts'
import { endpointNote, errorText, installTool, keysOf } from './tool.ts'

const server = await startAwsServer()
afterAll(() => server.close())

const awsCli = findOnPath('aws')

/** A default profile whose keys a command gives. */
const withCommand =
  (command: string, more = '') =>
  ({ serialNumber }: User) =>
    `[default]\nmfa_serial = ${serialNumber}\ncredential_process = ${command}\n${more}`

function writeKeys({ user, sandbox }: Machine, more: object = {}): Promise<void> {
  const { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey } = user
  return writeFile(
    join(sandbox.folder, 'keys'),
    JSON.stringify({ Version: 1, AccessKeyId, SecretAccessKey, ...more }),
  )
}

const counting = `sh -c 'echo x >>ran; cat keys'`
const countRuns = async ({ sandbox }: Machine) =>
  (await readFile(join(sandbox.folder, 'ran'), 'utf8').catch(() => '')).length / 2

describe('keys that a command gives', () => {
  it('sign for a session, and stay where they are', () =>
    withMachine(server, { config: withCommand(counting), credentials: () => '' }, async (machine) => {
      await writeKeys(machine)
      expect(await machine.run()).toMatchObject({ status: 2, stderr: codeMissing })
      expect(await countRuns(machine)).toBe(0)
      const ran = await machine.run([machine.code()])
      expect(ran).toMatchObject({ status: 0, stderr: endpointNote(server), asked: ['GetSessionToken'] })
      expect(await countRuns(machine)).toBe(1)
      expect(await machine.run()).toMatchObject({ status: 2, stderr: codeMissing })
      expect(await machine.cacheFiles()).toEqual([])
    }))

  it('serve roles with one code, and are asked for once, where the cache is on', { tags: 'slow' }, () => {
    const first = server.addRole({ trust: { requireMfa: true } })
    const second = server.addRole({ trust: { users: [], roleNames: [first.name] } })
    const more = `[profile first]\nrole_arn = ${first.arn}\nsource_profile = default\n[profile second]\nrole_arn = ${second.arn}\nsource_profile = first\n`
    const config = withCommand(counting, more)
    return withMachine(server, { config, credentials: () => '' }, async (machine) => {
      await writeKeys(machine)
      const environment = { AWS_MFA_ENV_CACHE: 'on' }
      const asked = []
      for (const words of [['-p', 'second', machine.code()], ['-p', 'first'], ['-p', 'second'], []]) {
        const ran = await machine.run(words, { environment })
        expect({ words, status: ran.status }).toEqual({ words, status: 0 })
        asked.push(ran.asked)
      }
      expect(asked).toEqual([['GetSessionToken', 'AssumeRole', 'AssumeRole'], ['AssumeRole'], [], []])
      expect(await countRuns(machine)).toBe(1)
    })
  })

  const at = (machine: Machine, what: string) =>
    `profile default, credential_process in ${machine.sandbox.home}/.aws/config, line 3: the command ${what}`
  it.each<[what: string, command: string, more: object, message: string, hint: string]>([
    [
      'a session',
      'cat keys',
      { SessionToken: 'token' },
      'gives a session, and AWS wants long-term keys here',
      'name the profile that holds your long-term keys with --profile',
    ],
    [
      'a version that is not known',
      'cat keys',
      { Version: 2 },
      'printed no Version 1',
      'it has to print {"Version": 1, "AccessKeyId": "...", "SecretAccessKey": "..."} and nothing else',
    ],
    [
      'a failure',
      `sh -c 'exit 4'`,
      {},
      'failed with exit code 4',
      'run that command by itself to see what it does',
    ],
    [
      'nothing, for it is not there',
      'no-such-program',
      {},
      'was not found',
      'the first word has to be a program on PATH, or its path; no shell expands ~ or variables in it',
    ],
  ])('are refused before the code is spent: %s', (_what, command, more, message, hint) =>
    withMachine(server, { config: withCommand(command), credentials: () => '' }, async (machine) => {
      await writeKeys(machine, more)
      const { status, stderr, asked } = await machine.run([machine.code()])
      expect({ status, stderr, asked }).toEqual({
        status: 6,
        stderr: errorText(at(machine, message), hint),
        asked: [],
      })
    }),
  )

  it('are refused where AWS could not take them', () =>
    withMachine(server, { config: withCommand('cat keys'), credentials: () => '' }, async (machine) => {
      await writeKeys(machine, { AccessKeyId: 'AKIA 0' })
      const { status, stderr, asked } = await machine.run([machine.code()])
      expect({ status, stderr, asked }).toEqual({
        status: 6,
        stderr: errorText(
          `profile default (credential_process in ${machine.sandbox.home}/.aws/config, line 3): these are no access keys of AWS`,
          'a key id is 16 or more letters and digits; look for blanks and line ends that were copied along',
        ),
        asked: [],
      })
    }))
})

describe('credential_process = aws-mfa-env credential-process', { tags: 'slow' }, () => {
  const whoAmI = ['sts', 'get-caller-identity', '--output', 'text', '--query', 'Arn', '--profile']
  const runAwsCli = async (machine: Machine, profile: string, more = {}) => {
    const environment = {
      ...machine.environment,
      PATH: await installTool(machine.sandbox),
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_DEFAULT_REGION: 'us-east-1',
      ...more,
    }
    const ran = await runProgram(awsCli ?? '', [...whoAmI, profile], {
      sandbox: machine.sandbox,
      environment,
    })
    return { status: ran.status, stdout: ran.stdout.toString(), stderr: ran.stderr.toString() }
  }
  const config = (profile: string) => (user: User) =>
    `[default]\nmfa_serial = ${user.serialNumber}\n[profile mfa]\ncredential_process = aws-mfa-env credential-process --profile ${profile}\n`

  it.skipIf(awsCli === undefined)('serves the AWS CLI from the cache', () =>
    withMachine(server, { config: config('default') }, async (machine) => {
      expect(await machine.run([machine.code()])).toMatchObject({ status: 0 })
      expect(await runAwsCli(machine, 'mfa')).toEqual({
        status: 0,
        stdout: `${machine.user.arn}\n`,
        stderr: '',
      })
    }),
  )

  it.skipIf(awsCli === undefined)('tells the AWS CLI what to run where nothing is cached', () =>
    withMachine(server, { config: config('default') }, async (machine) => {
      const { status, stderr } = await runAwsCli(machine, 'mfa')
      expect(status).not.toBe(0)
      expect(stderr).toContain('get one in a terminal, and it serves here too: awsmfa --profile default')
    }),
  )

  it('gives no keys to sign with', () =>
    withMachine(server, { config: config('default') }, async (machine) => {
      const environment = { PATH: await installTool(machine.sandbox) }
      expect(await machine.run([machine.code()])).toMatchObject({ status: 0 })
      const ran = await machine.run(
        ['-p', 'mfa', '--serial-number', machine.user.serialNumber, machine.code()],
        {
          environment,
        },
      )
      expect({ status: ran.status, stderr: ran.stderr, asked: ran.asked }).toEqual({
        status: 6,
        stderr: errorText(
          `profile mfa, credential_process in ${machine.sandbox.home}/.aws/config, line 4: the command gives a session, and AWS wants long-term keys here`,
          'name the profile that holds your long-term keys with --profile',
        ),
        asked: [],
      })
    }))

  const loop = ({ sandbox }: Machine) => {
    const origin = `credential_process in ${sandbox.home}/.aws/config, line 4`
    return (
      errorText(
        `this run was started for profile mfa by ${origin}, and would have to start that again`,
        'let that command use another profile, one that holds long-term keys itself',
      ) +
      errorText(
        `profile mfa, ${origin}: the command failed with exit code 6`,
        'run that command by itself to see what it does',
      )
    )
  }

  it('of its own profile is refused', () =>
    withMachine(server, { config: config('mfa') }, async (machine) => {
      const PATH = await installTool(machine.sandbox)
      const words = ['-p', 'mfa', '--serial-number', machine.user.serialNumber]
      const typed = await machine.run([...words, machine.code()], { environment: { PATH } })
      expect({ status: typed.status, stderr: typed.stderr, asked: typed.asked }).toEqual({
        status: 6,
        stderr: loop(machine),
        asked: [],
      })
      const environment = { PATH, AWS_MFA_PROCESS: 'echo 123456', AWS_MFA_ENV_CACHE: 'on' }
      const process = await machine.run(['credential-process', ...words], { environment })
      expect(process).toMatchObject({ status: 6, stdout: '', stderr: loop(machine), asked: [] })
    }))

  it.skipIf(awsCli === undefined)('of its own profile is refused when the AWS CLI asks', () =>
    withMachine(server, { config: config('mfa') }, async (machine) => {
      const { status, stderr } = await runAwsCli(machine, 'mfa', {
        AWS_MFA_PROCESS: 'echo 123456',
        AWS_MFA_SERIAL: machine.user.serialNumber,
      })
      expect(status).not.toBe(0)
      expect(stderr).toContain(loop(machine))
    }),
  )

  it.skipIf(awsCli === undefined)('of its own profile is refused where the AWS CLI is in between', () => {
    const through = ({ serialNumber }: User) =>
      `[default]\nmfa_serial = ${serialNumber}\n[profile mfa]\ncredential_process = aws ${whoAmI.join(' ')} tool\n[profile tool]\ncredential_process = aws-mfa-env credential-process --profile mfa\n`
    return withMachine(server, { config: through }, async (machine) => {
      const environment = {
        PATH: await installTool(machine.sandbox),
        AWS_EC2_METADATA_DISABLED: 'true',
        AWS_MFA_SERIAL: machine.user.serialNumber,
      }
      const ran = await machine.run(['-p', 'mfa', machine.code()], { environment })
      expect(ran).toMatchObject({ status: 6, asked: [] })
      expect(ran.stderr).toContain(loop(machine).split('\n')[0])
    })
  })

  it('is one of two profiles with the same keys', () =>
    withMachine(server, { config: config('work') }, async (machine) => {
      await machine.writeProfiles({ credentials: keysOf(machine.user, 'work') })
      const PATH = await installTool(machine.sandbox)
      const environment = { PATH, AWS_MFA_SERIAL: machine.user.serialNumber }
      expect(await machine.run(['-p', 'work', machine.code()], { environment })).toMatchObject({ status: 0 })
      const ran = await machine.run(['credential-process', '--profile', 'work'])
      expect(ran).toMatchObject({ status: 0, stderr: '', asked: [] })
    }))
})
