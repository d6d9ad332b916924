import { ExitCode, Failure, quoteOperand, usageFailure } from '../errors.ts'
import { looksLikeTokenCode } from '../forms.ts'
import type { CommandLine } from '../options.ts'
import type { Outcome } from '../outcome.ts'
import { findObstacle, type Obstacle } from '../processes/find-obstacle.ts'
import { inheritedDescriptors } from '../processes/inherited-descriptors.ts'
import { type ChildEnd, runChild } from '../processes/run-child.ts'
import { findStart } from '../processes/windows-start.ts'
import { resolveOrder } from '../session/order.ts'
import { prepareExport } from '../session/prepare-export.ts'
import { provideSession } from '../session/provide-session.ts'
import { type Environment, inheritedEnvironment, type Surroundings } from '../surroundings.ts'
import { readCodes } from '../token-code/read-codes.ts'
import type { Change } from '../variables/change.ts'

const example = 'aws-mfa-env exec --token-code 123456 aws s3 ls'

/** `exec`: runs one command with a session in its environment alone, and ends as it does. */
export async function runExec(line: CommandLine, surroundings: Surroundings): Promise<Outcome> {
  const descriptors = inheritedDescriptors(surroundings.platform)
  const { operands, values, flags } = line
  const [command = '', ...words] = operands
  refuseUnfit(command, words)
  if (values['token-code'] === '-') throw stdinTaken()
  const codes = await readCodes({ values, flags, operands: [] }, example, false, surroundings)
  if (surroundings.folderIsGone) throw folderGone()
  const order = resolveOrder(line, surroundings)
  const { changesFor, noteCleared } = prepareExport(line, order, surroundings)
  // What cannot be started must not cost a code.
  refuseUnstartable(command, words, surroundings)

  const session = await provideSession(order, codes, surroundings)
  noteCleared()
  const environment = apply(changesFor(session), surroundings)
  noteGarbled(environment, surroundings.note)
  return outcomeOf(await runChild(command, words, environment, descriptors, surroundings), command)
}

/** What Node.js makes of bytes that are not UTF-8. */
const garbled = '\ufffd'

function refuseUnfit(command: string, words: readonly string[]): void {
  if (command === '') throw usageFailure('exec needs a command', 'as in: aws-mfa-env exec aws s3 ls')
  if (looksLikeTokenCode(command)) {
    throw usageFailure(
      'exec takes a command here, not a code',
      `the code is an option of it, as in: ${example}`,
    )
  }
  if ([command, ...words].some((word) => word.includes(garbled))) {
    throw usageFailure(
      'the command holds bytes that are not UTF-8, and would get others in their place',
      'put the session into the shell instead, and run the command there',
    )
  }
}

function noteGarbled(environment: Environment, note: (text: string) => void): void {
  const names = Object.keys(environment).filter((name) => environment[name]?.includes(garbled))
  if (names.length === 0) return
  note(`${names.join(', ')}: what is not UTF-8 in it reaches the command as other bytes`)
}

function stdinTaken(): Failure {
  return usageFailure(
    "exec cannot read the code from stdin, which is the command's",
    'pass it as --token-code 123456, or be asked for it',
  )
}

/** The command would run in the root folder instead. */
function folderGone(): Failure {
  return new Failure(ExitCode.system, 'the current folder has been deleted', 'cd to another one first')
}

/** Before a code is spent on it. */
function refuseUnstartable(
  command: string,
  words: readonly string[],
  { environment, platform }: Surroundings,
): void {
  if (platform === 'win32') {
    try {
      findStart(command, words, environment)
    } catch (error) {
      throw (error as NodeJS.ErrnoException).code === 'ENOENT' ? unstartable('missing', command) : error
    }
    return
  }
  const obstacle = findObstacle(command, environment['PATH'])
  if (obstacle !== undefined) throw unstartable(obstacle, command)
}

function apply(changes: readonly Change[], surroundings: Surroundings): Environment {
  const fold = (name: string) => (surroundings.platform === 'win32' ? name.toUpperCase() : name)
  const changed = new Set(changes.map(({ name }) => fold(name)))
  const inherited = Object.entries(inheritedEnvironment(surroundings))
  const kept = inherited.filter(([name]) => !changed.has(fold(name)))
  const set = changes.flatMap(({ name, value }) => (value === null ? [] : [[name, value] as const]))
  return Object.fromEntries([...kept, ...set])
}

function outcomeOf(end: ChildEnd, command: string): Outcome {
  if ('status' in end) return { stdout: '', exitCode: end.status }
  if ('signal' in end) return { stdout: '', exitCode: ExitCode.system, signal: end.signal }
  if (end.error !== 'ENOENT') {
    throw new Failure(ExitCode.notRunnable, `${nameOf(command)} cannot be run (${end.error})`)
  }
  throw unstartable('without interpreter', command)
}

/** As a shell would end: POSIX, "Exit Status for Commands". */
function unstartable(obstacle: Obstacle, command: string): Failure {
  const name = nameOf(command)
  if (obstacle === 'folder') return new Failure(ExitCode.notRunnable, `${name} is a folder`)
  if (obstacle === 'not executable') {
    return new Failure(ExitCode.notRunnable, `${name} is not executable`, 'chmod +x makes it so')
  }
  if (obstacle === 'without interpreter') {
    return new Failure(
      ExitCode.notFound,
      `${name} cannot be run: it needs a program that is not there`,
      'in a script that is the interpreter in its first line, where the line ends of Windows would belong to its name',
    )
  }
  const onPath = 'it is looked for on PATH, without a shell: aliases and functions are unknown here'
  return new Failure(ExitCode.notFound, `${name} is not found`, ...(command.includes('/') ? [] : [onPath]))
}

function nameOf(command: string): string {
  return quoteOperand(command) ?? 'the command'
}
