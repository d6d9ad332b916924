// @module-tag slow
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, it } from 'vitest'
import { type Sandbox, withSandbox } from './run.ts'
import { type CmdScript, type NodeVersion, runCmdScripts, sandboxInCmd } from './wine/cmd.ts'
import { describeEachNode } from './wine/each-node.ts'
import { installStandIn } from './wine/installation.ts'

const wrapper = fileURLToPath(new URL('../../shells/awsmfa.cmd', import.meta.url))

/** Tells its arguments on stderr, prints the file STATEMENTS and ends with STATUS. */
const standIn = `
const fs = require('node:fs')
fs.writeSync(2, JSON.stringify(process.argv.slice(2)) + '\\n')
fs.writeSync(1, fs.readFileSync('/shared/' + process.env.STATEMENTS))
process.exitCode = Number(process.env.STATUS)
`

const session = 'set "GONE="\r\nset "A=one two"\r\n'

/** What the stand-in is to print, by name. */
const statements: Readonly<Record<string, string>> = {
  session,
  failure: 'cmd /d /c exit 4\r\n',
  nothing: '',
  bareSet: 'set\r\n',
  command: 'echo ran & set A=ran\r\n',
  silencedCommand: '@echo ran\r\n',
  afterSet: 'set "A=1"\r\n&echo ran\r\n',
  behindSet: 'set "A=1" & echo ran\r\n',
  quote: '"\r\n',
  quotedCommand: '"&echo ran&"\r\n',
  parenthesis: ') & echo ran\r\n',
  almostFailure: 'cmd /d /c exit 4 & echo ran\r\n',
  otherCommand: 'cmd /d /c echo ran\r\n',
  percent: '%PATH% %%b !PATH!\r\n',
}

const awkward = 'a (b) & c, d=e'

interface Case {
  readonly as?: CmdScript['as']
  readonly lines: readonly string[]
  /** All of its lines, or what the whole must match. */
  readonly stdout?: readonly string[] | string
  /** What the stand-in was started with, in order; else lines of stderr. */
  readonly asked?: readonly (readonly string[] | string)[]
  /** Where the last command is not the program's. */
  readonly status?: number
}

const other = 'awsmfa: error: aws-mfa-env printed something else than statements for cmd'

const exitCodes = [
  'set STATEMENTS=failure',
  'call awsmfa.cmd 000000',
  'echo %ERRORLEVEL% [%A%]',
  'set STATEMENTS=session',
  'call awsmfa.cmd 123456',
  'echo %ERRORLEVEL% [%A%] [%GONE%]',
  'set STATEMENTS=failure',
  'call awsmfa.cmd 000000 || echo failed',
  'echo %ERRORLEVEL% [%A%]',
]
const exitCodesShown = ['4 []', '0 [one two] []', 'failed', '4 [one two]']
const exitCodesAsked = ['000000', '123456', '000000'].map((code) => ['--shell', 'cmd', code])

