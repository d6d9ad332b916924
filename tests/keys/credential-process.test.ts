import { chmod, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { Failure } from '../../src/errors.ts'
import { readProcessKeys } from '../../src/keys/credential-process.ts'
import { errorText } from '../commands/tool.ts'
import { runAtTerminal, script } from '../device/pseudo-terminal.ts'
import { hasEnded } from '../processes/ended.ts'
import { runProgram, type Sandbox, withSandbox } from '../real-shells/run.ts'

const place = '/home/me/.aws/config, line 7'
const at = `profile work, credential_process in ${place}: the command`
const tryIt = 'run that command by itself to see what it does'
const form = 'it has to print {"Version": 1, "AccessKeyId": "...", "SecretAccessKey": "..."} and nothing else'
const start = 'the first word has to be a program on PATH, or its path; no shell expands ~ or variables in it'
const accessKeyId = 'AKIAEXAMPLE000000000'
const good = { Version: 1, AccessKeyId: accessKeyId, SecretAccessKey: 'hunter2' }
const keys = { accessKeyId, secretAccessKey: 'hunter2' }

/** The keys that a command gives, or its failure's lines. */
async function keysOf(
  value: string,
  environment: Record<string, string> = {},
  timeLimit = 20_000,
): Promise<unknown> {
  const surroundings = {
    environment: { PATH: process.env['PATH'], ...environment },
    ownVariables: ['OWN'],
    platform: process.platform,
    ending: () => new AbortController().signal,
  }
  try {
    return await readProcessKeys({ value, file: 'config', place }, 'work', surroundings, timeLimit)
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    return [`${error.exitCode}`, error.message, ...error.hints]
  }
}

/** A command that prints a file of that text. */
async function printing({ folder }: Sandbox, text: string): Promise<string> {
  const file = join(folder, 'a file')
  await writeFile(file, text)
  return `cat "${file}"`
}

const bad: readonly [what: string, output: string, ...lines: string[]][] = [
  ['nothing', '', 'printed no JSON object', form],
  ['a word', 'hunter2', 'printed no JSON object', form],
  ['JSON and more', `${JSON.stringify(good)} hunter2`, 'printed no JSON object', form],
  ['a list', JSON.stringify([good]), 'printed no JSON object', form],
  ['null', 'null', 'printed no JSON object', form],
  ['no version', JSON.stringify({ ...good, Version: undefined }), 'printed no Version 1', form],
  ['version 2', JSON.stringify({ ...good, Version: 2 }), 'printed no Version 1', form],
  ['version "1"', JSON.stringify({ ...good, Version: '1' }), 'printed no Version 1', form],
  ['no key id', JSON.stringify({ ...good, AccessKeyId: undefined }), 'printed no AccessKeyId', form],
  ['an empty secret', JSON.stringify({ ...good, SecretAccessKey: '' }), 'printed no SecretAccessKey', form],
  ['a number', JSON.stringify({ ...good, SecretAccessKey: 123456 }), 'printed no SecretAccessKey', form],
]
const session = [
  'gives a session, and AWS wants long-term keys here',
  'name the profile that holds your long-term keys with --profile',
]

describe.skipIf(process.platform === 'win32')("credential_process's command", () => {
  it('gives long-term keys', () =>
    withSandbox(async (sandbox) => {
      expect(await keysOf(await printing(sandbox, `\n${JSON.stringify(good)}\n`))).toEqual(keys)
      const withNull = JSON.stringify({ ...good, SessionToken: null, Expiration: null })
      expect(await keysOf(await printing(sandbox, withNull))).toEqual(keys)
    }))

  it.each(bad)('prints %s', (_what, output, what, ...hints) =>
    withSandbox(async (sandbox) => {
      expect(await keysOf(await printing(sandbox, output))).toEqual(['6', `${at} ${what}`, ...hints])
    }),
  )

  it.each([{ SessionToken: 'token' }, { AccessKeyId: 'ASIAEXAMPLE000000000' }])(
    'gives a session: %j',
    (more) =>
      withSandbox(async (sandbox) => {
        const [what, ...hints] = session
        const output = JSON.stringify({ ...good, ...more })
        expect(await keysOf(await printing(sandbox, output))).toEqual(['6', `${at} ${what}`, ...hints])
      }),
  )

  const failures: readonly [what: string, command: string, ...lines: string[]][] = [
    ['fails', 'sh -c "echo hunter2; exit 3"', `${at} failed with exit code 3`, tryIt],
    ['is killed', 'sh -c "echo hunter2; kill $$"', `${at} was ended by SIGTERM`, tryIt],
    ['is not there', 'hunter2 --x', `${at} was not found`, start],
    ['is no program', '/etc/passwd hunter2', `${at} cannot be started (EACCES)`, start],
    ['cannot be said', 'echo hunter2\0', `${at} cannot be started (ERR_INVALID_ARG_VALUE)`, start],
    ['has an open quote', "echo 'hunter2", `${at} leaves a quote or a backslash open`],
    ['prints a megabyte', 'sh -c "yes | head -c 1000000 2>&-"', `${at} printed more than 65536 bytes`, tryIt],
  ]
  it.each(failures)('%s', async (_what, command, ...lines) => {
    expect(await keysOf(command)).toEqual(['6', ...lines])
  })

  it('is started without a shell', () =>
    withSandbox(async (sandbox) => {
      const file = join(sandbox.folder, 'tool')
      await writeFile(
        file,
        `#!/bin/sh\nprintf '<%s>' "$@" >${file}.words\nenv >${file}.env\necho '${JSON.stringify(good)}'\n`,
      )
      await chmod(file, 0o755)
      const environment = { OWN: 'true', OTHER: 'kept' }
      expect(await keysOf(`${file} 'a b' "c \\"d\\" \\e" f\\ g $HOME ~ ; | ''`, environment)).toEqual(keys)
      expect(await readFile(`${file}.words`, 'utf8')).toBe('<a b><c "d" \\e><f g><$HOME><~><;><|><>')
      const seen = (await readFile(`${file}.env`, 'utf8')).split('\n')
      expect(seen).toContain('OTHER=kept')
      expect(seen.join()).not.toContain('OWN')
    }))

  it('hangs, and is ended with all that it has started', () =>
    withSandbox(async ({ folder }) => {
      const file = join(folder, 'pid')
      const command = `sh -c 'sleep 300 & echo $! >${file}; wait'`
      expect(await keysOf(command, {}, 700)).toEqual(['6', `${at} did not end within 0.7 s`, tryIt])
      await hasEnded(Number(await readFile(file, 'utf8')))
    }))
})

const driver = fileURLToPath(new URL('credential-process-driver.ts', import.meta.url))
const drive = [process.execPath, '--import', import.meta.resolve('tsx'), driver]
const again = (profile: string) => [...drive, profile].map((word) => `"${word}"`).join(' ')

describe.skipIf(process.platform === 'win32')('a profile', () => {
  const run = (sandbox: Sandbox, profile: string, commands: Record<string, string>) => {
    const [program = '', ...words] = [...drive, profile]
    return runProgram(program, words, { sandbox, environment: { COMMANDS: JSON.stringify(commands) } })
  }

  it('may lead to another one', { tags: 'slow' }, () =>
    withSandbox(async (sandbox) => {
      const { stdout, stderr } = await run(sandbox, 'one', { one: again('two'), two: again('three') })
      expect(stderr.toString()).toBe('')
      expect(JSON.parse(stdout.toString())).toMatchObject({ SecretAccessKey: 'secret of three' })
    }),
  )

  it('that leads back to itself is refused', { tags: 'slow' }, () =>
    withSandbox(async (sandbox) => {
      const commands = { one: again('two'), two: `sh -c '${again('one')}; exit $?'` }
      const { status, stdout, stderr } = await run(sandbox, 'one', commands)
      const failed = (profile: string) =>
        errorText(
          `profile ${profile}, credential_process in config, line of ${profile}: the command failed with exit code 6`,
          tryIt,
        )
      const loop = errorText(
        'this run was started for profile one by credential_process in config, line of one, and would have to start that again',
        'let that command use another profile, one that holds long-term keys itself',
      )
      expect([status, stdout.toString()]).toEqual([6, ''])
      expect(stderr.toString()).toBe(`${loop}${failed('two')}${failed('one')}`)
    }),
  )
})

it.skipIf(script === undefined)('credential_process may ask at the terminal', () =>
  withSandbox(async (sandbox) => {
    const command = `sh -c 'printf "PIN: " >&2; read -r pin; echo "{\\"Version\\":1,\\"AccessKeyId\\":\\"AKIA\\",\\"SecretAccessKey\\":\\"$pin\\"}"'`
    const { stdout } = await runAtTerminal([...drive, 'one'], {
      sandbox,
      replies: [{ shown: 'PIN: ', reply: 'hunter2\r' }],
      environment: { COMMANDS: JSON.stringify({ one: command }) },
    })
    expect(JSON.parse(stdout)).toMatchObject({ SecretAccessKey: 'hunter2' })
  }),
)
