import { afterAll, describe, expect, it } from 'vitest'
import { parseCommandLine } from '../../src/cli.ts'
import { Failure } from '../../src/errors.ts'
import {
  type CommandName,
  commandOptions,
  commonOptions,
  type OptionName,
  options,
} from '../../src/options.ts'
import { startAwsServer } from '../aws-server/server.ts'
import { withSandbox } from '../real-shells/run.ts'
import { environmentOf, runTool } from './tool.ts'

const server = await startAwsServer()
afterAll(() => server.close())

const withoutSpaces = 'type the six digits without a space, as in: aws-mfa-env 123456'
const sixDigits = 'type the six digits that the device shows, as in: aws-mfa-env 123456'
const allOptions = 'all options: aws-mfa-env --help'
const shells = 'one of: bash, zsh, sh, ksh, fish, tcsh, elvish, xonsh, nu, powershell, cmd'
const dialects = `${shells}, json, dotenv`
const strayCode = (option: string): [string, string] => [
  `six digits stand where --${option} wants a name`,
  'the code is an argument of its own, as in: aws-mfa-env --profile NAME 123456',
]
const joined = (option: string, argument: string) =>
  `as in: --${option} ${argument}, or --${option}=${argument} where the value begins with a dash`

/** Words that are wrong, and the error and hints that say so; whether statements were due. */
const cases: readonly (readonly [words: readonly string[], lines: readonly string[], due?: boolean])[] = [
  [
    [],
    [
      'a code is missing, and nobody can be asked for it',
      sixDigits,
      'or pass it on stdin, as in: echo 123456 | aws-mfa-env -',
    ],
  ],
  [[''], ['the code is not six digits', sixDigits]],
  [['12345'], ['the code has fewer than six digits', expect.any(String)]],
  [['1234567'], ['the code has more than six digits', sixDigits]],
  [['１２３４５６'], ['the code is not in the digits 0 to 9', sixDigits]],
  [['123 456'], ['the code is not six digits', sixDigits]],
  [['12345a'], ['the code is not six digits', sixDigits]],
  [
    ['123456', '654321'],
    ['there are several arguments where one code is enough', withoutSpaces],
  ],
  [
    ['123456', '--token-code', '654321'],
    ['there are several arguments where one code is enough', withoutSpaces],
  ],
  [
    ['stauts'],
    [
      '"stauts" is neither a command nor a code',
      'did you mean status?',
      'all commands: aws-mfa-env --help; a code is six digits, as in: aws-mfa-env 123456',
    ],
  ],
  [
    ['123456', 'status'],
    ['status is a command, and a command is the first word', 'as in: aws-mfa-env status'],
  ],
  [
    ['--frofile', 'x', '123456'],
    ['there is no option "--frofile"', 'did you mean --profile?', allOptions],
  ],
  [
    ['--x5', '123456'],
    ['there is no such option', allOptions],
  ],
  [
    ['--$0', 'x', '123456'],
    ['there is no such option', allOptions],
  ],
  [
    ['--_=x', '123456'],
    ['there is no option "--_"', allOptions],
  ],
  [
    ['--', '--help'],
    ['the code is not six digits', sixDigits],
  ],
  [
    ['-p', '--help'],
    ['--profile needs a value', joined('profile', 'NAME')],
  ],
  [
    ['--constructor', '123456'],
    ['there is no option "--constructor"', allOptions],
  ],
  [
    ['--__proto__=x', '123456'],
    ['there is no option "--__proto__"', allOptions],
  ],
  [
    ['-pwork', '123456'],
    ['there is no option "-pwork"', expect.stringContaining('two words'), allOptions],
  ],
  [['--profile'], ['--profile needs a value', joined('profile', 'NAME')]],
  [
    ['--profile=', '123456'],
    ['--profile needs a value', joined('profile', 'NAME')],
  ],
  [
    ['--profile', '', '123456'],
    ['--profile needs a value', joined('profile', 'NAME')],
  ],
  [['-p', 'a', '--profile', 'b', '123456'], ['--profile is given more than once']],
  [['--debug', '--debug', '123456'], ['--debug is given more than once']],
  [
    ['-s', 'bash', '--shell', 'json'],
    [
      '--shell is given more than once',
      'a wrapper says it itself: for another one run aws-mfa-env, as in: aws-mfa-env --shell json',
    ],
  ],
  [
    ['-\nfoo', '123456'],
    ['there is no option "-\\u{a}foo"', allOptions],
  ],
  [
    ['-p', '-9', '--frobnicate'],
    ['there is no option "--frobnicate"', allOptions],
  ],
  [['--debug=true', '123456'], ['--debug takes no value']],
  [['--debug=yes', '123456'], ['--debug takes no value']],
  [['--profile', '123456'], strayCode('profile')],
  [['--region', '１２３４５６'], strayCode('region')],
  [
    ['-s', 'bosh', '123456'],
    ['--shell: there is no shell "bosh"', 'did you mean bash?', dialects],
  ],
  [
    ['-s', 'zsh5', '123456'],
    ['--shell: there is no such shell', 'did you mean zsh?', dialects],
  ],
  [
    ['--json', '123456'],
    ['--json has no meaning without a command', 'what it takes: aws-mfa-env --help'],
  ],
  [
    ['--unset', '123456'],
    ['--unset takes no code', expect.any(String)],
  ],
  [
    ['--unset', 'now'],
    ['--unset takes no such argument', 'what it takes: aws-mfa-env --unset --help'],
  ],
  [
    ['-u', '-p', 'work'],
    ['--profile has no meaning with --unset', 'what it takes: aws-mfa-env --unset --help'],
  ],
  [['--unset=no'], ['--unset takes no value']],
  [
    ['-d', 'soon', '123456'],
    ['--duration-seconds: that is no duration', 'write seconds, or minutes and hours as in 90m and 12h'],
  ],
  [
    ['-d', '899', '123456'],
    ['--duration-seconds: a session lasts 900 to 129600 seconds, that is 15m to 36h'],
  ],
  [
    ['-d', '37h', '123456'],
    ['--duration-seconds: a session lasts 900 to 129600 seconds, that is 15m to 36h'],
  ],
  [
    ['--region', 'eu_west', '123456'],
    ['--region: that is no region', 'a region is a name such as eu-west-1'],
  ],
  [
    ['--serial-number', 'arn:aws:iam::123456789012:user/me', '123456'],
    [
      '--serial-number: that is the ARN of a user, not of an MFA device',
      "a device's ARN has :mfa/ where this has :user/, and the name of the device, which need not be the user's",
    ],
  ],
  [
    ['--serial-number', 'arn:aws:iam::123456789012:u2f/user/me/key', '123456'],
    [
      '--serial-number: that is a FIDO security key or passkey, which GetSessionToken cannot use',
      'add an authenticator app or a hardware TOTP token to the same user, or sign in with: aws login',
    ],
  ],
  [
    ['--serial-number', 'short', '123456'],
    ['--serial-number: that is no MFA serial number', expect.any(String)],
  ],
  [
    ['--endpoint-url', 'http://sts.example.com', '123456'],
    [
      '--endpoint-url: plain http would show the session to the network',
      'use https; http is for loopback alone',
    ],
  ],
  ...['sts.example.com', 'ftp://127.0.0.1', 'http://127.0.0.1.example.com', 'https://me:pw@127.0.0.1'].map(
    (url): [string[], string[]] => [
      ['--endpoint-url', url, '123456'],
      url.endsWith('.1.example.com')
        ? [
            '--endpoint-url: plain http would show the session to the network',
            'use https; http is for loopback alone',
          ]
        : ['--endpoint-url: that is no URL of an endpoint', 'as in: https://sts.eu-west-1.amazonaws.com'],
    ],
  ),
  [['init'], ['init needs the name of a shell', shells], false],
  [['init', 'bosh'], ['there is no shell "bosh"', 'did you mean bash?', shells], false],
  [['init', '123456'], ['init takes no code', expect.any(String)], false],
  [['init', 'bash', 'zsh'], ['init takes no such argument', expect.any(String)], false],
  [
    ['init', 'bash', '--name', 'aws-mfa-env'],
    ['--name: aws-mfa-env is the program itself', expect.any(String)],
    false,
  ],
  [
    ['init', 'bash', '--name', 'a b'],
    [expect.stringMatching(/^--name: letters/), 'as in: --name mfa'],
    false,
  ],
  [['init', 'cmd', '--name', 'mfa'], ['--name: in cmd the file is the name', expect.any(String)], false],
  [['status', '123456'], ['status takes no code', expect.any(String)], false],
  [
    ['status', '-s', 'fish'],
    ['--shell has no meaning for status', 'what it takes: aws-mfa-env status --help'],
    false,
  ],
  [
    ['status', '--min-remaining', 'long'],
    ['--min-remaining: that is no duration', expect.any(String)],
    false,
  ],
]

