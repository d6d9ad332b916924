// @module-tag slow
// `exec` on Windows: what it finds and starts, with which arguments and variables, and how it ends.

import { existsSync } from 'node:fs'
import { constants, copyFile, mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { startAwsServer } from '../aws-server/server.ts'
import { endpointNote, errorText, keysOf, writeProfiles } from '../commands/tool.ts'
import { type Sandbox, withSandbox } from './run.ts'
import { type CmdScript, linesOfUser, type NodeVersion, runCmdScripts, sandboxInCmd } from './wine/cmd.ts'
import { describeEachNode } from './wine/each-node.ts'
import { installPackage, installStandIn } from './wine/installation.ts'

/** Adds its arguments and variables to a file, and ends with STATUS. */
const teller = `
const fs = require('node:fs')
const ours = Object.entries(process.env).filter(([name]) => /^(aws_|path$)/i.test(name))
const told = { words: process.argv.slice(2), variables: Object.fromEntries(ours) }
fs.appendFileSync('/shared/told', JSON.stringify(told) + '\\n')
process.exitCode = Number(process.env.STATUS)
`

/** Runs \`exec\` as a program does, so that no shell has a say in its words. */
const caller = `
const { spawnSync } = require('node:child_process')
const { readFileSync, writeSync } = require('node:fs')
for (const words of JSON.parse(readFileSync('/shared/calls.json', 'utf8'))) {
  const tool = ['/shared/npm/node_modules/aws-mfa-env/dist/aws-mfa-env.cjs', 'exec', ...words]
  const { status } = spawnSync(process.execPath, tool, { stdio: 'inherit' })
  writeSync(1, status + '\\n')
}
`

const hostileWords = [
  'a b',
  '',
  'a"b',
  'say "hi & bye"',
  '"&echo ran>ran',
  '" & echo ran>ran & "',
  '100% %OS% %',
  '%OS%',
  '%%OS%%',
  '%OS:~0,3%',
  '%^OS%',
  '!OS!',
  'a^b',
  '^',
  '^&|<>()@',
  'a&b',
  'x=y',
  'a,b;c',
  '--name="a b"',
  "it's",
  '*',
  '?',
  '\\',
  'C:\\folder\\',
  'a folder\\',
  'back\\"slash',
  '\\\\server\\share name\\',
  '\t',
  'é€😀',
  '-h',
  '--',
  '123456',
]

/** Each by the words that start it. */
const programs: Readonly<Record<string, readonly string[]>> = {
  'an .exe on PATH': ['node', 'Z:/shared/teller.cjs'],
  'an .exe by a path with spaces': [`${sandboxInCmd}\\its folder\\its program.exe`, 'teller.cjs'],
  "npm's shim on PATH, with a script for Unix beside it": ['teller'],
  "npm's shim by a path with spaces": ['its folder\\teller.cmd'],
  "npm's shim of a project": ['.\\node_modules\\.bin\\teller'],
  'a .cmd by a path as Unix writes it': ['./its folder/plain.cmd'],
  'a .bat with special characters in its path': [`${sandboxInCmd}\\100% %OS% & (co)\\a^b.BAT`],
  'a script that names its interpreter': ['./its folder/script'],
}

const lineBreak = ['teller', 'two\nlines']

interface Told {
  readonly words: readonly string[]
  readonly variables: Readonly<Record<string, string>>
}

interface Shown {
  readonly stdout: readonly string[]
  readonly stderr: string
}

type Script = keyof ReturnType<typeof scriptsFor>

interface Found {
  readonly shown: Readonly<Partial<Record<Script, Shown>>>
  readonly told: readonly Told[]
  readonly calls: readonly string[]
  readonly ran: boolean
  readonly note: string
}

describeEachNode(
  'exec',
  (root, node) => {
    let found: Found
    beforeAll(async () => {
      found = await withSandbox((sandbox) => run(sandbox, root, node, Object.keys(programs)))
    })

    it('gives the session to the command alone, whatever the case of a name', () => {
      const { shown, told, note } = found
      expect(shown.session).toEqual({
        stdout: ['0 profile=[work] region=[eu-west-1] key=[] token=[stale]'],
        stderr: note,
      })
      const [plain, given] = told.map(({ variables }) => variables)
      const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN, ...rest } = given ?? {}
      expect([AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN]).toEqual([
        expect.stringMatching(/^ASIA/),
        expect.any(String),
        expect.any(String),
      ])
      const pathName = Object.keys(plain ?? {}).filter((name) => /^path$/i.test(name))
      expect(pathName).toHaveLength(1)
      expect(Object.keys(rest).sort()).toEqual(
        [
          'AWS_CREDENTIAL_EXPIRATION',
          'AWS_DEFAULT_REGION',
          'AWS_ENDPOINT_URL',
          'AWS_MFA_ENV_STATE',
          'AWS_REGION',
          ...pathName,
        ].sort(),
      )
    })

    it('ends with the status of the command', () => {
      expect(found.shown.statuses).toEqual({
        stdout: ['7', '5', '6', '-1073741510', '1', '9'],
        stderr: '',
      })
    })

    it('tells what is not found from what cannot be run', () => {
      const notFound = (name: string) =>
        errorText(
          `${name} is not found`,
          'it is looked for on PATH, without a shell: aliases and functions are unknown here',
        )
      const { stdout, stderr = '' } = found.shown.failures ?? {}
      expect(stdout).toEqual(['127', '127', '127', '127', '126'])
      expect(stderr).toMatch(
        ['"ghost"', '"dir"', '".\\ghost.cmd"', '".\\its folder"'].map(notFound).join('') +
          'aws-mfa-env: error: "its folder\\broken.exe" cannot be run (',
      )
      expect(stderr.split('\n')).toHaveLength(10)
    })

    it('looks into the current folder unless Windows is told not to', () => {
      expect(found.shown.currentFolder?.stdout).toEqual(['from the current folder', '0', '127'])
    })

    it('leaves stdin to the command', () => {
      expect(found.shown.input?.stdout).toEqual(['[typed]'])
    })

    testArguments(() => found, Object.keys(programs))
  },
  ['24'],
)

