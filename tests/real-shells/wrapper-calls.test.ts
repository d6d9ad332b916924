// What the wrappers make of a call. A recording program stands for aws-mfa-env here, since its words and its output
// have to be chosen; wrapper.test.ts has the program itself.

import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { describeEachShell } from './each-shell.ts'
import { type FoundShell, isBourne } from './shells.ts'
import {
  load,
  missingProgram,
  pathWithout,
  setVariable,
  statusOf,
  withStandIn,
  wrapperDialect,
  wrapperPath,
} from './wrapper-sandbox.ts'

/** Words after `awsmfa` that ask for statements. */
const statementsAsked: readonly (readonly string[])[] = [
  [],
  ['123456'],
  ['-'],
  [''],
  ['１２３４５６'],
  ['@home'],
  ['-p', 'status'],
  ['--token-code', '123456'],
  ['--unset'],
  ['-u', '--debug'],
  ['-H'],
  ['--shell', 'bash', '123456'],
  ['123456', '--helpful'],
]

/** And that do not. */
const othersAsked: readonly (readonly string[])[] = [
  ['status'],
  ['exec', 'printenv'],
  ['init', 'bash'],
  ['Statsu'],
  ['-h'],
  ['--help'],
  ['--version'],
  ['-p', 'work', '--help'],
  ['123456', '-h'],
  ['--unset', '--version'],
]

const awkwardWords = [
  '--profile',
  'two words',
  '',
  "it's",
  '"quoted"',
  '$HOME',
  '`id`',
  '\\',
  'back\\slash\\',
  'two\nlines',
  ' leading',
  '!x',
  '~',
  '#',
  'ü',
  '*',
  '[a-z]*',
]

const unpassable: Readonly<Record<string, readonly string[]>> = {
  // On Linux and macOS, PowerShell expands these in every word that a function passes on, quoted or not.
  powershell: ['~', '*', '[a-z]*'],
  // tcsh ends a line there, also in a variable that stands in quotes.
  tcsh: ['two\nlines'],
}

/** What of the words arrives: tcsh drops the empty ones of a list. */
const arriving = ({ dialect }: FoundShell, words: readonly string[]) =>
  words.filter((word) => dialect !== 'tcsh' || word !== '')

const awsmfa = (shell: FoundShell, ...words: string[]) => shell.syntax.command('awsmfa', ...words)
const observation = (evaluated: 'yes' | '') => ({ words: ['observe'], evaluated })

