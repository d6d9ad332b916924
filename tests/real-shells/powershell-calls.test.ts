// @module-tag slow
// PowerShell's ways of calling, and what it makes of errors. wrapper-calls.test.ts has what is the same in every shell.

import { readFile, writeFile } from 'node:fs/promises'
import { delimiter, dirname, join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { powershell } from '../../src/dialects/powershell.ts'
import { startAwsServer } from '../aws-server/server.ts'
import { environmentOf } from '../commands/tool.ts'
import { describeEachShell } from './each-shell.ts'
import { hostileValues } from './hostile-values.ts'
import { runScript, withSandbox } from './run.ts'
import type { FoundShell } from './shells.ts'
import { installPackage } from './wine/installation.ts'
import { load, pathWithout, withStandIn, withTool, wrapperPath } from './wrapper-sandbox.ts'

const server = await startAwsServer()
afterAll(() => server.close())

const preferences = ['Stop', 'Continue'].flatMap((preference) =>
  ['$true', '$false'].map((native) => ({
    preference,
    native,
    lines: [
      `$ErrorActionPreference = '${preference}'`,
      `$PSNativeCommandUseErrorActionPreference = ${native}`,
    ],
  })),
)

/** Each runs `awsmfa WORDS` in its way; `script` is a file that does so. */
const ways: Readonly<Record<string, (words: string, script: string) => string>> = {
  'a function': (words) => `function Enter { awsmfa ${words} }; Enter`,
  'an advanced function': (words) => `function Enter { [CmdletBinding()] param() awsmfa ${words} }; Enter`,
  'a script': (_, script) => `& '${script}'`,
  'a script that is sourced': (_, script) => `. '${script}'`,
  'a scriptblock': (words) => `& { awsmfa ${words} }`,
  'a pipeline': (words) => `1 | ForEach-Object { awsmfa ${words} }`,
  'the head of a pipeline': (words) => `awsmfa ${words} | Out-Null`,
  'an assignment': (words) => `$null = awsmfa ${words}`,
  'an expression in a string': (words) => `"$(awsmfa ${words})" | Out-Null`,
}

const newerTexts = [
  ['$a ? 1 : 2', 'TernaryExpressionAst'],
  ['f && g || h', 'PipelineChainAst'],
  ['$a ?? 1', 'QuestionQuestion'],
  ['$a ??= 1', 'QuestionQuestionEquals'],
  ['($a)?.b', 'QuestionDot'],
  ['($a)?[0]', 'QuestionLBracket'],
  ['function f { end {} clean {} }', 'Clean'],
  ['f &', 'Ampersand'],
  ['"`e[0m `u{41}"', 'escape'],
  ['10u', 'number'],
  ['0b11', 'number'],
] as const

describeEachShell(
  'the wrapper in PowerShell',
  (shell) => {
    it.each(preferences)('sets a session with preference $preference, $native for programs', ({ lines }) =>
      withStandIn(shell, async ({ run, observe, calls }) => {
        const ending = await run([load(shell), ...lines, 'awsmfa 123456; "$? $LASTEXITCODE"', observe])
        expect(ending).toEqual({ status: 0, stdout: 'True 0\n', stderr: '' })
        expect((await calls()).at(-1)).toEqual({ words: ['observe'], evaluated: 'yes' })
      }),
    )

    it.each(preferences)('fails with preference $preference, $native for programs', ({ lines, preference }) =>
      withStandIn(shell, async ({ run, observe, calls }) => {
        const environment = { STATUS: '4' }
        const typed = `trap { "$_"; continue }; awsmfa 123456; "$? $LASTEXITCODE $ErrorActionPreference"`
        const ending = await run([load(shell), ...lines, typed, observe], { environment })
        expect(ending).toEqual({
          status: 0,
          stdout: `aws-mfa-env failed (4)\nFalse 4 ${preference}\n`,
          stderr: '',
        })
        expect((await calls()).at(-1)).toEqual({ words: ['observe'], evaluated: '' })
      }),
    )

    it.each(Object.keys(ways))('sets a session, and fails, in %s', (way) =>
      withStandIn(shell, async ({ run, observe, calls, sandbox }) => {
        const script = join(sandbox.folder, 'called.ps1')
        await writeFile(script, 'awsmfa 123456\n')
        const call = ways[way]?.('123456', script) ?? ''
        const ending = await run([
          load(shell),
          call,
          '"$LASTEXITCODE"',
          observe,
          "$env:EVALUATED = $null; $env:STATUS = '4'",
          `try { ${call}; 'went on' } catch { "$_ / $LASTEXITCODE" }`,
          observe,
        ])
        expect(ending).toEqual({ status: 0, stdout: '0\naws-mfa-env failed (4) / 4\n', stderr: '' })
        expect((await calls()).filter(({ words }) => words[0] === 'observe')).toEqual([
          { words: ['observe'], evaluated: 'yes' },
          { words: ['observe'], evaluated: '' },
        ])
      }),
    )

    it('refuses a code that lost its zeros in a variable, and says why', () =>
      withTool(shell, async ({ run }) => {
        const user = server.addUser()
        const lines = [load(shell), '$code = 012345', 'try { awsmfa $code } catch { "$_" }']
        const { stdout, stderr } = await run(lines, { environment: environmentOf(server, user) })
        expect(stdout).toBe('aws-mfa-env failed (2)\n')
        expect(stderr).toContain('the code has fewer than six digits\n')
        expect(stderr).toContain('PowerShell drops them from a number in a variable')
        expect(server.requests.filter(({ accessKeyId }) => accessKeyId === user.accessKeyId)).toEqual([])
      }))

    it('keeps the zeros of a text in a variable', () =>
      withStandIn(shell, async ({ run, calls }) => {
        await run([load(shell), "$code = '012345'; awsmfa $code"])
        expect((await calls()).map(({ words }) => words.at(-1))).toEqual(['012345'])
      }))

    it('never sees a -- that is not quoted', () =>
      withStandIn(shell, async ({ run, calls }) => {
        await run([load(shell), 'awsmfa exec -- env -- x | Out-Null', "awsmfa exec '--' env | Out-Null"])
        expect((await calls()).map(({ words }) => words)).toEqual([
          ['exec', 'env', '--', 'x'],
          ['exec', '--', 'env'],
        ])
      }))

    it('leaves no variable of a session behind, not even an empty one', () =>
      withTool(shell, async ({ run }) => {
        const user = server.addUser()
        const names = `[string[]] ([Environment]::GetEnvironmentVariables().Keys -like 'AWS_*')`
        const lines = [
          load(shell),
          `$env:AWS_MFA_SERIAL = '${user.serialNumber}'; $env:AWS_ENDPOINT_URL = '${server.url}'`,
          `$env:AWS_ACCESS_KEY_ID = '${user.accessKeyId}'; $env:AWS_SECRET_ACCESS_KEY = '${user.secretAccessKey}'`,
          `awsmfa ${server.nextTokenCode(user)}`,
          '"$($null -ne $env:AWS_SESSION_TOKEN)"',
          'awsmfa --unset',
          names,
        ]
        const { stdout } = await run(lines)
        expect(stdout.trim().split('\n').sort()).toEqual(['AWS_ENDPOINT_URL', 'AWS_MFA_SERIAL', 'True'])
      }))

    it("passes over npm's .ps1 shim, which a policy may forbid, for the program beside it", () =>
      withSandbox(async (sandbox) => {
        await installPackage(sandbox)
        const npm = join(sandbox.folder, 'npm')
        await writeFile(join(npm, 'aws-mfa-env.ps1'), "throw 'the .ps1 shim was run'\n")
        const environment = { PATH: [npm, pathWithout].join(delimiter) }
        const lines = `${load(shell)}\nawsmfa --version\nawsmfa --unset\n"$LASTEXITCODE"\n`
        const { stdout, stderr } = await runScript(shell, lines, { sandbox, environment })
        expect(`${stderr}`).toBe('')
        expect(`${stdout}`).toMatch(/^aws-mfa-env \d.*\n0\n$/)
      }))

    it("works without the wrapper through npm's .ps1 shim", () =>
      withSandbox(async (sandbox) => {
        await installPackage(sandbox)
        const user = server.addUser()
        // By its whole name, since on Linux the shim for sh comes before it.
        const evaluate = (words: string) =>
          `Invoke-Expression "$(aws-mfa-env.ps1 ${words} --shell powershell)"`
        const lines = [
          // The shim's, from a module that powershell-host lacks.
          'function Split-Path($Path, [switch] $Parent) { [System.IO.Path]::GetDirectoryName($Path) }',
          'function Test-Path($Path) { [System.IO.File]::Exists($Path) }',
          evaluate(server.nextTokenCode(user)),
          '"$LASTEXITCODE $($env:AWS_ACCESS_KEY_ID.Substring(0, 4))"',
          // Six digits: it reaches AWS, which refuses it. Five would not.
          `try { ${evaluate('000123')} } catch { "$_" }`,
          evaluate('--unset'),
          '"$LASTEXITCODE [$env:AWS_SESSION_TOKEN]"',
        ]
        const environment = {
          ...environmentOf(server, user),
          PATH: [join(sandbox.folder, 'npm'), pathWithout].join(delimiter),
        }
        const { stdout, stderr } = await runScript(shell, `${lines.join('\n')}\n`, { sandbox, environment })
        expect(`${stdout}`, `${stderr}`).toMatch(/^0 ASIA\naws-mfa-env failed \([46]\)\n0 \[\]\n$/)
      }))

    it('is written in what Windows PowerShell 5.1 knows, and so is the reminder', async () => {
      const wrapper = wrapperPath(shell)
      expect(await inspect(shell, await readFile(wrapper, 'utf8'))).toEqual({
        newer: [],
        commands: ['Microsoft.PowerShell.Core\\Get-Command'],
      })
      const reminder = join(dirname(wrapper), 'remind.ps1')
      expect(await inspect(shell, await readFile(reminder, 'utf8'))).toEqual({
        newer: [],
        commands: ['Microsoft.PowerShell.Core\\Get-Command', '__awsmfa_remind'],
      })
    })

    it('completes in what Windows PowerShell 5.1 knows', async () => {
      const file = new URL('../../shells/completion.ps1', import.meta.url)
      expect(await inspect(shell, await readFile(file, 'utf8'))).toEqual({
        newer: [],
        commands: [
          'Microsoft.PowerShell.Core\\Get-Command',
          'Microsoft.PowerShell.Core\\Register-ArgumentCompleter',
        ],
      })
    })

    it('evaluates statements in what Windows PowerShell 5.1 knows, and no cmdlet', async () => {
      const changes = hostileValues.map((value, index) => ({ name: `A${index}`, value }))
      const text = powershell.render([{ name: 'GONE', value: null }, ...changes])
      expect(await inspect(shell, text)).toEqual({ newer: [], commands: [] })
      expect(await inspect(shell, powershell.renderFailure(4))).toEqual({ newer: [], commands: [] })
    })

    it('is inspected by what does see anything newer', async () => {
      for (const [text, ...newer] of newerTexts) {
        expect(await inspect(shell, text)).toEqual({ newer, commands: expect.anything() })
      }
    })
  },
  ({ dialect }) => dialect === 'powershell',
)

/**
 * What in a text came after Windows PowerShell 5.1 (about_Language, what's new in PowerShell 6 and 7), by the engine's
 * own parser, and the commands that it names.
 */
async function inspect(shell: FoundShell, text: string): Promise<{ newer: string[]; commands: string[] }> {
  return withSandbox(async (sandbox) => {
    const file = join(sandbox.folder, 'inspected.ps1')
    await writeFile(file, text)
    const ending = await runScript(shell, inspection, { sandbox, scriptArguments: [file] })
    expect(`${ending.stderr}`).toBe('')
    const lines = `${ending.stdout}`.split('\n').filter((line) => line !== '')
    const pick = (kind: string) => [
      ...new Set(lines.filter((line) => line.startsWith(kind)).map((line) => line.slice(kind.length))),
    ]
    return { newer: pick('newer '), commands: pick('command ').sort() }
  })
}

const inspection = `
$tokens = $null; $errors = $null
$tree = [System.Management.Automation.Language.Parser]::ParseFile($args[0], [ref] $tokens, [ref] $errors)
foreach ($problem in $errors) { throw $problem.Message }
foreach ($token in $tokens) {
    $kind = "$($token.Kind)"
    if ($kind -in 'QuestionQuestion', 'QuestionQuestionEquals', 'QuestionDot', 'QuestionLBracket', 'Clean') { "newer $kind" }
    if ($kind -eq 'Number' -and $token.Text -cnotmatch '^(0[xX][0-9a-fA-F]+|[0-9]+)$') { 'newer number' }
    if ($kind -in 'StringExpandable', 'HereStringExpandable' -and $token.Text -cmatch '\`[eu]') { 'newer escape' }
}
foreach ($node in $tree.FindAll({ $true }, $true)) {
    $type = $node.GetType().Name
    if ($type -in 'TernaryExpressionAst', 'PipelineChainAst') { "newer $type" }
    if ($type -eq 'PipelineAst' -and $node.Background) { 'newer Ampersand' }
    if ($type -eq 'CommandAst') { $name = $node.GetCommandName(); if ($name) { "command $name" } }
}
`
