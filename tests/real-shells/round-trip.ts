import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { dialects } from '../../src/dialects/dialects.ts'
import type { Change } from '../../src/variables/change.ts'
import { readEnvironment, runScript, type ScriptOptions, withSandbox } from './run.ts'
import type { FoundShell } from './shells.ts'

/** A value that did not reach a child as it was sent, told so that a person sees why. */
export interface WrongValue {
  readonly shell: string
  readonly value: string
  readonly sent: string
  readonly came: string
}

export interface RoundTripOptions extends Pick<ScriptOptions, 'environment' | 'shellArguments'> {
  /** Instead of the shell's own dialect. */
  readonly render?: (changes: readonly Change[]) => string
  /** Instead of the documented way to evaluate a command's output. */
  readonly evaluate?: (command: string) => string
  /** A statement to run before. */
  readonly before?: string
  /** latin1 makes one character one byte, and so reaches those that are not UTF-8. */
  readonly encoding?: 'utf8' | 'latin1'
  readonly directoryContents?: readonly string[]
}

// Enough to see what is wrong without a process for every value.
const enough = 3

/**
 * Sets every value in one transaction, evaluated in the shell, and compares what a child has in its environment,
 * byte for byte. Gives those that are wrong; where nothing came at all, the first few, searched for by halving.
 */
export async function findWrongValues(
  shell: FoundShell,
  values: readonly string[],
  options: RoundTripOptions = {},
): Promise<WrongValue[]> {
  const result = await setValues(shell, values, options)
  if (Array.isArray(result)) return result
  if (values.length === 1) return [wrong(shell, values[0] ?? '', result, options)]
  const half = Math.ceil(values.length / 2)
  const first = await findWrongValues(shell, values.slice(0, half), options)
  if (first.length >= enough) return first
  const rest = [...first, ...(await findWrongValues(shell, values.slice(half), options))]
  // Each half is well alone: together they are not, and that must not pass for a success.
  return rest.length > 0 ? rest : [wrong(shell, values.join('\n'), result, options)]
}

const nameOf = (index: number) => `HOSTILE_${index}`

function wrong(shell: FoundShell, value: string, came: string, options: RoundTripOptions): WrongValue {
  const sent = renderWith(shell, options, [{ name: nameOf(0), value }])
  return {
    shell: shell.name,
    value: shorten(JSON.stringify(value)),
    sent: shorten(sent),
    came: shorten(came),
  }
}

const shorten = (text: string) =>
  text.length > 300 ? `${text.slice(0, 300)}… (${text.length} in all)` : text

function renderWith(shell: FoundShell, options: RoundTripOptions, changes: readonly Change[]): string {
  return (options.render ?? dialects[shell.dialect].render)(changes)
}

/** The values that came wrong, or how the script ended where it did not get to its end in silence. */
async function setValues(
  shell: FoundShell,
  values: readonly string[],
  options: RoundTripOptions,
): Promise<WrongValue[] | string> {
  const { encoding = 'utf8', render, evaluate, before, directoryContents = [], ...runOptions } = options
  return withSandbox(async (sandbox) => {
    const text = join(sandbox.folder, 'text')
    const dump = join(sandbox.folder, 'dump')
    const changes = values.map((value, index) => ({ name: nameOf(index), value }))
    await writeFile(text, renderWith(shell, options, changes), encoding)
    for (const name of directoryContents) await writeFile(join(sandbox.folder, name), '')
    const { syntax } = shell
    const command = syntax.command('cat', text)
    const statement = (evaluate ?? syntax.evaluate)(command)
    const statements = [before, statement, syntax.printStatus, syntax.dumpEnvironment(dump)]
    const script = statements.filter((line) => line !== undefined).join('\n')
    const ending = await runScript(shell, `${script}\n`, { sandbox, ...runOptions })
    const said = `${ending.stdout}${ending.stderr}`
    if (ending.status !== 0 || said.trim() !== '0' || !existsSync(dump)) {
      return `status ${ending.status ?? ending.signal}, ${said}`
    }
    return compare(shell, values, await readEnvironment(dump), options)
  })
}

function compare(
  shell: FoundShell,
  values: readonly string[],
  environment: ReadonlyMap<string, Buffer>,
  options: RoundTripOptions,
): WrongValue[] {
  return values.flatMap((value, index) => {
    const came = environment.get(nameOf(index))
    const same = came?.equals(Buffer.from(value, options.encoding ?? 'utf8')) ?? false
    return same ? [] : [wrong(shell, value, came === undefined ? 'nothing' : describeBytes(came), options)]
  })
}

const describeBytes = (bytes: Buffer) => JSON.stringify(bytes.toString('latin1'))