const fewPrograms = Object.keys(programs).filter((name) => /^an .exe on|^npm's shim on|^a .cmd/.test(name))

describeEachNode(
  'exec, in short',
  (root, node) => {
    let found: Found
    beforeAll(async () => {
      found = await withSandbox((sandbox) => run(sandbox, root, node, fewPrograms, ['session', 'calls']))
    })

    testArguments(() => found, fewPrograms)
  },
  ['20', '22'],
)

function testArguments(findings: () => Found, names: readonly string[]): void {
  describe('hands arguments on whole to', () => {
    it.each(names.map((name, at) => ({ name, at })))('$name', ({ at }) => {
      const { told, calls } = findings()
      expect(told[at + 2]?.words).toEqual(hostileWords)
      expect(calls[at]).toBe('7')
    })

    it('cmd, which runs no part of one', () => {
      expect(findings().ran).toBe(false)
    })
  })

  it('refuses a line break for cmd, which would end the command there', () => {
    const { calls, shown } = findings()
    expect(calls.slice(-1)).toEqual(['126'])
    expect(shown.calls?.stderr).toBe(
      errorText('an argument has a line break in it, where cmd, which runs this command, ends it'),
    )
  })
}

async function run(
  sandbox: Sandbox,
  root: string,
  node: NodeVersion,
  programNames: readonly string[],
  scriptNames?: readonly Script[],
): Promise<Found> {
  const server = await startAwsServer()
  try {
    await prepare(sandbox, root, node, programNames)
    const user = server.addUser()
    await writeProfiles(sandbox, {
      credentials: `${keysOf(user, 'work')}mfa_serial = ${user.serialNumber}\n`,
    })
    const scripts = Object.entries(scriptsFor(server.url, server.nextTokenCode(user)))
    const wanted = scripts.filter(([name]) => scriptNames?.some((other) => other === name) ?? true)
    const endings = await runCmdScripts(root, Object.fromEntries(wanted), {
      sandbox,
      node,
      path: [`${sandboxInCmd}\\npm`, `${sandboxInCmd}\\bin`],
    })
    const shown = Object.fromEntries(
      Object.entries(endings).map(([name, { stdout, stderr }]) => [
        name,
        { stdout: linesOf(`${stdout}`), stderr: `${stderr}` },
      ]),
    ) as Found['shown']
    return {
      shown,
      told: linesOf(await readFile(join(sandbox.folder, 'told'), 'utf8')).map(
        (line) => JSON.parse(line) as Told,
      ),
      calls: shown.calls?.stdout ?? [],
      ran: existsSync(join(sandbox.folder, 'ran')),
      note: endpointNote(server),
    }
  } finally {
    await server.close()
  }
}

const linesOf = (text: string) => text.split(/\r?\n/).filter((line) => line !== '')

async function prepare(
  sandbox: Sandbox,
  root: string,
  node: NodeVersion,
  programNames: readonly string[],
): Promise<void> {
  const { folder } = sandbox
  await installPackage(sandbox)
  for (const place of ['bin', 'its folder', 'node_modules/.bin']) {
    await installStandIn(sandbox, place, teller, 'teller')
  }
  const passOn = '@node Z:\\shared\\teller.cjs %*\r\n'
  const files: Readonly<Record<string, string>> = {
    'teller.cjs': teller,
    'caller.cjs': caller,
    'calls.json': JSON.stringify([
      ...programNames.map((name) => [...(programs[name] ?? []), ...hostileWords]),
      lineBreak,
    ]),
    'its folder/plain.cmd': passOn,
    'its folder/script': `#!/usr/bin/env -S node --no-warnings\n${teller}`,
    'its folder/broken.exe': 'no program\r\n',
    '100% %OS% & (co)/a^b.BAT': passOn,
    'here/local.cmd': '@echo from the current folder\r\n',
    'bin/five.cmd': '@exit /b 5\r\n',
    'bin/six.bat': '@cmd /d /c exit 6\r\n',
  }
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true })
    await writeFile(join(folder, name), text)
  }
  const program = join(folder, 'its folder', 'its program.exe')
  await copyFile(join(root, 'node', node, 'node.exe'), program, constants.COPYFILE_FICLONE)
}

