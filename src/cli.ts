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
  type ValueOption,
} from './options.ts'
import { readWords, type Words } from './words.ts'

/**
 * The command and options that the words after the program's name ask for.
 * @throws {Failure} usage, with a text that repeats no digit
 */
export function parseCommandLine(words: readonly string[]): CommandLine {
  const read = readWords(words)
  const { command: word } = read
  const taken = [...(word === undefined ? optionsWithoutCommand : commandOptions[word]), ...commonOptions]
  refuseMisread(read.options, taken)
  const parsed = parseWithYargs(words, read)
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
  const { command, options } = readWords(words)
  const helps = options.some(
    ({ name, value }) => (name === 'help' || name === 'version') && value === undefined,
  )
  return { due: !helps && command === undefined, shell: findShell(words, options) }
}

/** Where an option before it lacks its value, --shell has been taken for that. */
function findShell(words: readonly string[], options: Words['options']): string | undefined {
  const read = options.find(({ name }) => name === 'shell')?.value
  if (read !== undefined) return read
  const at = words.findIndex((word) => /^(-s|--shell)(=|$)/.test(word))
  return at < 0 ? undefined : (words[at]?.split(/=(.*)/s)[1] ?? words[at + 1])
}

/** @param taken the options that the command takes, which are suggested where another one is unknown */
function refuseMisread(typedOptions: Words['options'], taken: readonly OptionName[]): void {
  for (const { typed, name, value, apart } of typedOptions) {
    if (name === undefined) throw unknownOption(typed, taken)
    if (isFlag(name)) {
      if (value !== undefined) throw usageFailure(`--${name} takes no value`)
    } else if (!value || (apart && /^-[^0-9]/.test(value))) throw valueMissing(name)
  }
}

/** What the words say, which are no others than ours. Behind where these end, all of `exec`'s are its command's. */
function parseWithYargs(words: readonly string[], { command, end }: Words): Omit<CommandLine, 'command'> {
  const begin = command === undefined ? 0 : 1
  const isExec = command === 'exec'
  const parsed = Parser(words.slice(begin, isExec ? end : undefined), {
    alias: Object.fromEntries(optionNames.map((name) => [name, [aliasOf(name) ?? []].flat()])),
    count: optionNames.filter(isFlag),
    string: optionNames.filter((name) => !isFlag(name)),
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
  const values: Partial<Record<ValueOption, string>> = {}
  const flags = new Set<Flag>()
  for (const name of optionNames) {
    const value = parsed[name]
    if (value === undefined || value === 0) continue
    if (Array.isArray(value) || (isFlag(name) && Number(value) > 1))
      throw usageFailure(`--${name} is given more than once`, ...(name === 'shell' ? [wrapperSays] : []))
    if (isFlag(name)) flags.add(name)
    else values[name] = String(value)
  }
  const rest = words.slice(words[end] === '--' ? end + 1 : end)
  return { values, flags, operands: isExec ? rest : parsed._.map(String) }
}

const wrapperSays =
  'a wrapper says it itself: for another one run aws-mfa-env, as in: aws-mfa-env --shell json'

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
