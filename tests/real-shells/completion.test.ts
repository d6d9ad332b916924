// @module-tag slow
// What the Tab key makes of a line, in real interactive shells. Functions stand before the programs and record the
// words that a line ends up as; the completions ask the program itself.

import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { commandWords } from '../../src/options.ts'
import { installTool, writeProfiles } from '../commands/tool.ts'
import { script } from '../device/pseudo-terminal.ts'
import { type Sandbox, withSandbox } from './run.ts'
import { findCommand, isRequired } from './shells.ts'
import { ready, typeAtShell } from './typing.ts'
import { findInRoot } from './wine/root.ts'

/** A shell that is started with a file of ours alone. */
interface CompletedShell {
  /** As in REQUIRE_SHELLS. */
  readonly name: string
  readonly found: ReturnType<typeof findCommand>
  readonly completion: string
  readonly file: string
  start(folder: string): readonly string[]
  environment(folder: string): Readonly<Record<string, string>>
  /** What the file begins with: `ready` before each prompt, and a list of choices at once. */
  readonly prologue: string
  /** A function of that name, which appends the number of its words and these to `record`. */
  record(name: string): string
  load(words: string): string
  /** The program zebra-command takes --stripes. */
  readonly stripes: string
}

const bash: CompletedShell = {
  name: 'bash',
  found: findCommand('bash'),
  completion: 'bash',
  file: 'bashrc',
  start: (folder) => ['--noprofile', '--rcfile', join(folder, 'bashrc'), '-i'],
  environment: () => ({ HISTFILE: '/dev/null' }),
  prologue: `PROMPT_COMMAND='echo "${ready}"'; bind 'set show-all-if-ambiguous on'`,
  record: (name) => `function ${name} { printf '%s\\0' "$#" "$@" >>"$RECORD"; }`,
  load: (words) => `eval "$(command aws-mfa-env completion bash${words})"`,
  stripes: 'complete -W --stripes zebra-command',
}

const zsh: CompletedShell = {
  name: 'zsh',
  found: findCommand('zsh'),
  completion: 'zsh',
  file: '.zshrc',
  start: () => ['-i'],
  environment: (folder) => ({ ZDOTDIR: folder }),
  prologue: `precmd() { echo '${ready}' }; autoload -Uz compinit; compinit -D -u`,
  record: (name) => `function ${name} { printf '%s\\0' "$#" "$@" >>"$RECORD" }`,
  load: (words) => `eval "$(command aws-mfa-env completion zsh${words})"`,
  stripes: '_zebra() { compadd -- --stripes }; compdef _zebra zebra-command',
}

const fish: CompletedShell = {
  name: 'fish',
  found: findCommand('fish'),
  completion: 'fish',
  file: 'start.fish',
  start: (folder) => ['--no-config', '--init-command', `source ${join(folder, 'start.fish')}`, '-i'],
  environment: () => ({}),
  prologue: `function announce --on-event fish_prompt; echo '${ready}'; end`,
  record: (name) => `function ${name}; printf '%s\\0' (count $argv) $argv >>$RECORD; end`,
  load: (words) => `command aws-mfa-env completion fish${words} | source`,
  stripes: 'complete --command zebra-command --long-option stripes',
}

const shells: readonly CompletedShell[] = [
  bash,
  { ...bash, name: 'bash-3.2', found: findCommand('bash-3.2') },
  zsh,
  fish,
  // In the others the Tab key is as old as the machine's own.
  { ...fish, name: 'fish-trixie', found: findInRoot('fish') },
]

const serial = 'arn:aws:iam::123456789012:mfa/me'
/** Each is known by its first two characters. */
const names = {
  blanks: 'n1 two three',
  quotes: 'n2\'q"$HOME`x`',
  operators: 'n3&|;()<>x',
  patterns: 'n4*?{a,b}^~#x!y%',
  backslashes: 'n5\\back\\',
  breaks: 'n6:a=b@c,d',
  umlauts: 'n7ümläut',
}
const credentials = [
  ...Object.values(names).map((name) => `[${name}]`),
  `[work]\nmfa_serial = ${serial}`,
  '[kept]\naws_access_key_id = ASIA000000000000ABCD\naws_mfa_env_session_key_id = ASIA000000000000ABCD\naws_mfa_env_source_profile = work',
]

