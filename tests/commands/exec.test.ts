import { execFileSync } from 'node:child_process'
import { chmod, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { works } from '../aws-server/child-client.ts'
import { type AwsServer, startAwsServer } from '../aws-server/server.ts'
import { type Reply, runScriptAtTerminal, script } from '../device/pseudo-terminal.ts'
import { readEnvironment, runProgram } from '../real-shells/run.ts'
import { findOnPath } from '../real-shells/shells.ts'
import { type Home, runShell, settle, shellWords, startTool, withHome } from './home.ts'
import {
  endpointNote,
  environmentOf,
  errorText,
  isBundle,
  toolCommand,
  toolProgram,
  toolWords,
} from './tool.ts'

const hasAwsCli = await works('aws', '--version')

let server: AwsServer
/** With a cached session, so that nothing is asked. */
let home: Home
beforeAll(async () => {
  server = await startAwsServer()
  const folder = await mkdtemp(join(tmpdir(), 'aws-mfa-env-exec-'))
  await mkdir(join(folder, 'home'))
  home = await settle(server, { folder, home: join(folder, 'home') }, { region: 'eu-west-1' })
  const ran = await home.run(['exec', '--token-code', home.code(), 'true'])
  expect(ran).toEqual({ status: 0, stdout: '', stderr: endpointNote(server) })
})
afterAll(async () => {
  await rm(home.sandbox.folder, { recursive: true })
  await server.close()
})

/** Runs it at home; the end as whoever waits for it sees it. */
const exec = (...words: string[]) =>
  runProgram(toolProgram, [...toolWords, 'exec', ...words], {
    sandbox: home.sandbox,
    environment: home.environment,
  })
const shell = (text: string) => exec('sh', '-c', text)

describe.concurrent('exec ends as its command does', () => {
  it.each([0, 1, 3, 42, 126, 127, 130, 255])('with status %i', async (code) => {
    const { status, stdout, stderr } = await shell(`exit ${code}`)
    expect([status, `${stdout}`, `${stderr}`]).toEqual([code, '', ''])
  })

  it.each(['HUP', 'INT', 'TERM', 'KILL', 'USR1', 'ALRM', 'PIPE'])('by SIG%s', async (name) => {
    const { status, signal, stderr } = await shell(`kill -${name} $$`)
    expect([status, signal, `${stderr}`]).toEqual([null, `SIG${name}`, ''])
  })

  // Ending by these would leave a file with the memory of a process that knows the secrets.
  it.each([
    ['QUIT', 131],
    ['ABRT', 134],
    ['SEGV', 139],
  ])('by SIG%s, of which it gives the status alone', async (name, code) => {
    const { status, signal, stderr } = await shell(`ulimit -c 0; kill -${name} $$`)
    expect([status, signal, `${stderr}`]).toEqual([code, null, ''])
  })

  it('and does not wait for what that has left behind', () =>
    withHome(server, async ({ sandbox }) => {
      const left =
        '(while [ ! -e go ] && [ $((n += 1)) -lt 400 ]; do sleep 0.05; done; echo late) & echo early'
      const line = `${shellWords('exec', 'sh', '-c', left)} >out; mv out before; cat before; >go; while ! grep -q late before; do sleep 0.05; done`
      const { status, stdout } = await runProgram('sh', ['-c', line], {
        sandbox: { folder: sandbox.folder, home: home.sandbox.home },
        environment: home.environment,
      })
      expect([status, `${stdout}`]).toEqual([0, 'early\n'])
    }))
})

describe('a command that cannot be started', () => {
  const onPath = 'it is looked for on PATH, without a shell: aliases and functions are unknown here'
  const lacking = 'cannot be run: it needs a program that is not there'
  const needs =
    'in a script that is the interpreter in its first line, where the line ends of Windows would belong to its name'

  it.each<[string, string[], number, string[]]>([
    ['is nowhere on PATH', ['no-such-command'], 127, ['"no-such-command" is not found', onPath]],
    ['is not there', ['./absent'], 127, ['"./absent" is not found']],
    ['is beneath a file', ['./plan/absent'], 127, ['"./plan/absent" is not found']],
    ['holds a digit', ['./absent7'], 127, ['the command is not found']],
    ['is a folder', ['./folder'], 126, ['"./folder" is a folder']],
    ['lacks the permission', ['./plan'], 126, ['"./plan" is not executable', 'chmod +x makes it so']],
    ['lacks it on PATH', ['plan'], 126, ['"plan" is not executable', 'chmod +x makes it so']],
    ['is an option of ours behind --', ['--', '--help'], 127, ['"--help" is not found', onPath]],
    ['has an interpreter that is not there', ['./script'], 127, ['"./script" ' + lacking, needs]],
    ['has line ends of Windows', ['./dos'], 127, ['"./dos" ' + lacking, needs]],
    ['has none there, with a word for it', ['./worded'], 127, ['"./worded" ' + lacking, needs]],
  ])('because it %s costs no code', async (_why, words, status, lines) => {
    await withHome(server, async (own) => {
      await mkdir(join(own.sandbox.folder, 'folder'))
      await writeFile(join(own.sandbox.folder, 'plan'), '#!/bin/sh\n')
      const [script, worded] = ['script', 'worded'].map((name) => join(own.sandbox.folder, name))
      await writeFile(script ?? '', '#!/no/such/sh\n', { mode: 0o755 })
      await writeFile(worded ?? '', '#! /no/such/env -S sh\n', { mode: 0o755 })
      await writeFile(join(own.sandbox.folder, 'dos'), '#!/bin/sh\r\n', { mode: 0o755 })
      const environment = { PATH: `${process.env['PATH']}:${own.sandbox.folder}` }
      const ran = await own.run(['exec', '--token-code', own.code(), ...words], { environment })
      expect(ran).toEqual({ status, stdout: '', stderr: errorText(lines[0] ?? '', ...lines.slice(1)) })
      expect(own.asked()).toEqual([])
    })
  })

  it.each<[string, string, number, string[]]>([
    ['is a pipe', 'PIPE', 126, ['"./it" cannot be run (EACCES)']],
    ['has an interpreter that is no program', '#!/etc/passwd\n', 126, ['"./it" cannot be run (EACCES)']],
  ])('because it %s ends as in a shell', async (_why, text, status, lines) => {
    const it = join(home.sandbox.folder, 'it')
    await rm(it, { force: true })
    if (text === 'PIPE') execFileSync('sh', ['-c', 'mkfifo "$0"', it])
    else await writeFile(it, text)
    await chmod(join(home.sandbox.folder, 'it'), 0o755)
    const ran = await home.run(['exec', './it'])
    expect(ran).toEqual({ status, stdout: '', stderr: errorText(lines[0] ?? '', ...lines.slice(1)) })
    const inShell = await runProgram('dash', ['-c', './it'], { sandbox: home.sandbox })
    expect(inShell.status).toBe(status)
  })

  it('is none where a shell would run it as a script of its own', async () => {
    await writeFile(join(home.sandbox.folder, 'plain'), 'echo "it got $1"\n')
    await chmod(join(home.sandbox.folder, 'plain'), 0o755)
    expect(await home.run(['exec', './plain', 'this'])).toEqual({
      status: 0,
      stdout: 'it got this\n',
      stderr: '',
    })
  })
})

describe('the words of the command', () => {
  const hostile = [
    '-p',
    'x',
    '--profile=y',
    '--help',
    '--version',
    '--unset',
    '--',
    '-',
    '',
    ' ',
    '123456',
    '--token-code',
    '654321',
    'a b',
    `'"\`$HOME\\`,
    '*',
    '\n',
    '\u001b[31m',
    'é漢😀',
    '__proto__',
    '--no-cache',
    '--__proto__=1',
  ]
  // One word must not stand for `sh -c`'s own, and a final line end must be seen.
  const print = ['sh', '-c', 'printf "%s\\0" "$@"', 'sh']

  it.each([[[]], [['--']], [['-p', 'default']], [['-p', 'default', '--']], [['--profile=default']]])(
    'behind %j reach it as they are',
    async (before) => {
      const ran = await home.run(['exec', ...before, ...print, ...hostile])
      expect(ran).toEqual({ status: 0, stdout: `${hostile.join('\0')}\0`, stderr: '' })
    },
  )

  it('keep a second --', async () => {
    const ran = await home.run(['exec', '--', ...print, '--', '--help'])
    expect(ran.stdout).toBe('--\0--help\0')
  })

  it('are refused where Node.js could only change them', async () => {
    const { status, stdout, stderr } = await runShell(home, `${shellWords('exec', 'echo')} $'caf\\xe9'`)
    expect([status, `${stdout}`, `${stderr}`]).toEqual([
      2,
      '',
      errorText(
        'the command holds bytes that are not UTF-8, and would get others in their place',
        'put the session into the shell instead, and run the command there',
      ),
    ])
  })

  it.each<[string[], string[]]>([
    [[], ['exec needs a command', 'as in: aws-mfa-env exec aws s3 ls']],
    [['--'], ['exec needs a command', 'as in: aws-mfa-env exec aws s3 ls']],
    [[''], ['exec needs a command', 'as in: aws-mfa-env exec aws s3 ls']],
    [['--new'], ['exec needs a command', 'as in: aws-mfa-env exec aws s3 ls']],
    ...['123456', '123 456', '１２３４５６'].map((code): [string[], string[]] => [
      [code, 'true'],
      [
        'exec takes a command here, not a code',
        'the code is an option of it, as in: aws-mfa-env exec --token-code 123456 aws s3 ls',
      ],
    ]),
    [
      ['-p', '123456', 'true'],
      [
        'six digits stand where --profile wants a name',
        'the code is an option of its own, as in: aws-mfa-env exec --token-code 123456 aws s3 ls',
      ],
    ],
    [
      ['--token-code', '-', 'true'],
      [
        "exec cannot read the code from stdin, which is the command's",
        'pass it as --token-code 123456, or be asked for it',
      ],
    ],
    [
      ['--token-code', '12345x', 'true'],
      [
        'the code is not six digits',
        'type the six digits that the device shows, as in: aws-mfa-env exec --token-code 123456 aws s3 ls',
      ],
    ],
    [
      ['--frobnicate', 'true'],
      ['there is no option "--frobnicate"', 'all options: aws-mfa-env --help'],
    ],
    [
      ['---', 'true'],
      ['there is no option "---"', 'all options: aws-mfa-env --help'],
    ],
    [
      ['-p', '--', 'true'],
      [
        '--profile needs a value',
        'as in: --profile NAME, or --profile=NAME where the value begins with a dash',
      ],
    ],
  ])('%j are a usage error', async (words, [message = '', ...hints]) => {
    const ran = await home.run(['exec', ...words])
    expect(ran).toEqual({ status: 2, stdout: '', stderr: errorText(message, ...hints) })
  })
})

describe('the environment of the command', () => {
  const users = {
    AWS_PROFILE: 'default',
    AWS_DEFAULT_PROFILE: 'default',
    AWS_ACCOUNT_ID: '210987654321',
    AWS_CREDENTIAL_SCOPE: 'somewhere',
    AWS_DEFAULT_REGION: 'ap-south-1',
    AWS_CREDENTIAL_EXPIRATION: '2001-01-01T00:00:00Z',
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
    EMPTY: '',
    'odd name': 'kept',
    'BASH_FUNC_f%%': '() {  echo f\n}',
    TEXT: ' a=b\n\u001b é漢😀\t"\'$(x) ',
    __proto__x: 'y',
    aws_profile: 'lower case',
  }

  it('is ours but for the variables of a session', async () => {
    const file = join(home.sandbox.folder, 'environment')
    const environment = { ...home.environment, ...users }
    await runProgram('sh', ['-c', `env -0 >${file}`], { sandbox: home.sandbox, environment })
    const before = await readEnvironment(file)
    const ran = await home.run(['exec', 'sh', '-c', `env -0 >${file}`], { environment: users })
    expect(ran).toEqual({ status: 0, stdout: '', stderr: '' })
    const after = await readEnvironment(file)
    const names = [...new Set([...before.keys(), ...after.keys()])]
    // The shell that dumps it sets this one.
    const own = (name: string) => name !== '_' && name !== 'PWD'
    const changed = names.filter(
      (name) => own(name) && !(before.has(name) && after.get(name)?.equals(before.get(name) ?? Buffer.of())),
    )
    const text = (name: string) => after.get(name)?.toString()
    expect(Object.fromEntries(changed.map((name) => [name, text(name)]))).toStrictEqual({
      AWS_PROFILE: undefined,
      AWS_DEFAULT_PROFILE: undefined,
      AWS_ACCOUNT_ID: undefined,
      AWS_CREDENTIAL_SCOPE: undefined,
      AWS_ACCESS_KEY_ID: expect.stringMatching(/^ASIA/),
      AWS_SECRET_ACCESS_KEY: expect.any(String),
      AWS_SESSION_TOKEN: expect.any(String),
      AWS_CREDENTIAL_EXPIRATION: expect.stringMatching(/^20\d\d-.*Z$/),
      AWS_REGION: 'ap-south-1',
      AWS_MFA_ENV_STATE: expect.any(String),
    })
  })

  it('holds nothing that the tool has set for itself', async () => {
    const { stdout } = await home.run(['exec', 'env'])
    const names = stdout.split('\n').map((line) => line.replace(/=.*/, ''))
    expect(names.filter((name) => /AWS_(MFA|SDK)/.test(name))).toEqual(['AWS_MFA_ENV_STATE'])
  })

  it('holds a session that AWS knows, in a command in a command too', async () => {
    const inner = [...toolCommand, 'exec', ...toolCommand, 'status', '--verify']
    const { status, stdout } = await home.run(['exec', ...inner])
    expect(status).toBe(0)
    expect(stdout).toContain(`\nAWS says: ${home.user.arn}\n`)
  })

  it('cannot be passed on where it is not UTF-8, which is said', async () => {
    const line = `export NAME=$'caf\\xe9' OTHER=$'\\xff'; ${shellWords('exec', 'true')}`
    const { status, stderr } = await runShell(home, line)
    expect([status, `${stderr}`]).toEqual([
      0,
      'aws-mfa-env: note: NAME, OTHER: what is not UTF-8 in it reaches the command as other bytes\n',
    ])
  })

  it('takes the place of a long-term key without a word, since ours still has that', () =>
    withHome(server, async (own) => {
      const long = { AWS_ACCESS_KEY_ID: 'AKIA000000000000ABCD', AWS_SECRET_ACCESS_KEY: 'x'.repeat(40) }
      const words = [
        'exec',
        '-p',
        'default',
        '--token-code',
        own.code(),
        'sh',
        '-c',
        'echo $AWS_ACCESS_KEY_ID',
      ]
      const { stdout, stderr } = await own.run(words, { environment: long })
      expect(stdout).toMatch(/^ASIA/)
      expect(stderr).toBe(endpointNote(server))
    }))

  it.skipIf(!hasAwsCli)('serves aws (the AWS CLI)', { tags: 'slow' }, async () => {
    const words = ['aws', 'sts', 'get-caller-identity', '--query', 'Arn', '--output', 'text']
    expect(await home.run(['exec', ...words])).toEqual({
      status: 0,
      stdout: `${home.user.arn}\n`,
      stderr: '',
    })
  })
})

describe('stdin, stdout and stderr', () => {
  it("are the command's own, for any bytes and 10 MB of them", { tags: 'slow' }, async () => {
    const input = Buffer.from(Array.from({ length: 10_000_000 }, (_, index) => (index * 7919) >> 3))
    const words = [...toolWords, 'exec', 'sh', '-c', 'echo beside >&2; cat']
    const options = { sandbox: home.sandbox, environment: home.environment, input }
    const { status, stdout, stderr } = await runProgram(toolProgram, words, options)
    expect([status, `${stderr}`, stdout.equals(input)]).toEqual([0, 'beside\n', true])
  })

  it.skipIf(process.platform !== 'linux')('have others beside them, as a shell opens them', async () => {
    const exec = shellWords('exec')
    const lines = [
      'exec 3>file 4>&1 5</dev/null 6<<there',
      'word',
      'there',
      'exec 9>lock 10>&9',
      // Both ends of a pipe, as make hands on.
      'mkfifo pipe; exec 11<>pipe 7<pipe 8>pipe 11>&-',
      `${exec} sh -c 'echo to file >&3; echo to stdout >&4; cat <&5; cat <&6; flock -n 9 && echo locked; echo piped >&8; read -r line <&7; echo $line'`,
      'cat file',
      'exec 3>&- 4>&- 5<&- 6<&- 7<&- 8>&- 9>&- 10>&-',
      // Of ours there is nothing but perhaps /dev/null.
      `list='for n in /proc/self/fd/*; do readlink "$n"; done'`,
      'sh -c "$list" </dev/null >plain 2>/dev/null',
      `${exec} sh -c "$list" </dev/null >ours 2>/dev/null`,
      "for list in plain ours; do sed -i '/\\/dev\\/null$/d; s/ours$/plain/' $list; done; diff plain ours",
    ]
    const { stdout, stderr } = await runShell(home, lines.join('\n'))
    expect([`${stdout}`, `${stderr}`]).toEqual(['to stdout\nword\nlocked\npiped\nto file\n', ''])
  })

  for (const name of ['bash', 'zsh', 'ksh93']) {
    const program = process.platform === 'linux' ? findOnPath(name) : undefined
    it.skipIf(program === undefined)(`and <(...) of ${name} (on Linux)`, async () => {
      const text = `${shellWords('exec')} cat <(echo read)`
      const { sandbox, environment } = home
      const { stdout, stderr } = await runProgram(program ?? '', ['-c', text], { sandbox, environment })
      expect([`${stdout}`, `${stderr}`]).toEqual(['read\n', ''])
    })
  }

  it('may be closed', async () => {
    const { status, stdout } = await runShell(home, `${shellWords('exec', 'sh', '-c', 'cat; echo done')} <&-`)
    expect([status, `${stdout}`]).toEqual([0, 'done\n'])
    const closed = await runShell(home, `${shellWords('exec', 'sh', '-c', '>ran')} >&- 2>&-; ls ran`)
    expect(`${closed.stdout}`).toBe('ran\n')
  })

  it('may lead to somebody who has had enough', async () => {
    const line = `${shellWords('exec', 'yes')} | head -1; echo "\${PIPESTATUS[@]}"`
    const { stdout, stderr } = await runShell(home, line)
    expect([`${stdout}`, `${stderr}`]).toEqual(['y\n141 0\n', ''])
  })
})

describe('a signal to the tool alone', () => {
  it.each(['SIGTERM', 'SIGHUP', 'SIGUSR1', 'SIGUSR2', 'SIGINT', 'SIGQUIT'] as const)(
    'is handed on: %s',
    async (signal) => {
      const name = signal.slice(3)
      const text = `trap 'echo got ${name}; exit 7' ${name}; echo ready; while [ $((n += 1)) -lt 400 ]; do sleep 0.05; done`
      const running = startTool(home, ['exec', 'sh', '-c', text])
      await running.shown('ready')
      running.child.kill(signal)
      expect(await running.ended).toEqual({
        status: 7,
        signal: null,
        stdout: `ready\ngot ${name}\n`,
        stderr: '',
      })
    },
  )

  it('leaves it running where the command takes no notice', async () => {
    const text =
      "trap '' TERM HUP; trap 'echo seen; exit 3' USR1; echo ready; while [ $((n += 1)) -lt 400 ]; do sleep 0.05; done"
    const running = startTool(home, ['exec', 'sh', '-c', text])
    await running.shown('ready')
    for (const signal of ['SIGTERM', 'SIGHUP', 'SIGUSR1'] as const) running.child.kill(signal)
    expect(await running.ended).toMatchObject({ status: 3, stdout: 'ready\nseen\n' })
  })

  it('ends both where the command minds it', async () => {
    const running = startTool(home, ['exec', 'sh', '-c', 'echo ready; exec sleep 30'])
    await running.shown('ready')
    running.child.kill('SIGTERM')
    expect(await running.ended).toEqual({ status: null, signal: 'SIGTERM', stdout: 'ready\n', stderr: '' })
  })
})

describe('before the command starts', () => {
  it('a failure prints no statement, and nothing runs', () =>
    withHome(server, async (own) => {
      const ran = await own.run(['exec', '--token-code', '000000', 'sh', '-c', '>ran'])
      expect(ran).toMatchObject({ status: 4, stdout: '' })
      expect(ran.stderr).toContain(`error: AWS did not accept the code for ${own.user.serialNumber}\n`)
      const missing = await own.run(['exec', 'sh', '-c', '>ran'])
      expect(missing).toEqual({
        status: 2,
        stdout: '',
        stderr: errorText(
          'a code is missing, and nobody can be asked for it',
          'type the six digits that the device shows, as in: aws-mfa-env exec --token-code 123456 aws s3 ls',
        ),
      })
      const nobody = await own.run(['exec', '-p', 'nobody', 'sh', '-c', '>ran'])
      expect(nobody).toMatchObject({ status: 6, stdout: '' })
      await expect(readFile(join(own.sandbox.folder, 'ran'))).rejects.toThrow('ENOENT')
    }))

  it('keys in the environment sign, and their session is cached nowhere', () =>
    withHome(server, async (own) => {
      const environment = environmentOf(server, own.user)
      const ran = await own.run(['exec', '--token-code', own.code(), 'true'], { environment })
      expect(ran).toEqual({ status: 0, stdout: '', stderr: endpointNote(server) })
      const again = await own.run(['exec', '--no-prompt', 'true'], { environment })
      expect(again).toMatchObject({ status: 2, stdout: '' })
    }))

  // Bun does not even start there.
  it.skipIf(!isBundle)('a current folder that has been deleted is refused', async () => {
    const line = `mkdir gone && cd gone && rmdir ../gone && ${shellWords('exec', 'pwd')}`
    const { status, stdout, stderr } = await runShell(home, line)
    expect([status, `${stdout}`, `${stderr}`]).toEqual([
      1,
      '',
      errorText('the current folder has been deleted', 'cd to another one first'),
    ])
  })
})

describe.skipIf(script === undefined)('at a terminal (script is not on PATH)', { tags: 'slow' }, () => {
  const atTerminal = (own: Home, text: string, replies: readonly Reply[]) =>
    runScriptAtTerminal(text, {
      sandbox: own.sandbox,
      replies,
      environment: { AWS_ENDPOINT_URL: own.server.url, PS1: 'prompt> ', TERM: 'dumb' },
    })

  it.each([
    ['', []],
    [', where there is no ps', ['sh', 'sleep']],
  ])('Ctrl-C reaches the command once, which may go on%s', async (_where, programs) => {
    const bin = await mkdtemp(join(home.sandbox.folder, 'bin-'))
    for (const name of programs) await symlink(findOnPath(name) ?? '', join(bin, name))
    const path = programs.length > 0 ? `PATH=${bin}; ` : ''
    const text = `trap 'echo caught' INT; echo ready; while [ $((n += 1)) -lt 20 ]; do sleep 0.1; done; echo over; exit 9`
    const replies = [{ shown: 'ready', reply: '\u0003' }]
    const { status, shown } = await atTerminal(
      home,
      `${path}trap : INT; ${shellWords('exec', 'sh', '-c', text)}; exit $?`,
      replies,
    )
    expect(shown.replaceAll('^C', '').split('\r\n')).toEqual(['ready', 'caught', 'over', ''])
    expect(status).toBe(9)
  })

  it('an interruption of the tool alone is handed on, where it runs in the background', async () => {
    const text = `trap 'echo got; exit 7' INT; echo ready; while [ $((n += 1)) -lt 200 ]; do sleep 0.05; done`
    const line = `set -m; ${shellWords('exec', 'sh', '-c', text)} & read line; kill -INT $!; wait $!; exit $?`
    const { status, shown } = await atTerminal(home, line, [{ shown: 'ready', reply: 'go\n' }])
    expect(shown).toContain('\r\ngot\r\n')
    expect(status).toBe(7)
  })

  it('Ctrl-C and Ctrl-\\ end both as they end the command', async () => {
    for (const [typed, code] of [
      ['\u0003', 130],
      ['\u001c', 131],
    ] as const) {
      const command = shellWords('exec', 'sh', '-c', 'ulimit -c 0; echo ready; exec sleep 30')
      const { status, shown } = await atTerminal(home, `trap : INT QUIT; ${command}; exit $?`, [
        { shown: 'ready', reply: typed },
      ])
      expect([status, shown.split('\r\n')[0]]).toEqual([code, 'ready'])
    }
  })

  it('Ctrl-Z stops both, and fg goes on with both', async () => {
    const text = 'echo ready; read line; echo "read $line"; exit 5'
    await writeFile(join(home.sandbox.folder, 'job'), shellWords('exec', 'sh', '-c', text))
    const { shown } = await atTerminal(home, 'exec bash --norc --noprofile -i', [
      { shown: 'prompt> ', reply: '. ./job\n' },
      { shown: 'ready', reply: '\u001a' },
      // What is typed before the shell reads again may be lost.
      { shown: 'Stopped', reply: '' },
      { shown: 'prompt> ', reply: 'fg\n' },
      // The shell shows what it goes on with.
      { shown: 'aws-mfa-env', reply: 'words\n' },
      { shown: 'read words', reply: '' },
      { shown: 'prompt> ', reply: 'echo "status $?"\n' },
      { shown: 'status 5', reply: '' },
      { shown: 'prompt> ', reply: 'exit\n' },
    ])
    expect(shown).toContain('\r\nread words\r\n')
  })

  it('asks for the code first, and leaves what is typed ahead to the command', () =>
    withHome(server, async (own) => {
      const text =
        'test -t 0 && test -t 1 && test -t 2 && read line && echo "read $line"; grep flags /proc/self/fdinfo/0'
      const { status, shown } = await atTerminal(own, `${shellWords('exec', 'sh', '-c', text)}`, [
        { shown: 'MFA code of ', reply: `${own.code()}\nahead\n` },
      ])
      expect(shown).toContain('\r\nread ahead\r\n')
      // O_NONBLOCK, 04000, would make a command fail that does not expect it.
      if (process.platform === 'linux')
        expect(shown).toMatch(/\r\nflags:\t\d*[0-3]\d{3}\r\n|\r\nflags:\t0?2\r\n/)
      expect(status).toBe(0)
    }))

  it('is not started when the question is interrupted', () =>
    withHome(server, async (own) => {
      const command = shellWords('exec', 'sh', '-c', 'echo started')
      const { status, shown } = await atTerminal(own, `trap : INT; ${command}; exit $?`, [
        { shown: 'MFA code of ', reply: '\u0003' },
      ])
      expect(status).toBe(130)
      expect(shown).not.toContain('started')
      expect(shown).toContain('aws-mfa-env: error: interrupted\r\n')
    }))
})
