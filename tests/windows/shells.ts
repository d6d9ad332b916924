import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { findOnPath, shells } from '../real-shells/shells.ts'

/** The shells of Windows; elsewhere those that have the same language stand in for them. */
export interface WindowsShell {
  /** As in REQUIRE_SHELLS. */
  readonly name: string
  /** Program and leading arguments, in front of a script's path; or why it is not here. */
  find(): Promise<Start>
  readonly scriptName: string
  readonly lineEnd: '\n' | '\r\n'
  /** Sets the wrapper up as the README says; `folder` is on PATH. */
  setUp(folder: string): string
  /** Calls the wrapper, and then a program that is told how that ended. */
  call(words: readonly string[], teller: readonly string[]): string
  /** In front of everything. */
  readonly prologue: string
  readonly environment?: Readonly<Record<string, string>>
}

type Start = readonly string[] | { readonly missing: string }

const isWindows = process.platform === 'win32'
const systemRoot = process.env['SystemRoot'] ?? ''

const powershellWords = ['-NoProfile', '-NonInteractive', '-File']
const bashWords = ['--noprofile', '--norc']

const quoted = (words: readonly string[]) => words.map((word) => `"${word}"`).join(' ')

export const cmd: WindowsShell = {
  name: 'cmd',
  find: async () => findFile(join(systemRoot, 'System32', 'cmd.exe'), '/d', '/c'),
  scriptName: 'script.cmd',
  lineEnd: '\r\n',
  prologue: '@echo off',
  // npm's shim is a batch file: without `call` it would not come back.
  setUp: (folder) => `call aws-mfa-env init cmd >"${folder}\\awsmfa.cmd"`,
  call: (words, teller) => `call awsmfa ${words.join(' ')}\n${quoted(teller)} %ERRORLEVEL%`,
}

const powershell: WindowsShell = {
  name: 'powershell',
  environment: { POWERSHELL_TELEMETRY_OPTOUT: '1', POWERSHELL_UPDATECHECK: 'Off' },
  find: findPowerShell,
  scriptName: 'script.ps1',
  lineEnd: '\r\n',
  prologue: "Set-StrictMode -Version Latest; $ErrorActionPreference = 'Stop'",
  setUp: () => 'aws-mfa-env init powershell | Out-String | Invoke-Expression',
  // A failing wrapper throws.
  call: (words, teller) => `try { awsmfa ${words.join(' ')} } catch { }\n& ${quoted(teller)} $LASTEXITCODE`,
}

const windowsPowershell: WindowsShell = {
  ...powershell,
  name: 'windows-powershell',
  find: async () =>
    findFile(
      join(systemRoot, 'System32', 'WindowsPowerShell', 'v1.0', 'powershell.exe'),
      '-ExecutionPolicy',
      'Bypass',
      ...powershellWords,
    ),
}

/** Git Bash on Windows. */
const bash: WindowsShell = {
  name: 'bash',
  find: async () =>
    isWindows
      ? findFile(join(process.env['ProgramFiles'] ?? '', 'Git', 'bin', 'bash.exe'), ...bashWords)
      : findStandIn('bash', bashWords),
  scriptName: 'script.sh',
  lineEnd: '\n',
  prologue: 'set -u',
  setUp: () => 'eval "$(aws-mfa-env init bash)"',
  call: (words, teller) => `awsmfa ${words.join(' ')}\n${quoted(teller)} $?`,
}

/** Without cmd, which needs Wine elsewhere. Nothing stands in for Windows PowerShell 5.1. */
export const nativeShells: readonly WindowsShell[] = isWindows
  ? [cmd, windowsPowershell, powershell, bash]
  : [powershell, bash]

async function findPowerShell(): Promise<Start> {
  if (!isWindows) return findStandIn('powershell', powershellWords)
  const program = findOnPath('pwsh.exe')
  return program === undefined ? { missing: 'pwsh is not on PATH' } : [program, ...powershellWords]
}

async function findStandIn(name: string, words: readonly string[]): Promise<Start> {
  const shell = shells.find((one) => one.name === name)
  const found = (await shell?.find()) ?? { missing: `there is no ${name}` }
  return 'missing' in found ? found : [...found, ...words]
}

function findFile(path: string, ...words: string[]): Start {
  return existsSync(path) ? [path, ...words] : { missing: `there is no ${path}` }
}