/** What is typed before Tab and Enter, and the words that the command then gets. */
const lines: readonly (readonly [typed: string, words: readonly string[]])[] = [
  ['aws-mfa-env sta', ['status']],
  ['awsmfa sta', ['status']],
  ['mfa_now sta', ['status']],
  ['aws-mfa-env status --js', ['status', '--json']],
  ['aws-mfa-env status --json --js', ['status', '--json', '--js']],
  ['aws-mfa-env status --ne', ['status', '--ne']],
  ['aws-mfa-env --shell powersh', ['--shell', 'powershell']],
  ['aws-mfa-env --she', ['--shell']],
  ['awsmfa --she', ['--she']],
  ['aws-mfa-env completion powersh', ['completion', 'powershell']],
  ['aws-mfa-env -p wor', ['-p', 'work']],
  ['mfa_now --debug --profile=wor', ['--debug', '--profile=work']],
  ['aws-mfa-env save --remove --to ', ['save', '--remove', '--to', 'kept']],
  ['aws-mfa-env --serial-number ', ['--serial-number', serial]],
  ['aws-mfa-env --serial-number arn:aws:iam::1', ['--serial-number', serial]],
  ['aws-mfa-env --serial-number=arn:aws:', [`--serial-number=${serial}`]],
  ...Object.values(names).map((name): [string, string[]] => [
    `aws-mfa-env -p ${name.slice(0, 2)}`,
    ['-p', name],
  ]),
  ['aws-mfa-env --profile=n1', [`--profile=${names.blanks}`]],
  ['aws-mfa-env -p n1\\ tw', ['-p', names.blanks]],
  ["aws-mfa-env -p 'n1 tw", ['-p', names.blanks]],
  ["aws-mfa-env -p 'n2", ['-p', names.quotes]],
  ['aws-mfa-env -p "n2', ['-p', names.quotes]],
  ['aws-mfa-env -p "n4', ['-p', names.patterns]],
  ['aws-mfa-env -p n6:', ['-p', names.breaks]],
  ['aws-mfa-env -p n6\\:', ['-p', names.breaks]],
  ['aws-mfa-env -p n6:a=', ['-p', names.breaks]],
  // A file of that name is there.
  ['aws-mfa-env status fil', ['status', 'fil']],
  ['aws-mfa-env --endpoint-url fil', ['--endpoint-url', 'fil']],
  ['aws-mfa-env exec -p wor', ['exec', '-p', 'work']],
  ['aws-mfa-env exec -p work zeb', ['exec', '-p', 'work', 'zebra-command']],
  ['aws-mfa-env exec --profile=work -- cat fil', ['exec', '--profile=work', '--', 'cat', 'file 1']],
  // Shows what there is to choose from.
  ['aws-mfa-env ', []],
]
const ownWords: typeof lines = [
  [
    'aws-mfa-env exec --profile=work zebra-command --str',
    ['exec', '--profile=work', 'zebra-command', '--stripes'],
  ],
  ['awsmfa exec -- zebra-command --str', ['exec', '--', 'zebra-command', '--stripes']],
  ['aws-mfa-env exec awsmfa init powersh', ['exec', 'awsmfa', 'init', 'powershell']],
]

/** Types each line with a Tab and Enter; gives them with the words that were recorded, and what was on the screen. */
async function press(
  shell: CompletedShell,
  sandbox: Sandbox,
  typed: readonly string[],
  loading: readonly string[] = [],
): Promise<{ recorded: [string, string[]][]; shown: string }> {
  const path = await installTool(sandbox)
  await writeFile(join(sandbox.folder, 'bin', 'zebra-command'), '#!/bin/sh\n', { mode: 0o755 })
  await writeFile(join(sandbox.folder, 'file 1'), '')
  await writeProfiles(sandbox, { credentials: `${credentials.join('\n')}\n` })
  const started = [
    ...loading,
    shell.prologue,
    shell.load(''),
    shell.load(' --name mfa_now'),
    shell.stripes,
    ...['aws-mfa-env', 'awsmfa', 'mfa_now'].map(shell.record),
  ]
  await writeFile(join(sandbox.folder, shell.file), `${started.join('\n')}\n`)
  const record = join(sandbox.folder, 'record')
  const shown = await typeAtShell([...wordsOf(shell), ...shell.start(sandbox.folder)], {
    sandbox,
    environment: { PATH: path, RECORD: record, ...shell.environment(sandbox.folder) },
    lines: typed.map((keys) => `${keys}\t\r`),
  })
  const words = readRecord(await readFile(record, 'utf8'))
  return { recorded: words.map((line, index) => [typed[index] ?? '', line]), shown }
}

