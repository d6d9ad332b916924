import { statSync } from 'node:fs'
import { join } from 'node:path'
import { configurationFailure, type Failure } from '../errors.ts'
import { readFilled } from '../files/read-filled.ts'
import { readVariable, type Surroundings } from '../surroundings.ts'
import { type ProfileDocument, parseProfileDocument } from './document.ts'
import type { FileKind } from './section-names.ts'

/** One of the two files as it was read; a missing one is empty. */
export interface ProfileFile {
  readonly kind: FileKind
  readonly path: string
  readonly document: ProfileDocument
}

/** What finding the files depends on. */
export type FileSurroundings = Pick<Surroundings, 'environment' | 'platform' | 'homeFolder' | 'debug'>

const variables = { config: 'AWS_CONFIG_FILE', credentials: 'AWS_SHARED_CREDENTIALS_FILE' } as const

/**
 * Reads the file from where its variable says, else from the user's home.
 * @throws {Failure} configuration, where it cannot be read or only some tools would find it
 */
export function readProfileFile(kind: FileKind, surroundings: FileSurroundings): ProfileFile {
  const path = findProfileFile(kind, surroundings)
  const shown = path ?? `~/.aws/${kind}`
  surroundings.debug(`reading ${shown}`)
  const variable = variables[kind]
  const chosen = readVariable(surroundings.environment, variable) === undefined ? undefined : variable
  const bytes = path === undefined ? Buffer.of() : readBytes(path, chosen)
  return { kind, path: shown, document: parseProfileDocument(bytes) }
}

/**
 * Where the file is, or would be; undefined for a user without a home.
 * @throws {Failure} configuration, where only some tools would find it
 */
export function findProfileFile(kind: FileKind, surroundings: FileSurroundings): string | undefined {
  const home = surroundings.homeFolder()
  const variable = variables[kind]
  const chosen = readVariable(surroundings.environment, variable)
  if (chosen === undefined) return home && join(home, '.aws', kind)
  refuseExpansion(chosen, variable, surroundings)
  return expandHome(chosen, home)
}

/** Where a line stands, as a person would look for it. */
export function placeOf(file: ProfileFile, line: number): string {
  return `${file.path}, line ${line}`
}

/** The failure for a line that tools read differently. */
export function disputedLine(file: ProfileFile, line: number, what: string): Failure {
  return configurationFailure(
    `${placeOf(file, line)}: ${what}`,
    'the AWS CLI and the SDKs would not read the same from this file; mend that line',
  )
}

/** botocore replaces variables and `~name` in the path (os.path.expandvars, expanduser); the SDK for JavaScript `~/`. */
function refuseExpansion(path: string, variable: string, surroundings: FileSurroundings): void {
  const { environment, platform } = surroundings
  const names = /\$(\w+)|\$\{([^}]*)\}|%([^%]+)%/g
  const replaced = [...path.matchAll(names)].find(([text, plain, braced, percent]) => {
    const name = plain ?? braced ?? percent ?? ''
    return (platform === 'win32' || !text.startsWith('%')) && environment[name] !== undefined
  })?.[0]
  const what = replaced ?? /^~[^/]+/.exec(path)?.[0]
  if (what === undefined) return
  throw configurationFailure(
    `${variable}: the AWS CLI replaces ${what} in it, and the SDKs do not`,
    'write the path in full',
  )
}

function expandHome(path: string, home: string | undefined): string {
  return home !== undefined && path.startsWith('~/') ? home + path.slice(1) : path
}

function readBytes(path: string, variable: string | undefined): Buffer {
  const hints = variable === undefined ? [] : [`the path comes from ${variable}`]
  try {
    const stats = statSync(path)
    if (stats.isFile()) return readFilled(path)
    // /dev/null is how a script says that there is no file.
    if (stats.isCharacterDevice()) return Buffer.of()
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return Buffer.of()
    throw configurationFailure(`${path} cannot be read (${code})`, ...hints)
  }
  // A pipe would be read by the SDKs, and passed over by the AWS CLI.
  throw configurationFailure(`${path} is no regular file`, ...hints)
}
