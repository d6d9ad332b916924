// Its parser alone: the rest, for help and locales, takes longer to load than all of ours.
import { Parser } from 'yargs/helpers'
import { ExitCode, type Failure, quoteOperand, UnknownName, usageFailure } from './errors.ts'
import {
  aliasOf,
  type CommandLine,
  type CommandName,
  commandOptions,
  commandWords,
  commonOptions,
  type Flag,
  isFlag,
  type OptionName,
  optionNames,
  options,
  spellingsOf,
  type ValueOption,
} from './options.ts'

/**
 * The command and options that the words after the program's name ask for.
 * @throws {Failure} usage, with a text that repeats no digit
 */
export function parseCommandLine(words: readonly string[]): CommandLine {
  const word = commandWords.find((candidate) => candidate === words[0])
  const taken = [...(word === undefined ? optionsWithoutCommand : commandOptions[word]), ...commonOptions]
  const rest = words.slice(word === undefined ? 0 : 1)
  const parsed = word === 'exec' ? splitExec(rest, taken) : split(rest, taken)
  const command: CommandName = word ?? (parsed.flags.has('unset') ? 'unset' : 'export')
  const line = { command, ...parsed }
  if (line.flags.has('help') || line.flags.has('version')) return line
  if (command === 'export') refuseLateCommand(line)
  refuseForeignOptions(line)
  return line
}

const optionsWithoutCommand: readonly OptionName[] = [...commandOptions.export, ...commandOptions.unset]

/** Whether the words, however wrong, ask for statements, and the shell that they name. */
export function scanForStatements(words: readonly string[]): { due: boolean; shell: string | undefined } {
  const own = optionWords(words)
  const helps = own.some(
    (word, index) => ['--help', '-h', '--version'].includes(word) && !takesValue(own[index - 1]),
  )
  const due = !helps && !commandWords.some((command) => command === words[0])
  const at = words.findIndex((word) => /^(-s|--shell)(=|$)/.test(word))
  const word = words[at]
  if (word === undefined) return { due, shell: undefined }
  return { due, shell: word.includes('=') ? word.slice(word.indexOf('=') + 1) : words[at + 1] }
}

/** The words before `--`, among which options are looked for. */
function optionWords(words: readonly string[]): readonly string[] {
  const end = words.indexOf('--')
  return end < 0 ? words : words.slice(0, end)
}

function takesValue(word: string | undefined): boolean {
  if (word === undefined) return false
  return optionNames.some((name) => !isFlag(name) && spellingsOf(name).includes(word))
}

/** The words that are for us: not those of exec's command, and not those behind `--`. */
export function ownWords(words: readonly string[]): readonly string[] {
  return words[0] === 'exec' ? words.slice(0, 1 + optionsEnd(words.slice(1))) : optionWords(words)
}

function optionsEnd(words: readonly string[]): number {
  let end = 0
  while (/^-./.test(words[end] ?? '') && words[end] !== '--') end += takesValue(words[end]) ? 2 : 1
  return end
}

/** Everything from the first word that is no option of ours is the command's, with or without `--` before it. */
function splitExec(words: readonly string[], taken: readonly OptionName[]): Omit<CommandLine, 'command'> {
  const end = optionsEnd(words)
  const parsed = split(words.slice(0, end), taken)
  return { ...parsed, operands: words.slice(words[end] === '--' ? end + 1 : end) }
}

/** @param taken the options that the command takes, which are suggested where another one is unknown */
function split(words: readonly string[], taken: readonly OptionName[]): Omit<CommandLine, 'command'> {
  const parsed = parseWithYargs(words)
  const known = new Set<string>([
    '_',
    '$0',
    ...optionNames,
    ...optionNames.flatMap((name) => aliasOf(name) ?? []),
  ])
  if (parsed === undefined || Object.keys(parsed).some((name) => !known.has(name)))
    throw misread(words, taken)
  const values: Partial<Record<ValueOption, string>> = {}
  const flags = new Set<Flag>()
  for (const name of optionNames) {
    const value = parsed[name]
    if (value === undefined || value === 0) continue
    if (Array.isArray(value) || (isFlag(name) && Number(value) > 1))
      throw usageFailure(`--${name} is given more than once`)
    if (isFlag(name)) flags.add(name)
    else if (value === '') throw valueMissing(name)
    else values[name] = String(value)
  }
  return { values, flags, operands: parsed._.map(String) }
}