const cases = {
  'sets a session, and ERRORLEVEL, from a .cmd': {
    lines: exitCodes,
    stdout: exitCodesShown,
    asked: exitCodesAsked,
  },
  'sets a session, and ERRORLEVEL, from a .bat': {
    as: 'bat',
    lines: exitCodes,
    stdout: exitCodesShown,
    asked: exitCodesAsked,
  },
  'sets a session with delayed expansion': {
    lines: ['setlocal EnableDelayedExpansion', ...exitCodes],
    stdout: exitCodesShown,
    asked: exitCodesAsked,
  },
  "leaves the caller's setlocal alone, from a .bat": {
    as: 'bat',
    lines: [
      'setlocal',
      'set KEPT=1',
      'call awsmfa.cmd 123456',
      'echo [%KEPT%] [%A%] [%GONE%]',
      'endlocal',
      'echo [%KEPT%] [%A%] [%GONE%]',
    ],
    stdout: ['[1] [one two] []', '[] [] [here]'],
    asked: [['--shell', 'cmd', '123456']],
  },
  'is called by its path, from a script whose folder is awkward to name': {
    lines: [`call "${sandboxInCmd}\\${awkward}\\its script.bat"`],
    stdout: ['0 [one two]', '0 [one two]'],
    asked: [
      ['--shell', 'cmd', '123456'],
      ['--shell', 'cmd', '654321'],
    ],
  },
  'is found in a folder of PATH that is awkward to name': {
    lines: [
      `set "PATH=${sandboxInCmd}\\${awkward};${sandboxInCmd}\\typist;%SystemRoot%\\system32"`,
      'call awsmfa.cmd 123456',
      'echo %ERRORLEVEL% [%A%]',
    ],
    stdout: ['0 [one two]'],
  },
  'hands arguments on whole': {
    lines: [
      'call awsmfa.cmd',
      'call awsmfa.cmd --profile "a b" --region=eu,west;1 (x) ")" 123456',
      'call awsmfa.cmd --profile "<a&b|c>" --mfa-process "read \\"a b\\" -h" "a=b" "c^d" "" "-h -h"',
    ],
    asked: [
      [],
      ['--profile', 'a b', '--region=eu,west;1', '(x)', ')', '123456'],
      ['--profile', '<a&b|c>', '--mfa-process', 'read "a b" -h', 'a=b', 'c^d', '', '-h -h'],
    ].map((words) => ['--shell', 'cmd', ...words]),
  },
  'hands exclamation marks on, with delayed expansion off and on': {
    lines: [
      'set "mark=a!b"',
      'call awsmfa.cmd --profile "%mark%"',
      'setlocal EnableDelayedExpansion',
      'call awsmfa.cmd --profile "!mark!" --region !mark!',
      'call awsmfa.cmd status "!mark!"',
    ],
    stdout: session.trimEnd().split('\r\n'),
    asked: [
      ['--shell', 'cmd', '--profile', 'a!b'],
      ['--shell', 'cmd', '--profile', 'a!b', '--region', 'a!b'],
      ['status', 'a!b'],
    ],
  },
  'evaluates --unset': {
    lines: ['call awsmfa.cmd --unset', 'echo [%A%] [%GONE%]', 'call awsmfa.cmd -u', 'echo [%A%] [%GONE%]'],
    stdout: ['[one two] []', '[one two] []'],
    asked: [
      ['--shell', 'cmd', '--unset'],
      ['--shell', 'cmd', '-u'],
    ],
  },
  'runs a command as it is': {
    lines: [
      'set STATUS=3',
      'call awsmfa.cmd status --json',
      'echo %ERRORLEVEL% [%A%] [%GONE%]',
      'call awsmfa.cmd "status"',
      'echo %ERRORLEVEL% [%A%] [%GONE%]',
      'call awsmfa.cmd Exec (a) "b & c" d=e,f;g "h^i"',
      'echo %ERRORLEVEL% [%A%] [%GONE%]',
    ],
    stdout: Array.from({ length: 3 }).flatMap(() => ['set "GONE="', 'set "A=one two"', '3 [] [here]']),
    asked: [['status', '--json'], ['status'], ['Exec', '(a)', 'b & c', 'd=e,f;g', 'h^i']],
  },
  'asks for help and for the version alone, evaluating nothing': {
    lines: [
      'call awsmfa.cmd --profile x --help',
      'call awsmfa.cmd -h 123456',
      'call awsmfa.cmd 123456 --version',
      'echo %ERRORLEVEL% [%A%] [%GONE%]',
    ],
    stdout: [...Array.from({ length: 3 }).flatMap(() => ['set "GONE="', 'set "A=one two"']), '0 [] [here]'],
    asked: [['--help'], ['--help'], ['--version']],
  },
  'answers to another name': {
    lines: ['call renamed.cmd 123456', 'echo %ERRORLEVEL% [%A%]', 'set STATUS=3', 'call renamed.cmd status'],
    stdout: ['0 [one two]', ...session.trimEnd().split('\r\n')],
    asked: [['--shell', 'cmd', '123456'], ['status']],
    status: 3,
  },
  'fails without the wrapper, so that what follows || runs': {
    lines: [1, 2, 4, 6, 130].flatMap((code) => [
      `>${sandboxInCmd}\\code echo cmd /d /c exit ${code}`,
      `for /f "tokens=1,*" %%i in ('type ${sandboxInCmd}\\code') do @set %%j 2>nul || echo failed`,
      `for /f "delims=" %%i in ('type ${sandboxInCmd}\\code') do @%%i || echo ${code}`,
    ]),
    stdout: [1, 2, 4, 6, 130].flatMap((code) => ['failed', `${code}`]),
  },
  'is typed at the prompt': {
    as: 'typed',
    lines: [
      'awsmfa 123456',
      'if not "%A%"=="one two" exit 99',
      'set STATUS=3',
      'awsmfa status',
      'exit %ERRORLEVEL%',
    ],
    stdout: '^Microsoft Windows',
    asked: [['--shell', 'cmd', '123456'], ['status']],
    status: 3,
  },
  'says that the program is missing': {
    lines: [
      `set "PATH=${sandboxInCmd}\\wrapper;%SystemRoot%\\system32"`,
      'call awsmfa.cmd 123456',
      'echo %ERRORLEVEL%',
      'call awsmfa.cmd status',
      'echo %ERRORLEVEL%',
    ],
    stdout: ['127', '127'],
    asked: Array.from({ length: 2 }).flatMap(() => [
      'awsmfa: error: aws-mfa-env is not on PATH',
      'awsmfa: hint: npm install --global aws-mfa-env',
    ]),
  },
  'does not take a program from the current folder': {
    lines: [
      `set "PATH=${sandboxInCmd}\\wrapper;%SystemRoot%\\system32"`,
      `cd /d ${sandboxInCmd}\\typist`,
      'call awsmfa.cmd 123456',
      'echo %ERRORLEVEL% [%A%]',
    ],
    stdout: ['127 []'],
    asked: ['awsmfa: error: aws-mfa-env is not on PATH', 'awsmfa: hint: npm install --global aws-mfa-env'],
  },
  'leaves no variable behind but the session, and no file': {
    lines: [
      'set awsmfa_local=from outside',
      'set STATEMENTS=session',
      `set >${sandboxInCmd}\\before`,
      'call awsmfa.cmd 123456',
      'call awsmfa.cmd --profile x',
      'echo %ERRORLEVEL%',
      `set >${sandboxInCmd}\\after`,
      'dir /s /b "%TEMP%"',
    ],
    stdout: ['0'],
    asked: [
      ['--shell', 'cmd', '123456'],
      ['--shell', 'cmd', '--profile', 'x'],
    ],
  },
  'shows no statement where echo is on': {
    lines: ['@echo on', '@call awsmfa.cmd 123456', '@echo off'],
    // Wine shows a label that it comes by.
    stdout: '^[^=]*$',
    asked: [['--shell', 'cmd', '123456']],
  },
  'hands each exit code on': {
    lines: [
      `set "PATH=${sandboxInCmd}\\typist;%PATH%"`,
      `for %%n in (1 2 3 4 5 6 130) do (`,
      `  >${sandboxInCmd}\\code echo cmd /d /c exit %%n`,
      '  set STATEMENTS=code',
      '  call awsmfa.cmd 1',
      '  if errorlevel %%n echo %%n or more',
      ')',
    ],
    stdout: [1, 2, 3, 4, 5, 6, 130].map((code) => `${code} or more`),
  },
  ...neverRun('nothing', 1),
  ...neverRun('bareSet', 0),
  ...neverRun('behindSet', 0),
  ...neverRun('command', 1, other),
  ...neverRun('silencedCommand', 1, other),
  ...neverRun('afterSet', 1, other),
  ...neverRun('quote', 1, other),
  ...neverRun('quotedCommand', 1, other),
  ...neverRun('parenthesis', 1, other),
  ...neverRun('almostFailure', 1, other),
  ...neverRun('otherCommand', 1, other),
  ...neverRun('percent', 1, other),
} satisfies Record<string, Case>

