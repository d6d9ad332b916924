import { closeSync, lstatSync, openSync, readSync } from 'node:fs'
import { posix, win32 } from 'node:path'
import { ExitCode, Failure } from '../errors.ts'
import type { Environment } from '../surroundings.ts'

/** What `spawn` of Node.js is to be given. */
export interface Start {
  readonly program: string
  readonly words: readonly string[]
  /** The words are already as the program's command line has them. */
  readonly windowsVerbatimArguments: boolean
}

/**
 * How a command is started on Windows, where Node.js by itself starts nothing but .exe and .com files: found as cmd
 * finds it; scripts with a `#!` line by the program that this names, as Git Bash does; anything else by cmd, as npm's
 * programs are.
 * @throws {Error} with the code ENOENT: it is not found
 * @throws {Failure} not runnable: cmd could not be told an argument
 */
export function findStart(command: string, words: readonly string[], environment: Environment): Start {
  const file = findFile(command, environment)
  if (/\.(exe|com)$/i.test(file)) return { program: file, words, windowsVerbatimArguments: false }
  const [interpreter, ...leading] = hasExtension(file, environment) ? [] : readInterpreter(file)
  if (interpreter === undefined) return startByCmd(file, words, environment)
  const program = findFile(interpreter, environment)
  // One script that runs another could be itself.
  if (!hasExtension(program, environment)) return startByCmd(file, words, environment)
  return findStart(program, [...leading, file, ...words], environment)
}

function startByCmd(file: string, words: readonly string[], environment: Environment): Start {
  if (words.some((word) => /[\r\n]/.test(word))) {
    throw new Failure(
      ExitCode.notRunnable,
      'an argument has a line break in it, where cmd, which runs this command, ends it',
    )
  }
  const line = [file, ...words].map(quoteForCmd).join(' ')
  return {
    program: lookUp(environment, 'ComSpec') ?? 'cmd.exe',
    // Its own words first: nothing of the registry, no meaning for `!`; all between the outer quotes is the line.
    words: ['/d', '/e:on', '/v:off', '/s', '/c', `"${line}"`],
    windowsVerbatimArguments: true,
  }
}

/**
 * A word in quotes that hold for cmd, which reads it once and then again with the batch file's own `%*`, and for the
 * program that gets it in the end: a doubled quote is one to a program, and none of the two leaves the quotes in cmd.
 * A percent sign does not meet the next one since a variable of no characters is in between, the way of Rust's
 * standard library (CVE-2024-24576).
 */
function quoteForCmd(word: string): string {
  const doubled = word.replace(/(\\*)("|$)/g, (_match, backslashes: string, quote: string) =>
    quote === '' ? backslashes + backslashes : `${backslashes}${backslashes}""`,
  )
  return `"${doubled.replaceAll('%', '%%cd:~,%')}"`
}

/** The file that cmd would take, by its full path; else one without an extension that cmd knows, as Git Bash would. */
function findFile(command: string, environment: Environment): string {
  const files = foldersFor(command, environment).map((folder) => win32.resolve(folder, command))
  const known = extensions(environment)
  const candidates = [
    ...files.flatMap((file) => [
      ...(hasExtension(file, environment) ? [file] : []),
      ...known.map((extension) => `${file}${extension}`),
    ]),
    ...files,
  ]
  const found = candidates.find(isFile)
  if (found !== undefined) return found
  throw Object.assign(new Error(`${command} is not found`), { code: 'ENOENT' })
}

function foldersFor(command: string, environment: Environment): string[] {
  if (/[\\/:]/.test(command)) return ['.']
  const path = (lookUp(environment, 'PATH') ?? '').split(';').map((folder) => folder.replaceAll('"', ''))
  // Microsoft's documentation, NeedCurrentDirectoryForExePathW.
  const current = lookUp(environment, 'NoDefaultCurrentDirectoryInExePath') === undefined ? ['.'] : []
  return [...current, ...path.filter((folder) => folder !== '')]
}

const extensions = (environment: Environment) =>
  (lookUp(environment, 'PATHEXT') || '.COM;.EXE;.BAT;.CMD').split(';').filter((extension) => extension !== '')

function hasExtension(file: string, environment: Environment): boolean {
  return extensions(environment).some((extension) => file.toLowerCase().endsWith(extension.toLowerCase()))
}

function lookUp(environment: Environment, name: string): string | undefined {
  const [, value] =
    Object.entries(environment).find(([other]) => other.toLowerCase() === name.toLowerCase()) ?? []
  return value
}

/** Links are not followed: those by which Microsoft's Store names its programs lead to no file that can be looked at. */
function isFile(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false })?.isDirectory() === false
  } catch {
    return false
  }
}

/** The words of a `#!` line; its program by the name alone, since Unix' folders are not there. */
function readInterpreter(file: string): string[] {
  const [, line = ''] = /^#!(.*)/.exec(readStart(file)) ?? []
  const [program = '', ...words] = line.trim().split(/\s+/)
  const name = posix.basename(program)
  if (name === 'env') return words.filter((word) => word !== '-S')
  return name === '' ? [] : [name, ...words]
}

function readStart(file: string): string {
  const descriptor = openSync(file, 'r')
  try {
    const bytes = Buffer.alloc(256)
    return bytes.toString('latin1', 0, readSync(descriptor, bytes))
  } finally {
    closeSync(descriptor)
  }
}