describeEachShell('the wrapper', (shell) => {
  const asShell = ['--shell', wrapperDialect(shell)]
  const { print } = shell.syntax

  it('evaluates what an export or --unset prints, and nothing else', () =>
    withStandIn(shell, async ({ run, calls, observe, statements }) => {
      const all = [...statementsAsked, ...othersAsked]
      const lines = all.flatMap((words) => [
        setVariable(shell, 'EVALUATED', null),
        awsmfa(shell, ...words),
        observe,
      ])
      const ending = await run([load(shell), ...lines])
      expect(ending).toEqual({ status: 0, stdout: statements.repeat(othersAsked.length), stderr: '' })
      expect(await calls()).toEqual([
        ...statementsAsked.flatMap((words) => [
          { words: [...asShell, ...arriving(shell, words)], evaluated: '' },
          observation('yes'),
        ]),
        ...othersAsked.flatMap((words) => [{ words, evaluated: '' }, observation('')]),
      ])
    }))

  it('hands on every status, and evaluates nothing when it is not 0', () =>
    withStandIn(shell, async ({ run, calls, observe, statements }) => {
      const failing = [['123456'], ['--unset'], ['status'], ['--help']]
      const codes = ['1', '10', '130']
      const lines = codes.flatMap((code) => [
        setVariable(shell, 'STATUS', code),
        ...failing.flatMap((words) => [statusOf(shell, awsmfa(shell, ...words)), observe]),
      ])
      expect(await run([load(shell), ...lines])).toEqual({
        status: 0,
        stdout: codes
          .map((code) => `${code}\n${code}\n${statements}${code}\n${statements}${code}\n`)
          .join(''),
        stderr: '',
      })
      const observed = (await calls()).filter(({ words }) => words[0] === 'observe')
      expect(observed).toEqual(Array(12).fill(observation('')))
    }))

  it('passes words on whole, also behind a command', () =>
    withStandIn(shell, async ({ run, calls, sandbox }) => {
      await writeFile(join(sandbox.folder, 'a'), '')
      const excepted = unpassable[shell.dialect] ?? []
      const words = awkwardWords.filter((word) => !excepted.includes(word))
      const ending = await run([load(shell), awsmfa(shell, ...words), awsmfa(shell, 'exec', ...words)])
      expect(ending).toMatchObject({ status: 0, stderr: '' })
      expect((await calls()).map((call) => call.words)).toEqual([
        [...asShell, ...arriving(shell, words)],
        ['exec', ...arriving(shell, words)],
      ])
    }))

  it('says that the program is missing, status 127', () =>
    withStandIn(shell, async ({ run, observe }) => {
      const lines = [[], ['--unset'], ['status']].map((words) => statusOf(shell, awsmfa(shell, ...words)))
      const environment = { PATH: pathWithout }
      const ending = await run([load(shell), ...lines, awsmfa(shell, '123456'), observe], { environment })
      const [caught, status, message] = missingProgram(shell)
      // In these two no failure ends a script.
      const goesOn = shell.dialect === 'fish' || shell.dialect === 'tcsh'
      expect(ending).toMatchObject({ status: goesOn ? 0 : status, stdout: `${caught}\n`.repeat(3) })
      expect(ending.stderr).toMatch(message)
    }))

  it('takes the place of an alias and of a function', () =>
    withStandIn(shell, async ({ run, calls, observe }) => {
      // As a whole, which zsh reads before it runs the first line.
      const evaluated = isBourne(shell)
        ? shell.syntax.evaluate(shell.syntax.command('cat', wrapperPath(shell)))
        : load(shell)
      for (const line of takenNames(shell)) {
        // Not between quotes, behind which no alias is looked for.
        const ending = await run([...line, evaluated, 'awsmfa 123456', observe])
        expect({ line, ...ending }).toEqual({ line, status: 0, stdout: '', stderr: '' })
      }
      expect(await calls()).toEqual(
        takenNames(shell).flatMap(() => [
          { words: [...asShell, '123456'], evaluated: '' },
          observation('yes'),
        ]),
      )
    }))

  it('leaves nothing behind', () =>
    withStandIn(shell, async ({ run }) => {
      const calls = [['123456'], ['--unset'], ['status'], ['--help']].map((words) => awsmfa(shell, ...words))
      const snapshot = snapshots[isBourne(shell) ? 'bourne' : shell.dialect] ?? ''
      const { stdout, stderr } = await run([
        load(shell),
        // What the first program of all leaves in any shell: $LASTEXITCODE, a hash table.
        ...calls,
        setVariable(shell, 'EVALUATED', null),
        print('MARK'),
        snapshot,
        print('MARK'),
        ...calls,
        setVariable(shell, 'STATUS', '5'),
        ...calls.map((call) => statusOf(shell, call)),
        setVariable(shell, 'STATUS', null),
        print('MARK'),
        snapshot,
      ])
      expect(stderr).toBe('')
      const [, before = '', , after = ''] = stdout.split(/^MARK\n/m).map(withoutVolatile)
      expect(after).not.toBe(before)
      expect(without(after, /EVALUATED/)).toBe(before)
    }))
})