function scriptsFor(url: string, code: string) {
  const script = (...lines: string[]): CmdScript => ({
    as: 'cmd',
    lines: [...linesOfUser(url), 'set Aws_Profile=work', 'set STATUS=0', ...lines],
  })
  const status = 'echo %ERRORLEVEL%'
  return {
    // Leaves its session in the cache, for the others.
    session: script(
      'set Aws_Default_Region=eu-west-1',
      'set aws_security_token=stale',
      'node teller.cjs',
      `call awsmfa.cmd exec --token-code ${code} node teller.cjs`,
      'echo %ERRORLEVEL% profile=[%AWS_PROFILE%] region=[%AWS_DEFAULT_REGION%] key=[%AWS_ACCESS_KEY_ID%] token=[%AWS_SECURITY_TOKEN%]',
    ),
    calls: script('set STATUS=7', 'node caller.cjs'),
    statuses: script(
      'call awsmfa.cmd exec node -e process.exitCode=7',
      status,
      ...['five', 'six.bat', 'cmd /d /c exit -1073741510', 'node -e process.exitCode=1'].flatMap((words) => [
        `cmd /d /c aws-mfa-env exec ${words}`,
        status,
      ]),
      // From another batch file, as a script would.
      'call aws-mfa-env exec cmd /d /c exit 9',
      status,
    ),
    failures: script(
      ...['ghost', 'dir', '.\\ghost.cmd', '".\\its folder"', '"its folder\\broken.exe"'].flatMap((name) => [
        `call awsmfa.cmd exec ${name}`,
        status,
      ]),
    ),
    currentFolder: script(
      'cd here',
      'call awsmfa.cmd exec local',
      status,
      'set NoDefaultCurrentDirectoryInExePath=1',
      'call aws-mfa-env.cmd exec local 2>nul',
      status,
    ),
    input: script(
      `echo typed| aws-mfa-env exec node -e "fs.writeSync(1, '[' + String(fs.readFileSync(0)).trim() + ']')"`,
    ),
  }
}
