import { dotenv } from '../documents/dotenv.ts'
import { json } from '../documents/json.ts'
import { bourne } from './bourne.ts'
import { cmd } from './cmd.ts'
import type { Dialect } from './dialect.ts'
import { elvish } from './elvish.ts'
import { fish } from './fish.ts'
import { powershell } from './powershell.ts'
import { tcsh } from './tcsh.ts'
import { xonsh } from './xonsh.ts'

/** What no shell is, but a program or a file can take. */
const documents = { json, dotenv } satisfies Record<string, Dialect>

const shells = {
  bash: bourne,
  zsh: bourne,
  sh: bourne,
  ksh: bourne,
  fish,
  tcsh,
  elvish,
  xonsh,
  nu: json,
  powershell,
  cmd,
} satisfies Record<string, Dialect>

export type ShellName = keyof typeof shells
type DocumentName = keyof typeof documents
export type DialectName = ShellName | DocumentName

/** In the order in which help texts list them. */
export const dialects: Readonly<Record<DialectName, Dialect>> = { ...shells, ...documents }

/** The shells among them. */
export const shellNames = Object.keys(shells) as readonly ShellName[]

const otherNames: Readonly<Record<string, ShellName>> = {
  rbash: 'bash',
  rzsh: 'zsh',
  ash: 'sh',
  busybox: 'sh',
  dash: 'sh',
  lksh: 'sh',
  mksh: 'sh',
  yash: 'sh',
  ksh93: 'ksh',
  oksh: 'ksh',
  rksh: 'ksh',
  rksh93: 'ksh',
  csh: 'tcsh',
  nushell: 'nu',
  pwsh: 'powershell',
  'pwsh-lts': 'powershell',
  'pwsh-preview': 'powershell',
}

/** What a user may name with --shell: a shell as `findShellName` knows it, or a document. */
export function findDialectName(name: string): DialectName | undefined {
  const document = name.toLowerCase()
  return isDocument(document) ? document : findShellName(name)
}

/** Whether that is for a program or a file to take, and for no shell. */
function isDocument(name: string): name is DocumentName {
  return Object.hasOwn(documents, name)
}

/**
 * The dialect of a shell as a user may name it or as its process is called: without regard to case, to a folder in
 * front (`/bin/zsh`, `C:\...\pwsh.exe`), to a login shell's `-`, to `.exe`, and to a version at the end (`fish-3.6`).
 * Undefined where it is none of ours.
 */
export function findShellName(shell: string): ShellName | undefined {
  const name = shell
    .toLowerCase()
    .replace(/^.*[/\\]/s, '')
    .replace(/^-/, '')
    .replace(/\.exe$/, '')
  return lookUp(name) ?? lookUp(name.replace(/-\d+(\.\d+)*$/, ''))
}

function lookUp(name: string): ShellName | undefined {
  if (Object.hasOwn(shells, name)) return name as ShellName
  return Object.hasOwn(otherNames, name) ? otherNames[name] : undefined
}
