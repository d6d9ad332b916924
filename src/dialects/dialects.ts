import { bourne } from './bourne.ts'
import { cmd } from './cmd.ts'
import type { Dialect } from './dialect.ts'
import { fish } from './fish.ts'
import { powershell } from './powershell.ts'

export type DialectName = 'bash' | 'zsh' | 'sh' | 'ksh' | 'fish' | 'powershell' | 'cmd'

/** In the order in which help texts list them. */
export const dialects: Readonly<Record<DialectName, Dialect>> = {
  bash: bourne,
  zsh: bourne,
  sh: bourne,
  ksh: bourne,
  fish,
  powershell,
  cmd,
}

const otherNames: Readonly<Record<string, DialectName>> = {
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
  pwsh: 'powershell',
  'pwsh-preview': 'powershell',
}

/**
 * The dialect of a shell as a user may name it or as its process is called: without regard to case, to a folder in
 * front (`/bin/zsh`, `C:\...\pwsh.exe`), to a login shell's `-`, and to `.exe`. Undefined where it is none of ours.
 */
export function findDialectName(shell: string): DialectName | undefined {
  const name = shell
    .toLowerCase()
    .replace(/^.*[/\\]/s, '')
    .replace(/^-/, '')
    .replace(/\.exe$/, '')
  if (Object.hasOwn(dialects, name)) return name as DialectName
  return Object.hasOwn(otherNames, name) ? otherNames[name] : undefined
}
