import { accessSync, constants, statSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import type { ShellName } from '../../src/dialects/dialects.ts'
import { buildPowerShellHost } from './powershell-host/build.ts'
import {
  bourneSyntax,
  elvishSyntax,
  fishSyntax,
  nuSyntax,
  powershellSyntax,
  type Syntax,
  tcshSyntax,
  xonshSyntax,
} from './syntax.ts'
import { findInRoot } from './wine/root.ts'

/** The table of shells: every test in a real shell loops over `shells`. */
export interface Shell {
  /** As in REQUIRE_SHELLS. */
  readonly name: string
  /** Its name in whichever generation. */
  readonly kind: string
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

/** As Debian 12 has it, or whoever has this machine. */
type OwnShell = Omit<Shell, 'kind'>

type Bourne = Pick<Shell, 'name' | 'dialect' | 'strictArguments'> & { subcommand?: string }

const bourne = ({ subcommand, ...shell }: Bourne): OwnShell => ({
  ...shell,
  find: async () => findCommand(shell.name, ...(subcommand === undefined ? [] : [subcommand])),
  scriptName: 'script.sh',
  prologue: '',
  environment: {},
  syntax: bourneSyntax,
})

const ownShells: readonly OwnShell[] = [
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

/** Those of which the folder that holds Wine has the next generation, Debian 13's. */
const withNext = ['bash', 'zsh', 'fish', 'elvish']

export const shells: readonly Shell[] = [
  ...ownShells.map((shell) => ({ ...shell, kind: shell.name })),
  ...ownShells
    .filter(({ name }) => withNext.includes(name))
    .map((shell) => ({
      ...shell,
      name: `${shell.name}-trixie`,
      kind: shell.name,
      find: async () => findInRoot(shell.name),
    })),
]

/** Whether this machine's own programs and locales are there, as they are not in the folder of a next generation. */
export function isOwn({ name, kind }: Shell): boolean {
  return name === kind
}

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

/** Program and leading arguments, or why it is not here. */
export function findCommand(name: string, ...leading: string[]): readonly string[] | { missing: string } {
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
