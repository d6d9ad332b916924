import { commandTexts } from '../help/command-texts.ts'
import {
  type CommandName,
  commandOptions,
  commandWords,
  commonOptions,
  isFlag,
  type OptionName,
  options,
  removalOptions,
  spellingsOf,
  type ValueOption,
} from '../options.ts'
import { findOption, readWords } from '../words.ts'

/** A word that can stand somewhere, plain, and a few words on it, which may be none. */
export interface Candidate {
  readonly value: string
  readonly help: string
}

/** What can stand at the cursor: that text with one of the candidates behind it, or the word of another command. */
export type Completion =
  | { readonly before: string; readonly candidates: readonly Candidate[] }
  /** The index of that command's first word among the words of the line. */
  | { readonly commandAt: number }

/** Whatever a command line cannot tell. */
export interface Values {
  /** The shells that the operand of this command may name. */
  shells(command: 'init' | 'completion'): readonly Candidate[]
  of(option: ValueOption): readonly Candidate[]
}

/** Options that exclude each other. */
const opposites: Partial<Record<OptionName, OptionName>> = { all: 'profile', profile: 'all' }

const nothing: Completion = { before: '', candidates: [] }

/**
 * What can stand at the end of a command line.
 * @param words as a program gets them, the program's name first and last the word at the cursor, as far as the cursor
 */
export function complete(words: readonly string[], values: Values): Completion {
  const [program = '', ...typed] = words
  const current = typed.pop() ?? ''
  const { command, options: before, operands, end } = readWords(typed)
  const last = before.at(-1)
  if (last?.name !== undefined && !isFlag(last.name) && last.value === undefined) {
    return valueCompletion(last.name, '', values)
  }
  const given = new Set(before.flatMap(({ name }) => name ?? []))
  const ended = typed[end] === '--'
  const dashed = /^-/.test(current) && !ended
  if (command === 'exec') {
    if (end < typed.length) return { commandAt: 1 + (ended ? end + 1 : end) }
    if (!dashed) return { commandAt: words.length - 1 }
  }
  const [, option = '', joined] = /^(-[^=]*)(=)/.exec(current) ?? []
  const name = findOption(option)
  if (dashed && joined !== undefined) {
    return name === undefined || isFlag(name) ? nothing : valueCompletion(name, `${option}=`, values)
  }
  if (dashed) return { before: '', candidates: optionCandidates(command, given, program, current) }
  if (typed.length === 0) return { before: '', candidates: commandCandidates() }
  const named = (command === 'init' || command === 'completion') && operands.length === 0
  if (named) return { before: '', candidates: values.shells(command) }
  if (current !== '' || ended) return nothing
  return { before: '', candidates: optionCandidates(command, given, program, current) }
}

function valueCompletion(option: ValueOption, before: string, values: Values): Completion {
  // A word of its own that begins with a dash would be taken for an option.
  const candidates = values.of(option).filter(({ value }) => before !== '' || !value.startsWith('-'))
  return { before, candidates }
}

function commandCandidates(): Candidate[] {
  return commandWords.map((word) => ({ value: word, help: commandTexts[word].summary }))
}

function optionCandidates(
  command: CommandName | undefined,
  given: ReadonlySet<OptionName>,
  program: string,
  current: string,
): Candidate[] {
  const own = isWrapper(program) ? ['shell'] : []
  const left = [...optionsOf(command, given), ...commonOptions].filter((name) => {
    const opposite = opposites[name]
    return !given.has(name) && !own.includes(name) && !(opposite !== undefined && given.has(opposite))
  })
  return left.map((name) => {
    // The short form is for who has typed it.
    const value = spellingsOf(name).includes(current) ? current : `--${name}`
    return { value, help: options[name].help }
  })
}

function optionsOf(command: CommandName | undefined, given: ReadonlySet<OptionName>): readonly OptionName[] {
  if (command === 'save' && given.has('remove')) return removalOptions
  if (command !== undefined) return commandOptions[command]
  if (given.has('unset')) return commandOptions.unset
  const mayUnset = [...given].every((name) => commandOptions.unset.some((taken) => taken === name))
  return [...commandOptions.export, ...(mayUnset ? (['unset'] as const) : [])]
}

/** The wrapper tells the program which shell it is, and a second --shell would be refused. */
function isWrapper(program: string): boolean {
  return !/(^|[/\\])aws-mfa-env(\.\w+)?$/.test(program)
}
