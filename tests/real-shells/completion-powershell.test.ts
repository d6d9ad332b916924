// @module-tag slow
// PowerShell's own engine is asked what it would offer for a line, as PSReadLine asks it when Tab is pressed.

import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { commandWords } from '../../src/options.ts'
import { writeProfiles } from '../commands/tool.ts'
import { describeEachShell } from './each-shell.ts'
import { pathWithout, withTool } from './wrapper-sandbox.ts'

const serial = 'arn:aws:iam::123456789012:mfa/me'
const names = [
  'two words more',
  'it\'s "$HOME" `x`',
  '’;throw 1;‘',
  '&|;()<>{}',
  '*?[a',
  '@a,b',
  '#x',
  'back\\slash\\',
  'a:b=c%d!e^f~',
  'ümläut \u{1f511}',
  '1e3',
]
const credentials = [...names.map((name) => `[${name}]`), `[work]\nmfa_serial = ${serial}`].join('\n')

/** A line up to the cursor, and what it becomes by the first of what is offered; null: nothing is. */
const lines: readonly (readonly [typed: string, completed: string | null])[] = [
  ['aws-mfa-env sta', 'aws-mfa-env status'],
  ['awsmfa sta', 'awsmfa status'],
  ['mfa_now sta', 'mfa_now status'],
  ['1; $x = awsmfa sta', '1; $x = awsmfa status'],
  ['awsmfa status --js', 'awsmfa status --json'],
  ['aws-mfa-env --she', 'aws-mfa-env --shell'],
  ['aws-mfa-env -p', 'aws-mfa-env -p'],
  ['awsmfa completion powersh', 'awsmfa completion powershell'],
  ['awsmfa -p wor', 'awsmfa -p work'],
  ['awsmfa --profile=wor', 'awsmfa --profile=work'],
  ["awsmfa -p 'two w", "awsmfa -p 'two words more'"],
  ['awsmfa -p "two w', "awsmfa -p 'two words more'"],
  ['awsmfa -p two` w', "awsmfa -p 'two words more'"],
  ["awsmfa --profile='two", "awsmfa '--profile=two words more'"],
  ['awsmfa --serial-number arn:aws:', `awsmfa --serial-number ${serial}`],
  ['awsmfa exec -p wor', 'awsmfa exec -p work'],
  ['awsmfa exec -p work Get-Comm', 'awsmfa exec -p work Get-Command'],
  ['awsmfa exec zebra-command --str', 'awsmfa exec zebra-command --stripes'],
  [
    'aws-mfa-env exec --profile=work -- zebra-command ',
    'aws-mfa-env exec --profile=work -- zebra-command --stripes',
  ],
  ['awsmfa exec aws-mfa-env init powersh', 'awsmfa exec aws-mfa-env init powershell'],
  // The word itself, or a blank: with nothing to insert PowerShell would offer files.
  ['awsmfa status --json --js', 'awsmfa status --json --js'],
  ["awsmfa status 'fil", "awsmfa status 'fil"],
  ['awsmfa --endpoint-url ', 'awsmfa --endpoint-url  '],
  ['awsmfa exec ', null],
]

const functions = [
  'function awsmfa { }',
  'function mfa_now { }',
  'function Complete([string] $line) {',
  '  [System.Management.Automation.CommandCompletion]::CompleteInput($line, $line.Length, $null)',
  '}',
]
const load = (words = '') => `Invoke-Expression (aws-mfa-env completion powershell${words} | Out-String)`
const quoted = (text: string) => `'${text.replaceAll(/['‘’]/g, '$&$&')}'`

describeEachShell(
  'Tab',
  (shell) => {
    it('completes the words of a line', () =>
      withTool(shell, async ({ run, sandbox }) => {
        await writeProfiles(sandbox, { credentials })
        await writeFile(join(sandbox.folder, 'file 1'), '')
        const { status, stdout, stderr } = await run([
          ...functions,
          load(),
          load(' --name mfa_now'),
          "Register-ArgumentCompleter -Native -CommandName zebra-command -ScriptBlock { '--stripes' }",
          '$global:LASTEXITCODE = 7',
          `foreach ($line in ${lines.map(([typed]) => quoted(typed)).join(', ')}) {`,
          '  $offered = Complete $line',
          '  if ($offered.CompletionMatches.Count -eq 0) { "null"; continue }',
          '  $line.Substring(0, $offered.ReplacementIndex) + $offered.CompletionMatches[0].CompletionText',
          '}',
          // Files and programs are found by a module that powershell-host lacks.
          '"$LASTEXITCODE"; $Error | & { process { if ("$_" -notmatch "PowerShell.Management") { "$_" } } }',
        ])
        expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
        expect(stdout.split('\n').slice(0, -1)).toEqual([...lines.map(([, line]) => `${line}`), '7'])
      }))

    it('shows what there is to choose from', () =>
      withTool(shell, async ({ run }) => {
        const tips =
          '(Complete "awsmfa ").CompletionMatches | & { process { "$($_.ListItemText): $($_.ToolTip)" } }'
        const { stdout, stderr } = await run([...functions, load(), tips])
        expect(stderr).toBe('')
        const shown = stdout.split('\n').slice(0, -1)
        expect(shown.map((line) => line.replace(/:.*/, ''))).toEqual(commandWords)
        expect(shown).toContain('devices: list your MFA devices')
      }))

    it('inserts a name of any characters so that it is one word', () =>
      withTool(shell, async ({ run, sandbox }) => {
        await writeProfiles(sandbox, { credentials })
        const { stdout, stderr } = await run([
          ...functions,
          load(),
          'function Show { foreach ($word in $args) { "<$word>" } }',
          "foreach ($before in '', '--profile=') {",
          '  $line = if ($before) { "awsmfa $before" } else { "awsmfa -p " }',
          '  foreach ($match in (Complete $line).CompletionMatches) {',
          '    Invoke-Expression "Show $($match.CompletionText)"',
          '  }',
          '}',
        ])
        expect(stderr).toBe('')
        const expected = ['', '--profile='].flatMap((before) =>
          [...names, 'work'].map((name) => `<${before}${name}>`),
        )
        expect(stdout.split('\n').slice(0, -1)).toEqual(expected)
      }))

    it('is silent without the program', () =>
      withTool(shell, async ({ run, sandbox }) => {
        const script = join(sandbox.folder, 'completion.ps1')
        const { stdout } = await run(['aws-mfa-env completion powershell'])
        await writeFile(script, stdout)
        const lines = [...functions, `. '${script}'`, '"$((Complete "awsmfa sta").CompletionMatches.Count)"']
        const ending = await run(lines, { environment: { PATH: pathWithout } })
        expect(ending).toEqual({ status: 0, stdout: '0\n', stderr: '' })
      }))
  },
  ({ dialect }) => dialect === 'powershell',
)