describeEachShell(
  'the wrapper',
  (shell) => {
    it('fails where a variable is readonly', () =>
      withStandIn(shell, async ({ run, observe, calls }) => {
        const tried = `${awsmfa(shell, '123456')} && echo succeeded || echo failed`
        const { status, stdout, stderr } = await run([
          'readonly EVALUATED=kept',
          'export EVALUATED',
          load(shell),
          tried,
          observe,
        ])
        expect(stderr).toMatch(/EVALUATED/)
        const [, observed] = await calls()
        if (shell.kind === 'mksh') {
          // It ends there and then, as POSIX has it for `export`.
          expect({ status, stdout, observed }).toEqual({ status: 2, stdout: '', observed: undefined })
        } else {
          expect({ status, stdout, observed }).toEqual({
            status: 0,
            stdout: 'failed\n',
            observed: { words: ['observe'], evaluated: 'kept' },
          })
        }
      }))

    it('needs no name that the user may have made readonly', () =>
      withStandIn(shell, async ({ run, observe, calls }) => {
        const names = [
          'word',
          'words',
          'output',
          'result',
          'code',
          'statements',
          'saved',

          'program',
        ]
        const readonly = `readonly ${names.map((name) => `${name}=0`).join(' ')}`
        const ending = await run([readonly, load(shell), awsmfa(shell, '123456'), observe])
        expect(ending).toEqual({ status: 0, stdout: '', stderr: '' })
        expect((await calls())[1]).toEqual(observation('yes'))
      }))
  },
  isBourne,
)

describeEachShell(
  'the wrapper',
  (shell) => {
    it("leaves stdin to the program, a file's and a pipe's", () =>
      withStandIn(shell, async ({ run, calls: recorded, sandbox }) => {
        const file = join(sandbox.folder, 'code')
        await writeFile(file, 'first')
        const ways = inputs[shell.dialect] ?? [
          (call: string) => `${call} <${file}`,
          (call: string) => `printf second | ${call}`,
        ]
        const calls = [['-'], ['exec', 'cat'], []].map((words) => awsmfa(shell, ...words))
        const lines = calls.flatMap((call) => ways.map((way) => way(call, file)))
        const ending = await run([load(shell), ...lines], { environment: { READ_STDIN: 'yes' } })
        expect(ending).toMatchObject({ status: 0, stderr: '' })
        const read = (await recorded()).filter((_, index) => index % 2 === 1).map(({ words }) => words[0])
        expect(read).toEqual(calls.flatMap(() => ['first', 'second'].slice(0, ways.length)))
      }))
  },
  // The host of powershell-host has no `Out-String -Stream`, through which PowerShell pipes into programs.
  ({ dialect }) => dialect !== 'powershell',
)

describeEachShell(
  'the wrapper in PowerShell',
  (shell) => {
    it('keeps the zero that a code begins with', () =>
      withStandIn(shell, async ({ run, calls }) => {
        await run([load(shell), 'awsmfa 012345', 'awsmfa --token-code 000007'])
        expect((await calls()).map(({ words }) => words.slice(2))).toEqual([
          ['012345'],
          ['--token-code', '000007'],
        ])
      }))

    it.each(['Continue', 'SilentlyContinue'])('ends a script under $ErrorActionPreference %s', (preference) =>
      withStandIn(shell, async ({ run }) => {
        const lines = [
          load(shell),
          '$PSNativeCommandUseErrorActionPreference = $true',
          `$ErrorActionPreference = '${preference}'`,
          'try { awsmfa 123456 } catch { "$_ / $LASTEXITCODE / $ErrorActionPreference" }',
          'awsmfa 123456',
          "'went on'",
        ]
        const { status, stdout, stderr } = await run(lines, { environment: { STATUS: '4' } })
        const message = 'aws-mfa-env failed (4)'
        expect({ status, stdout }).toEqual({ status: 1, stdout: `${message} / 4 / ${preference}\n` })
        expect(stderr).toContain(message)
        // PowerShell's own error would come on top.
        expect(stderr).not.toContain('non-zero exit code')
      }),
    )

    it('is there for everybody, wherever it was loaded', () =>
      withStandIn(shell, async ({ run, observe, calls }) => {
        const lines = ['function Initialize {', load(shell), '}', 'Initialize', 'awsmfa 123456', observe]
        expect(await run(lines)).toEqual({ status: 0, stdout: '', stderr: '' })
        expect((await calls())[1]).toEqual(observation('yes'))
      }))

    it('works in constrained language mode', () =>
      withStandIn(shell, async ({ run, observe, calls }) => {
        const constrain = "$ExecutionContext.SessionState.LanguageMode = 'ConstrainedLanguage'"
        const ending = await run([constrain, `. { ${load(shell)}; awsmfa 123456; ${observe} }`])
        expect(ending).toEqual({ status: 0, stdout: '', stderr: '' })
        expect((await calls())[1]).toEqual(observation('yes'))
      }))
  },
  ({ dialect }) => dialect === 'powershell',
)