function neverRun(name: string, exitCode: number, ...stderr: string[]): Record<string, Case> {
  return {
    [`runs nothing but set, whatever is printed: ${name}`]: {
      lines: [
        `set "PATH=${sandboxInCmd}\\typist;%PATH%"`,
        `set STATEMENTS=${name}`,
        'call awsmfa.cmd 1',
        'echo %ERRORLEVEL%',
      ],
      stdout: [String(exitCode)],
      asked: stderr,
    },
  }
}

describe('awsmfa.cmd', () => {
  it('has the line ends of Windows', async () => {
    const text = await readFile(wrapper, 'latin1')
    expect(text.match(/[^\r]\n|[^ -~\r\n]/g)).toBeNull()
  })

  it('writes to no file', async () => {
    const lines = (await readFile(wrapper, 'latin1')).split('\r\n').filter((line) => !line.startsWith('@rem'))
    expect(lines.join('\n').replaceAll(/>&2|>nul/g, '')).not.toContain('>')
  })
})

type Name = keyof typeof cases
const names = Object.keys(cases) as Name[]

describeEachNode(
  'awsmfa',
  (root, node) => {
    let shown: Record<string, { stdout: string[]; stderr: string[]; status: number | null }>
    let environments: { before: string[]; after: string[] }
    beforeAll(async () => {
      await withSandbox(async (sandbox) => {
        shown = await runCases(sandbox, root, node)
        environments = {
          before: splitLines(await readFile(join(sandbox.folder, 'before'))),
          after: splitLines(await readFile(join(sandbox.folder, 'after'))),
        }
      })
    })

    it.each(names)('%s', (name) => {
      const { stdout = [], asked = [], status }: Case = cases[name]
      const run = shown[name]
      expect(run?.stderr).toEqual(asked.map(renderAsked))
      if (typeof stdout === 'string') expect(run?.stdout.join('\n')).toMatch(new RegExp(stdout))
      else expect(run?.stdout).toEqual(stdout)
      if (status !== undefined) expect(run?.status).toBe(status)
    })

    it('changes no variable but those of the session', () => {
      const { before, after } = environments
      const replaced = ['awsmfa_local=from outside', 'GONE=here']
      expect(before).toEqual(expect.arrayContaining(replaced))
      const kept = before.filter((line) => !replaced.includes(line))
      expect(new Set(after)).toEqual(new Set([...kept, 'A=one two']))
    })
  },
  ['24'],
)