describe('usage errors', () => {
  it.each(cases.map(([words, lines, due = true]) => ({ words, lines, due })))(
    '$words',
    async ({ words, lines, due }) => {
      const environment = environmentOf(server, server.users.alice)
      // What the named shell would be told where its name is right; a Bourne shell's word here.
      const { status, stdout, stderr } = await withSandbox((sandbox) =>
        runTool(words, { sandbox, environment }),
      )
      expect(
        stderr
          .trimEnd()
          .split('\n')
          .map((line) => line.replace(/^aws-mfa-env: (error|hint): /, '')),
      ).toEqual(lines)
      expect(stderr).toMatch(/^aws-mfa-env: error: .*\n(aws-mfa-env: hint: .*\n)*$/)
      expect({ status, stdout }).toEqual({ status: 2, stdout: due ? '(exit 2);\n' : '' })
      expect(server.requests).toHaveLength(0)
    },
  )

  it.each([['--shell', 'fish'], ['--shell=fish'], ['-s', 'fish']])(
    'are seen by the shell that is named behind an option without its value: %s',
    async (...shell) => {
      const [plain, behind] = await withSandbox((sandbox) =>
        Promise.all(
          [
            ['--nope', ...shell],
            ['-p', ...shell],
          ].map((words) => runTool(words, { sandbox })),
        ),
      )
      expect(plain?.stdout).toBe("sh -c 'exit 2'\n")
      expect(behind).toMatchObject({ status: 2, stdout: plain?.stdout })
    },
  )

  it('take no other word for the shell', async () => {
    for (const word of ['fish', 'powershell', 'cmd']) {
      const { status, stdout } = await withSandbox((sandbox) => runTool([word], { sandbox }))
      expect({ word, status, stdout }).toEqual({ word, status: 2, stdout: '(exit 2);\n' })
    }
  })

  it('repeats no digit of what was typed', { tags: 'slow' }, async () => {
    const typed = [
      '987',
      '9870',
      '98765a',
      '--9870',
      '-9',
      '--token-code=98',
      'x9870',
      '-p9870',
      '--debug=9870',
    ]
    for (const word of typed) {
      const { status, stderr } = await withSandbox((sandbox) => runTool(['-s', 'sh', word], { sandbox }))
      expect({ word, status }).toEqual({ word, status: 2 })
      expect(stderr).not.toMatch(/98|87|70/)
    }
  })

  it.each([
    ['fish', "sh -c 'exit 2'\n"],
    ['pwsh', "throw 'aws-mfa-env failed (2)';\n"],
    ['cmd', 'cmd /d /c exit 2\r\n'],
    ['zsh', '(exit 2);\n'],
  ])('are told to %s as a statement that fails there', async (shell, statement) => {
    for (const words of [
      [`--shell=${shell}`, 'x'],
      ['x', 'y', '-s', shell],
      ['--wrong', '-s', shell],
    ]) {
      const { status, stdout } = await withSandbox((sandbox) => runTool(words, { sandbox }))
      expect({ words, status, stdout }).toEqual({ words, status: 2, stdout: statement })
    }
  })
})