/** How a call gets `first` from a file and `second` from a pipe, where it is not said as in the Bourne shells. */
const inputs: Readonly<Record<string, readonly ((call: string, file: string) => string)[]>> = {
  nu: [(call, file) => `open --raw ${file} | ${call}`, (call) => `'second' | ${call}`],
  // xonsh itself waits without end where a pipe leads into a function that it runs in no thread of its own.
  xonsh: [(call, file) => `${call} < ${file}`],
}

/** Statements before the wrapper is loaded, each of which makes something else of its name. */
function takenNames({ kind, dialect }: FoundShell): readonly (readonly string[])[] {
  if (dialect === 'tcsh') return [['alias awsmfa false']]
  if (dialect === 'elvish') return [['fn awsmfa {|@words| fail old }']]
  if (dialect === 'xonsh') return [["aliases['awsmfa'] = 'false'"], ["aliases['awsmfa'] = lambda words: 1"]]
  if (dialect === 'nu') return [['alias awsmfa = ^false']]
  if (dialect === 'fish') return [['alias awsmfa=false'], ['function awsmfa', 'false', 'end']]
  if (dialect === 'powershell') {
    return [["$alias:awsmfa = 'Get-Command'"], ["function awsmfa { throw 'the old one' }"]]
  }
  const aliases = kind === 'bash' ? 'shopt -s expand_aliases; ' : ''
  return [
    [`${aliases}alias awsmfa=false`],
    ['awsmfa() { false; }'],
    ['awsmfa() { false; }', `${aliases}alias awsmfa=false`],
    ...(kind === 'zsh' ? [['alias -g awsmfa=false']] : []),
    ...(kind === 'ksh93' ? [['function awsmfa { false; }']] : []),
    // A program of that name that the shell knows and the wrapper must not take.
    ...(kind === 'bash' ? [['aws-mfa-env() { false; }']] : []),
  ]
}

/** Prints every variable, function, alias and option there is. */
const snapshots: Readonly<Record<string, string>> = {
  bourne: 'set; set +o; alias; typeset -f 2>/dev/null || :; trap',
  fish: 'set; functions --names --all; functions awsmfa',
  tcsh: 'set; alias; env',
  // What is between the braces of a function stays there.
  elvish: 'env',
  xonsh: 'print(*sorted([*globals(), *\x24{...}, *aliases, *__import__("os").environ]), sep="\\n")',
  nu: '^env; for command in (scope commands | where type == custom) { print $command.name }',
  powershell: `foreach ($drive in 'Variable:', 'Env:', 'Function:', 'Alias:') {
  $ExecutionContext.InvokeProvider.ChildItem.GetNames($drive, 'ReturnMatchingContainers', $false)
}
"$ErrorActionPreference"`,
}

const without = (text: string, pattern: RegExp) =>
  text
    .split('\n')
    .filter((line) => !pattern.test(line))
    .join('\n')

// What a shell changes with every statement.
const volatile =
  /^(_|\?|!|history|status|pipestatus|status_generation|PSItem|RANDOM|SRANDOM|SECONDS|EPOCH\w*|BASHPID|BASH_LINENO|LINENO|TTYIDLE|PIPESTATUS|LAST_EXIT_CODE)([= ]|$)/

const withoutVolatile = (text: string) => without(text, volatile)