async function runCases(sandbox: Sandbox, root: string, node: NodeVersion) {
  await prepare(sandbox)
  // A name is a file's name, too.
  const scripts = Object.fromEntries(names.map((name, index) => [`case${index}`, scriptOf(cases[name])]))
  const endings = await runCmdScripts(root, scripts, {
    sandbox,
    node,
    path: [`${sandboxInCmd}\\stand-in`, `${sandboxInCmd}\\wrapper`],
  })
  return Object.fromEntries(
    names.map((name, index) => {
      const ending = endings[`case${index}`]
      if (ending === undefined) throw new Error(`${name} did not run`)
      const { stdout, stderr, status } = ending
      return [name, { stdout: splitLines(stdout), stderr: splitLines(stderr), status }]
    }),
  )
}

async function prepare({ folder }: Sandbox): Promise<void> {
  for (const [name, text] of Object.entries(statements)) await writeFile(join(folder, name), text)
  await installStandIn({ folder, home: folder }, 'stand-in', standIn)
  // No Node.js, which takes its time.
  const typist = `@type ${sandboxInCmd}\\%STATEMENTS%\r\n`
  const script = [
    '@echo off',
    'call "%~dp0awsmfa.cmd" 123456',
    'echo %ERRORLEVEL% [%A%]',
    'setlocal EnableDelayedExpansion',
    'call "%~dp0awsmfa.cmd" 654321',
    'echo !ERRORLEVEL! [!A!]',
  ]
  const files = {
    'wrapper/awsmfa.cmd': await readFile(wrapper),
    'wrapper/renamed.cmd': await readFile(wrapper),
    'typist/aws-mfa-env.cmd': typist,
    [`${awkward}/awsmfa.cmd`]: await readFile(wrapper),
    [`${awkward}/its script.bat`]: script.map((line) => `${line}\r\n`).join(''),
  }
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true })
    await writeFile(join(folder, name), content)
  }
}

function scriptOf({ as = 'cmd', lines }: Case): CmdScript {
  const start = ['set GONE=here', 'set STATEMENTS=session', 'set STATUS=0']
  return { as, lines: as === 'typed' ? [...start, ...lines] : ['@echo off', ...start, ...lines] }
}

function splitLines(text: Buffer): string[] {
  return text
    .toString()
    .split(/\r?\n/)
    .filter((line) => line !== '')
}

function renderAsked(asked: readonly string[] | string): string {
  return typeof asked === 'string' ? asked : JSON.stringify(asked)
}
