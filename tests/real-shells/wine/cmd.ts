import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Ending, type RunOptions, runProgram } from '../run.ts'

/** Wine's cmd with Windows' node.exe, in the folder that `build` makes. */

/** The folders of node.exe that `build` brings. */
export const nodeVersions = ['20', '22', '24'] as const
export type NodeVersion = (typeof nodeVersions)[number]

/** The sandbox's folder as cmd sees it. */
export const sandboxInCmd = 'Z:\\shared'

/** Lines that make the sandbox the home of a user whose profile asks the local AWS. */
export function linesOfUser(url: string): string[] {
  return [
    '@echo off',
    `cd /d ${sandboxInCmd}`,
    `set "USERPROFILE=${sandboxInCmd}\\home"`,
    `set "LOCALAPPDATA=${sandboxInCmd}\\local"`,
    `set "AWS_ENDPOINT_URL=${url}"`,
  ]
}

/** One of several scripts that share a start of Wine. */
export interface CmdScript {
  /** `typed` is read line by line from stdin, as at the prompt: `%i`, where a file has `%%i`. */
  readonly as: 'cmd' | 'bat' | 'typed'
  readonly lines: readonly string[]
}

export interface CmdOptions extends Omit<RunOptions, 'input'> {
  readonly node: NodeVersion
  /** Folders as cmd sees them, in front of that of node.exe on PATH. */
  readonly path?: readonly string[]
}

/**
 * Runs scripts one after the other, each in a cmd of its own with a fresh environment, by one start of Wine, which
 * takes a second or two. What the scripts leave in the sandbox stays.
 */
export async function runCmdScripts<Name extends string>(
  root: string,
  scripts: Readonly<Record<Name, CmdScript>>,
  options: CmdOptions,
): Promise<Record<Name, Ending>> {
  const names = Object.keys(scripts) as Name[]
  const folder = join(options.sandbox.folder, 'scripts')
  await mkdir(folder, { recursive: true })
  for (const name of names) {
    const { as, lines } = scripts[name]
    await writeFile(join(folder, `${name}.${as}`), renderLines(lines))
  }
  const main = names.flatMap((name) => startScript(name, scripts[name]))
  await writeFile(join(folder, 'main.cmd'), renderLines(['@echo off', ...main]))
  const whole = await runWine(root, ['cmd', '/d', '/c', `${sandboxInCmd}\\scripts\\main.cmd`], options)
  const endings = names.map(async (name) => [name, await readEnding(folder, name)] as const)
  try {
    return Object.fromEntries(await Promise.all(endings)) as Record<Name, Ending>
  } catch (error) {
    throw new Error(`Wine ended early, with ${whole.status ?? whole.signal}: ${whole.stderr}`, {
      cause: error,
    })
  }
}

/** The words that start a program in the root folder, with the sandbox as /shared, and Wine's whole environment. */
export function enterRoot(root: string, words: readonly string[], options: CmdOptions) {
  const enter = fileURLToPath(new URL('enter', import.meta.url))
  const environment: Record<string, string | undefined> = {
    HOME: '/root',
    LC_ALL: 'C.UTF-8',
    WINEPREFIX: '/wine',
    WINEDEBUG: '-all',
    // How Wine is told of PATH; the Unix one is not passed on.
    WINEPATH: [...(options.path ?? []), `Z:\\node\\${options.node}`].join(';'),
    // Wine's Wayland driver complains on stderr if there is none.
    XDG_RUNTIME_DIR: '/tmp',
    ...options.environment,
  }
  return [[enter, root, options.sandbox.folder, ...words], environment] as const
}

function runWine(root: string, words: readonly string[], options: CmdOptions): Promise<Ending> {
  const [[program, ...rest], environment] = enterRoot(root, ['/usr/bin/wine', ...words], options)
  return runProgram(program, rest, { timeout: 200_000, ...options, environment })
}

// The number is Windows': Linux would keep its lowest eight bits.
function startScript(name: string, { as }: CmdScript): string[] {
  const file = `${sandboxInCmd}\\scripts\\${name}`
  const words = as === 'typed' ? `/d <"${file}.typed"` : `/d /c "${file}.${as}" <nul`
  return [`cmd ${words} >"${file}.out" 2>"${file}.err"`, `>"${file}.status" echo %ERRORLEVEL%`]
}

async function readEnding(folder: string, name: string): Promise<Ending> {
  const read = (kind: string) => readFile(join(folder, `${name}.${kind}`))
  const [stdout, stderr, status] = await Promise.all([read('out'), read('err'), read('status')])
  return { status: Number(status), signal: null, stdout, stderr }
}

export function renderLines(lines: readonly string[]): string {
  return lines.map((line) => `${line}\r\n`).join('')
}
