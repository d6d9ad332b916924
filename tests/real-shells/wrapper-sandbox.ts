import { existsSync } from 'node:fs'
import { chmod, mkdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { wrappers } from '../../src/commands/init.ts'
import { dialects, type ShellName } from '../../src/dialects/dialects.ts'
import { toolPath } from '../commands/tool.ts'
import { runScript, type Sandbox, type ScriptOptions, withSandbox } from './run.ts'
import type { FoundShell } from './shells.ts'

/** The wrapper for this shell, as a path. */
export function wrapperPath({ dialect }: FoundShell): string {
  return fileURLToPath(new URL(`../../shells/${wrappers[dialect]}`, import.meta.url))
}

/** The statement that defines the wrapper. */
export function load(shell: FoundShell): string {
  return shell.syntax.load(wrapperPath(shell))
}

/** A statement that sets or takes out an environment variable. */
export function setVariable({ dialect }: FoundShell, name: string, value: string | null): string {
  const text = dialects[dialect].render([{ name, value }]).trimEnd()
  return dialect === 'nu' ? `${text} | load-env` : text
}

/** The shell that the wrapper names to the program. */
export function wrapperDialect({ dialect }: FoundShell): ShellName {
  return dialect === 'ksh' ? 'sh' : dialect
}

/** A statement that prints how another one ended, and that strictness does not end. */
export function statusOf(shell: FoundShell, statement: string): string {
  switch (shell.dialect) {
    case 'fish':
      return `${statement}; echo $status`
    case 'tcsh':
      return `${statement} && echo 0 || echo $status`
    case 'elvish':
      return `try { ${statement}; echo 0 } catch e { try { echo $e[reason][exit-status] } catch { echo 'exception' } }`
    case 'xonsh':
      return `try:\n    ${statement}\n    print(0, flush=True)\nexcept Exception as e:\n    print(e.returncode, flush=True)`
    case 'nu':
      return `try { ${statement}; print 0 } catch {|e| print ($e.exit_code? | default 'exception') }`
    case 'powershell':
      return `try { ${statement} } catch { }; $LASTEXITCODE`
    default:
      return `${statement} && echo 0 || echo "$?"`
  }
}

/**
 * What a call of the wrapper comes to where the program is missing: what `statusOf` prints, how a strict script ends,
 * and what is said.
 */
export function missingProgram(
  { dialect }: FoundShell,
  name = 'awsmfa',
): [caught: string, status: number, message: RegExp] {
  const message = new RegExp(
    `${name}: error: aws-mfa-env is not on PATH[\\s|]+${name}: hint: npm install --global aws-mfa-env`,
  )
  switch (dialect) {
    case 'powershell':
      return ['127', 1, message]
    case 'elvish':
      return ['exception', 2, message]
    case 'xonsh':
      return ['127', 1, message]
    case 'nu':
      return ['exception', 1, message]
    case 'tcsh':
      return ['1', 1, /aws-mfa-env: Command not found/]
    default:
      return ['127', 127, message]
  }
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
