import { existsSync } from 'node:fs'
import { chmod, mkdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { DialectName } from '../../src/dialects/dialects.ts'
import { dialects } from '../../src/dialects/dialects.ts'
import { toolPath } from '../commands/tool.ts'
import { runScript, type Sandbox, type ScriptOptions, withSandbox } from './run.ts'
import { type FoundShell, isBourne } from './shells.ts'

const files: Readonly<Record<DialectName, string>> = {
  bash: 'awsmfa.bash',
  zsh: 'awsmfa.zsh',
  sh: 'awsmfa.sh',
  ksh: 'awsmfa.sh',
  fish: 'awsmfa.fish',
  powershell: 'awsmfa.ps1',
  cmd: 'awsmfa.cmd',
}

/** The wrapper for this shell, as a path. */
export function wrapperPath({ dialect }: FoundShell): string {
  return fileURLToPath(new URL(`../../shells/${files[dialect]}`, import.meta.url))
}

/** The statement that defines the wrapper. */
export function load(shell: FoundShell): string {
  return shell.syntax.source(wrapperPath(shell))
}

/** The shell that the wrapper names to the program. */
export function wrapperDialect({ dialect }: FoundShell): DialectName {
  return dialect === 'ksh' ? 'sh' : dialect
}

/** A statement that prints how another one ended, and that strictness does not end. */
export function statusOf(shell: FoundShell, statement: string): string {
  if (isBourne(shell)) return `${statement} && echo 0 || echo "$?"`
  if (shell.dialect === 'fish') return `${statement}; echo $status`
  return `try { ${statement} } catch { }; $LASTEXITCODE`
}

interface ScriptEnding {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

/** A sandbox that has a program called `aws-mfa-env` on its PATH. */
export interface WrapperSandbox {
  readonly sandbox: Sandbox
  readonly environment: Readonly<Record<string, string>>
  /** Runs the lines as a strict script. */
  run(lines: readonly string[], options?: Partial<ScriptOptions>): Promise<ScriptEnding>
}

/** PATH as it is, but for an installed aws-mfa-env. */
export const pathWithout = (process.env['PATH'] ?? '')
  .split(delimiter)
  .filter((folder) => !existsSync(join(folder, 'aws-mfa-env')))
  .join(delimiter)

/** With the program itself as `aws-mfa-env`, linked to as npm does it. */
export function withTool<T>(shell: FoundShell, use: (world: WrapperSandbox) => Promise<T>): Promise<T> {
  return withProgram(shell, use, async (program) => {
    await chmod(toolPath, 0o755)
    await symlink(toolPath, program)
  })
}

function withProgram<T>(
  shell: FoundShell,
  use: (world: WrapperSandbox) => Promise<T>,
  install: (program: string) => Promise<void>,
): Promise<T> {
  return withSandbox(async (sandbox) => {
    const folder = join(sandbox.folder, 'bin')
    await mkdir(folder)
    await install(join(folder, 'aws-mfa-env'))
    const environment = { PATH: `${folder}${delimiter}${pathWithout}` }
    const run = async (lines: readonly string[], options: Partial<ScriptOptions> = {}) => {
      const { status, stdout, stderr } = await runScript(shell, `${lines.join('\n')}\n`, {
        sandbox,
        ...options,
        environment: { ...environment, ...options.environment },
      })
      return { status, stdout: `${stdout}`, stderr: `${stderr}` }
    }
    return use({ sandbox, environment, run })
  })
}

/** One start of the stand-in. */
interface Call {
  readonly words: readonly string[]
  /** EVALUATED, as the stand-in found it in its environment. */
  readonly evaluated: string
}

export interface StandInSandbox extends WrapperSandbox {
  readonly calls: () => Promise<readonly Call[]>
  /** A statement that starts the stand-in past the wrapper, so that EVALUATED is recorded. */
  readonly observe: string
  /** What the stand-in prints: it sets EVALUATED to yes. */
  readonly statements: string
}

// Says what it got, and prints the same in each case: what is under test is what the wrapper makes of that.
const standIn = `#!/bin/sh
printf '%s\\0' "$#" "\${EVALUATED-}" "$@" >>"$RECORD"
[ "\${1-}" = observe ] && exit
[ "\${READ_STDIN-}" ] && printf '%s\\0' 1 '' "$(cat)" >>"$RECORD"
cat "$STATEMENTS"
exit "\${STATUS-0}"
`

/** With a recording program in the place of `aws-mfa-env`, which evaluates to EVALUATED=yes and ends with STATUS. */
export function withStandIn<T>(shell: FoundShell, use: (world: StandInSandbox) => Promise<T>): Promise<T> {
  const statements = dialects[shell.dialect].render([{ name: 'EVALUATED', value: 'yes' }])
  let file = ''
  const install = async (program: string) => {
    file = program
    await writeFile(program, standIn, { mode: 0o755 })
    await writeFile(`${program}.statements`, statements)
    await writeFile(`${program}.record`, '')
  }
  return withProgram(
    shell,
    (world) => {
      const environment = {
        ...world.environment,
        RECORD: `${file}.record`,
        STATEMENTS: `${file}.statements`,
      }
      return use({
        ...world,
        environment,
        run: (lines, options = {}) =>
          world.run(lines, { ...options, environment: { ...environment, ...options.environment } }),
        calls: async () => readCalls(await readFile(`${file}.record`, 'utf8')),
        observe: shell.syntax.command(file, 'observe'),
        statements,
      })
    },
    install,
  )
}

function readCalls(record: string): Call[] {
  const fields = record.split('\0').slice(0, -1)
  const calls: Call[] = []
  while (fields.length > 0) {
    const [count, evaluated = ''] = fields.splice(0, 2)
    calls.push({ evaluated, words: fields.splice(0, Number(count)) })
  }
  return calls
}