function wordsOf({ found }: CompletedShell): readonly string[] {
  if ('missing' in found) throw new Error(found.missing)
  return found
}

function readRecord(record: string): string[][] {
  const fields = record.split('\0').slice(0, -1)
  const lines: string[][] = []
  while (fields.length > 0) lines.push(fields.splice(0, 1 + Number(fields[0])).slice(1))
  return lines
}

const bashCompletion = (process.env['XDG_DATA_DIRS'] || '/usr/local/share:/usr/share')
  .split(delimiter)
  .map((folder) => join(folder, 'bash-completion', 'bash_completion'))
  .find((path) => existsSync(path))

const isMissing = ({ found }: CompletedShell) => script === undefined || 'missing' in found

describe.each(shells)('Tab in $name', (shell) => {
  it.skipIf(isMissing(shell) && !isRequired(shell.name))('completes the words of a line', () =>
    withSandbox(async (sandbox) => {
      const typed = lines.map(([line]) => line)
      const { recorded, shown } = await press(shell, sandbox, typed)
      expect(recorded, shown).toEqual(lines)
      expect(shown).not.toMatch(/aws-mfa-env: |not found|rror/)
      for (const word of commandWords) expect(shown).toContain(word)
    }),
  )
})

// bash 3.2 has no compopt.
const without: CompletedShell = { ...bash, prologue: `${bash.prologue}; enable -n compopt` }

it.skipIf(isMissing(bash))('bash without compopt leaves a word alone that is no name of ours', () =>
  withSandbox(async (sandbox) => {
    const some = lines.filter(([typed]) => / (fil|sta|wor|zeb)$/.test(typed))
    const typed = some.map(([line]) => line)
    const { recorded, shown } = await press(without, sandbox, typed)
    expect(recorded, shown).toEqual(some)
  }),
)

/** Who completes the words of a command that is not its own; by the name in REQUIRE_SHELLS. */
const owners: readonly { name: string; shell: CompletedShell; loading: readonly string[] | undefined }[] = [
  {
    name: 'bash-completion',
    shell: bash,
    loading: bashCompletion ? [`source '${bashCompletion}'`] : undefined,
  },
  { name: 'zsh', shell: zsh, loading: [] },
  { name: 'fish', shell: fish, loading: [] },
]

describe.each(owners)("Tab behind exec's command by $name", ({ name, shell, loading }) => {
  const isUnable = loading === undefined || isMissing(shell)
  it.skipIf(isUnable && !isRequired(name))('completes as behind that command itself', () =>
    withSandbox(async (sandbox) => {
      if (loading === undefined) throw new Error(`${name} is not here, and REQUIRE_SHELLS names it`)
      const typed = ownWords.map(([line]) => line)
      const { recorded, shown } = await press(shell, sandbox, typed, loading)
      expect(recorded, shown).toEqual(ownWords)
    }),
  )
})

const zshFile: CompletedShell = {
  ...zsh,
  prologue: `mkdir f; command aws-mfa-env completion zsh >f/_aws-mfa-env; fpath=($PWD/f $fpath); ${zsh.prologue}`,
  load: () => '',
}

it.skipIf(isMissing(zsh))('zsh finds _aws-mfa-env in $fpath', () =>
  withSandbox(async (sandbox) => {
    const typed = ['aws-mfa-env sta', 'awsmfa -p wor']
    const { recorded, shown } = await press(zshFile, sandbox, typed)
    expect(
      recorded.map(([, words]) => words),
      shown,
    ).toEqual([['status'], ['-p', 'work']])
  }),
)
