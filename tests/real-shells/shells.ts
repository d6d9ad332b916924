import { accessSync, constants, statSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { ShellName } from '../../src/dialects/dialects.ts'
import { buildPowerShellHost } from './powershell-host/build.ts'

/** The table of shells: every test in a real shell loops over `shells`. */
export interface Shell {
  /** As in REQUIRE_SHELLS. */
  readonly name: string
  readonly dialect: ShellName
  /** Program and leading arguments, or why it is not here. */
  find(): Promise<readonly string[] | { missing: string }>
  /** For a strict start without the user's files; the script's path follows. */
  readonly strictArguments: readonly string[]
  readonly scriptName: string
  /** What else is needed for strictness, as the script's first statements. */
  readonly prologue: string
  /** What the environment built from nothing needs for this shell. */
  readonly environment: Readonly<Record<string, string>>
  readonly syntax: Syntax
}

/** The few things that scripts for every shell have to say; each is one statement without an end. */
interface Syntax {
  /** The command of these words, whatever they contain. */
  command(...words: string[]): string
  /** Evaluates a command's stdout as the README documents. */
  evaluate(command: string): string
  /** Defines the wrapper from its file, as the README documents it for the output of `init`. */
  load(file: string): string
  print(text: string): string
  /** Runs the second statement only if the first fails. */
  otherwise(statement: string, fallback: string): string
  /** Prints 0 if the statement just before succeeded, else a number or text that is not "0". */
  readonly printStatus: string
  /** A child writes its environment to the file, for `readEnvironment`. */
  dumpEnvironment(file: string): string
}

const dumper = fileURLToPath(new URL('dump-environment.mjs', import.meta.url))

const singleQuoted = (word: string) => `'${word.replaceAll("'", "'\\''")}'`

const bourneCommand = (...words: string[]) => words.map(singleQuoted).join(' ')

const bourneSyntax: Syntax = {
  command: bourneCommand,
  evaluate: (command) => `eval "$(${command})"`,
  load: (file) => `. ${singleQuoted(file)}`,
  print: (text) => `echo ${singleQuoted(text)}`,
  otherwise: (statement, fallback) => `${statement} || ${fallback}`,
  printStatus: 'echo "$?"',
  // Node.js would lose bytes that are not UTF-8.
  dumpEnvironment: (file) => `env -0 >${singleQuoted(file)}`,
}

const fishQuoted = (word: string) => `'${word.replace(/['\\]/g, '\\$&')}'`

const fishSyntax: Syntax = {
  command: (...words) => words.map(fishQuoted).join(' '),
  evaluate: (command) => `${command} | source`,
  load: (file) => `source ${fishQuoted(file)}`,
  print: (text) => `echo ${fishQuoted(text)}`,
  otherwise: (statement, fallback) => `${statement}; or ${fallback}`,
  printStatus: 'echo $status',
  dumpEnvironment: (file) => `env -0 >${fishQuoted(file)}`,
}

const powershellQuoted = (word: string) => `'${word.replace(/['‘’‚‛]/g, '$&$&')}'`

const powershellCommand = (...words: string[]) => `& ${words.map(powershellQuoted).join(' ')}`

const powershellSyntax: Syntax = {
  command: powershellCommand,
  evaluate: (command) => `Invoke-Expression "$(${command})"`,
  load: (file) => `. ${powershellQuoted(file)}`,
  print: powershellQuoted,
  otherwise: (statement, fallback) => `try { ${statement} } catch { ${fallback} }`,
  printStatus: 'if ($?) { 0 } else { 1 }',
  dumpEnvironment: (file) => powershellCommand(process.execPath, dumper, file),
}

// In these shells a quoted word is no alias's or function's name.
const bare = (word: string) => /^[\w-]+$/.test(word)

const tcshQuoted = (word: string) =>
  `'${word.replace(/['!\n]/g, (special) => (special === "'" ? "'\\''" : `\\${special}`))}'`

const tcshCommand = (head: string, ...words: string[]) =>
  [bare(head) ? head : tcshQuoted(head), ...words.map(tcshQuoted)].join(' ')

const tcshSyntax: Syntax = {
  command: tcshCommand,
  evaluate: (command) => `eval "\`${command}\`"`,
  load: (file) => `alias awsmfa 'source ${file} awsmfa \\!*'`,
  print: (text) => `echo ${tcshQuoted(text)}`,
  otherwise: (statement, fallback) => `${statement} || ${fallback}`,
  printStatus: 'echo $status',
  dumpEnvironment: (file) => `env -0 >${tcshQuoted(file)}`,
}

const elvishQuoted = (word: string) => `'${word.replaceAll("'", "''")}'`

const elvishSyntax: Syntax = {
  command: (head, ...words) => [bare(head) ? head : elvishQuoted(head), ...words.map(elvishQuoted)].join(' '),
  evaluate: (command) => `eval (${command} | slurp)`,
  load: (file) => `var awsmfa~ = (eval (slurp <${elvishQuoted(file)}))`,
  print: (text) => `echo ${elvishQuoted(text)}`,
  otherwise: (statement, fallback) => `try { ${statement} } catch e { ${fallback} }`,
  printStatus: 'echo 0',
  dumpEnvironment: (file) => `env -0 >${elvishQuoted(file)}`,
}

// Python reads JSON's texts, but for halves of surrogate pairs.
const xonshCommand = (...words: string[]) => `@([${words.map((word) => JSON.stringify(word)).join(', ')}])`

const xonshSyntax: Syntax = {
  command: xonshCommand,
  // Not by `$(…)`, which now and then gives an empty text, on a busy machine one time in twenty.
  evaluate: (command) =>
    `execx(__import__('subprocess').run(${command.slice(2, -1)}, stdout=-1, env=\${...}.detype()).stdout.decode())`,
  load: (file) => `source ${JSON.stringify(file)}`,
  // At once, or it would come behind what children print.
  print: (text) => `print(${JSON.stringify(text)}, flush=True)`,
  otherwise: (statement, fallback) => `try:\n    ${statement}\nexcept Exception as e:\n    ${fallback}`,
  printStatus: 'print(0, flush=True)',
  dumpEnvironment: (file) => `env -0 > ${JSON.stringify(file)}`,
}

const nuQuoted = (word: string) => `"${word.replace(/["\\]/g, '\\$&')}"`

const nuSyntax: Syntax = {
  command: (head, ...words) => [bare(head) ? head : `^${nuQuoted(head)}`, ...words.map(nuQuoted)].join(' '),
  evaluate: (command) => `${command} | from json | load-env`,
  load: (file) => `source ${nuQuoted(file)}`,
  print: (text) => `print ${nuQuoted(text)}`,
  otherwise: (statement, fallback) => `try { ${statement} } catch {|e| ${fallback} }`,
  printStatus: 'print 0',
  dumpEnvironment: (file) => `^env -0 out> ${nuQuoted(file)}`,
}

type Bourne = Pick<Shell, 'name' | 'dialect' | 'strictArguments'> & { subcommand?: string }

const bourne = ({ subcommand, ...shell }: Bourne): Shell => ({
  ...shell,
  find: async () => findCommand(shell.name, ...(subcommand === undefined ? [] : [subcommand])),
  scriptName: 'script.sh',
  prologue: '',
  environment: {},
  syntax: bourneSyntax,
})

export const shells: readonly Shell[] = [
  bourne({
    name: 'bash',
    dialect: 'bash',
    strictArguments: ['--noprofile', '--norc', '-eu', '-o', 'pipefail'],
  }),
  bourne({ name: 'zsh', dialect: 'zsh', strictArguments: ['-eu', '--no-rcs'] }),
  bourne({ name: 'dash', dialect: 'sh', strictArguments: ['-eu'] }),
  bourne({ name: 'ksh93', dialect: 'ksh', strictArguments: ['-eu'] }),
  bourne({ name: 'mksh', dialect: 'sh', strictArguments: ['-eu'] }),
  bourne({ name: 'busybox', dialect: 'sh', strictArguments: ['-eu'], subcommand: 'sh' }),
  {
    name: 'fish',
    dialect: 'fish',
    find: async () => findCommand('fish'),
    strictArguments: ['--no-config'],
    scriptName: 'script.fish',
    prologue: '',
    environment: {},
    syntax: fishSyntax,
  },
  {
    name: 'tcsh',
    dialect: 'tcsh',
    find: async () => findCommand('tcsh'),
    // Not -e, with which tcsh ends at a failing command even before `||`.
    strictArguments: ['-f'],
    scriptName: 'script.tcsh',
    prologue: '',
    environment: {},
    syntax: tcshSyntax,
  },
  {
    name: 'elvish',
    dialect: 'elvish',
    find: async () => findCommand('elvish'),
    strictArguments: ['-norc'],
    scriptName: 'script.elv',
    prologue: '',
    environment: {},
    syntax: elvishSyntax,
  },
  {
    name: 'xonsh',
    dialect: 'xonsh',
    find: async () => findCommand('xonsh'),
    strictArguments: ['--no-rc'],
    scriptName: 'script.xsh',
    prologue: '$RAISE_SUBPROC_ERROR = True\n',
    environment: {},
    syntax: xonshSyntax,
  },
  {
    name: 'nu',
    dialect: 'nu',
    find: async () => findCommand('nu'),
    strictArguments: ['--no-config-file'],
    scriptName: 'script.nu',
    prologue: '',
    environment: {},
    syntax: nuSyntax,
  },
  {
    name: 'powershell',
    dialect: 'powershell',
    find: async () => {
      const pwsh = findOnPath('pwsh')
      return pwsh === undefined ? buildPowerShellHost(findOnPath('dotnet')) : [pwsh]
    },
    strictArguments: ['-NoProfile', '-NonInteractive', '-File'],
    scriptName: 'script.ps1',
    prologue: "Set-StrictMode -Version Latest\n$ErrorActionPreference = 'Stop'\n",
    environment: { POWERSHELL_TELEMETRY_OPTOUT: '1', POWERSHELL_UPDATECHECK: 'Off' },
    syntax: powershellSyntax,
  },
]

/** Whether it has `eval "$(…)"` and takes what the dialect of bash, zsh, sh and ksh prints. */
export function isBourne({ dialect }: Shell): boolean {
  return dialect === 'bash' || dialect === 'zsh' || dialect === 'sh' || dialect === 'ksh'
}

/** A shell of the table that is on this machine. */
export interface FoundShell extends Shell {
  /** Program and leading arguments. */
  readonly launch: readonly string[]
}

/** Whether REQUIRE_SHELLS (names between spaces or commas) makes it an error that this shell is not here. */
export function isRequired(name: string): boolean {
  return (process.env['REQUIRE_SHELLS'] ?? '').split(/[\s,]+/).includes(name)
}

function findCommand(name: string, ...leading: string[]): readonly string[] | { missing: string } {
  const program = findOnPath(name)
  return program === undefined ? { missing: `${name} is not on PATH` } : [program, ...leading]
}

/** The full path of a program, as a shell would find it. */
export function findOnPath(name: string): string | undefined {
  return (process.env['PATH'] ?? '')
    .split(delimiter)
    .map((folder) => join(folder, name))
    .find(isExecutable)
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile()
  } catch {
    return false
  }
}