/** What yargs made of the words; undefined where it found them wrong, which its own text would say in its own way. */
function parseWithYargs(words: readonly string[]) {
  // What yargs calls its own results is no option.
  if (optionWords(words).some((word) => /^--?(_|\$0)(=|$)/.test(word))) return undefined
  const flags = optionNames.filter(isFlag)
  const values = optionNames.filter((name) => !isFlag(name))
  try {
    const { argv, error } = Parser.detailed([...words], {
      alias: Object.fromEntries(optionNames.map((name) => [name, [aliasOf(name) ?? []].flat()])),
      count: flags,
      string: values,
      // A flag that may take nothing leaves a `true` behind it alone; a value of exactly one word may be a dash.
      narg: Object.fromEntries(optionNames.map((name) => [name, isFlag(name) ? 0 : 1])),
      configuration: {
        'boolean-negation': false,
        'camel-case-expansion': false,
        'dot-notation': false,
        'parse-numbers': false,
        'parse-positional-numbers': false,
        'short-option-groups': false,
      },
    })
    return error ? undefined : argv
  } catch {
    // An option called like a property of every object (`--constructor`) is more than yargs can take.
    return undefined
  }
}

/** Which of the words an option of ours cannot be. */
function misread(words: readonly string[], taken: readonly OptionName[]): Failure {
  for (const [index, word] of words.entries()) {
    if (word === '--') break
    if (!/^-./.test(word)) continue
    const [typed = word, value] = word.split(/=(.*)/s)
    const name = optionNames.find((known) => spellingsOf(known).includes(typed))
    if (name === undefined) return unknownOption(typed, taken)
    if (isFlag(name) && value !== undefined) return usageFailure(`--${name} takes no value`)
    if (!isFlag(name) && value === undefined && /^(-.|$)/.test(words[index + 1] ?? ''))
      return valueMissing(name)
  }
  return usageFailure('the command line cannot be read', 'all options: aws-mfa-env --help')
}

function unknownOption(typed: string, taken: readonly OptionName[]): Failure {
  const quoted = quoteOperand(typed)
  const joined = Object.values(options).some(
    (known) => 'alias' in known && 'argument' in known && typed.startsWith(`-${known.alias}`),
  )
  return new UnknownName(
    { kind: 'option', typed: typed.replace(/^--?/, ''), known: taken },
    ExitCode.usage,
    quoted === undefined ? 'there is no such option' : `there is no option ${quoted}`,
    ...(joined ? ['a short option and its value are two words, as in: -p NAME'] : []),
    'all options: aws-mfa-env --help',
  )
}

function valueMissing(name: ValueOption): Failure {
  const { argument } = options[name]
  return usageFailure(
    `--${name} needs a value`,
    `as in: --${name} ${argument}, or --${name}=${argument} where the value begins with a dash`,
  )
}

/** A command behind an option would be taken for a code. */
function refuseLateCommand(line: CommandLine): void {
  const word = commandWords.find((candidate) => line.operands.includes(candidate))
  if (word === undefined) return
  const taken: readonly OptionName[] = commandOptions[word]
  const given = (Object.keys(line.values) as ValueOption[]).filter((name) => taken.includes(name))
  const spelled = given.map((name) => ` --${name} ${options[name].argument}`).join('')
  throw usageFailure(
    `${word} is a command, and a command is the first word`,
    `as in: aws-mfa-env ${word}${spelled}${line.operands.at(-1) === word ? '' : ' ...'}`,
  )
}

function refuseForeignOptions(line: CommandLine): void {
  const taken: readonly OptionName[] = [...commandOptions[line.command], ...commonOptions]
  const given = [...(Object.keys(line.values) as ValueOption[]), ...line.flags]
  const foreign = given.find((name) => !taken.includes(name))
  if (foreign === undefined) return
  const { command } = line
  const where = { export: 'without a command', unset: 'with --unset' } as Partial<Record<CommandName, string>>
  const words = { export: '--help', unset: '--unset --help' } as Partial<Record<CommandName, string>>
  throw usageFailure(
    `--${foreign} has no meaning ${where[command] ?? `for ${command}`}`,
    `what it takes: aws-mfa-env ${words[command] ?? `${command} --help`}`,
  )
}