const commands = Object.keys(commandOptions) as CommandName[]
const optionNames = Object.keys(options) as OptionName[]
const takes = (command: CommandName): readonly OptionName[] => [...commandOptions[command], ...commonOptions]

/** The words that ask for a command, and where an error says that it is. */
const asked = (command: CommandName): string[] =>
  command === 'export' ? [] : command === 'unset' ? ['--unset'] : [command]
const named: Partial<Record<CommandName, string>> = { export: 'without a command', unset: 'with --unset' }
const given = (name: OptionName): string[] =>
  'argument' in options[name] ? [`--${name}`, 'x'] : [`--${name}`]

/** The message of the error that the words are; undefined where they are none. */
function messageOf(words: readonly string[]): unknown {
  try {
    parseCommandLine(words)
    return undefined
  } catch (error) {
    return error instanceof Failure && error.exitCode === 2 ? error.message : error
  }
}

describe.each(commands)('the options of %s', (command) => {
  // Without a command, --unset is one.
  const others = optionNames.filter(
    (name) => !takes(command).includes(name) && (command !== 'export' || name !== 'unset'),
  )

  it('are no others than the table has', () => {
    expect(others.length).toBeGreaterThan(0)
    for (const name of others) {
      const message = `--${name} has no meaning ${named[command] ?? `for ${command}`}`
      expect(messageOf([...asked(command), ...given(name)])).toBe(message)
    }
    for (const name of takes(command)) {
      if (command === 'unset' && name === 'unset') continue
      expect(messageOf([...asked(command), ...given(name)]), name).toBeUndefined()
    }
  })

  it('are given once, and with a value where they want one', () => {
    for (const name of takes(command)) {
      const twice = [...asked(command), ...given(name), ...given(name)]
      expect(messageOf(twice)).toBe(`--${name} is given more than once`)
      const wrong = 'argument' in options[name] ? 'needs a value' : 'takes no value'
      const value = 'argument' in options[name] ? '' : 'x'
      if (command === 'unset' && name === 'unset') continue
      expect(messageOf([...asked(command), `--${name}=${value}`])).toBe(`--${name} ${wrong}`)
    }
  })

  it('are refused by the process as by its parser', async () => {
    const [other] = others
    const words = [...asked(command), ...(other === undefined ? [] : given(other))]
    const { status, stdout, stderr } = await withSandbox((sandbox) =>
      runTool(command === 'export' ? [...words, '123456'] : words, { sandbox }),
    )
    const statements = command === 'export' || command === 'unset'
    expect({ status, stdout }).toEqual({ status: 2, stdout: statements ? '(exit 2);\n' : '' })
    expect(stderr).toMatch(new RegExp(`^aws-mfa-env: error: ${messageOf(words)}\naws-mfa-env: hint: `))
  })

  it('take no code in the place of a name', async () => {
    const names = (['shell', 'profile', 'serial-number', 'region', 'to', 'name'] as const).filter((name) =>
      takes(command).includes(name),
    )
    for (const name of names) {
      const words = [...asked(command), `--${name}`, '123456', ...(command === 'init' ? ['bash'] : [])]
      const { status, stderr } = await withSandbox((sandbox) => runTool(words, { sandbox }))
      expect({ words, status }).toEqual({ words, status: 2 })
      expect(stderr).toMatch(/^aws-mfa-env: error: .*\naws-mfa-env: hint: .*\n$/)
      expect(stderr).toContain(`six digits stand where --${name} wants a name\n`)
    }
  })
})

describe('help and version', () => {
  it('are on stdout, and no error', async () => {
    for (const words of [
      ['-h'],
      ['123456', '--help'],
      ['exec', '-h', 'true'],
      ['status', '--version', '-h'],
    ]) {
      const { status, stdout, stderr } = await withSandbox((sandbox) => runTool(words, { sandbox }))
      expect({ words, status, stderr }).toEqual({ words, status: 0, stderr: '' })
      expect(stdout).toMatch(/^[A-Z].*\n\nusage:/)
    }
    const { stdout } = await withSandbox((sandbox) => runTool(['--version'], { sandbox }))
    expect(stdout).toMatch(/^aws-mfa-env \d+\.\d+\.\d+\n$/)
  })
})
