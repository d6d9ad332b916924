import { ExitCode } from '../src/errors.ts'
import { type CommandText, commandTexts } from '../src/help/command-texts.ts'
import { describeSources, optionGroups, optionsOf, sourcesOf, spellOption } from '../src/help/option-texts.ts'
import { describePlace, setUps } from '../src/help/set-up.ts'
import { type CommandName, commandOptions, commandWords, type OptionName, options } from '../src/options.ts'
import { clearedVariables, sessionVariables, stateVariable } from '../src/variables/names.ts'
import { entry, listing, literal, paragraph, prose, section, subsection } from './roff.ts'
import {
  exitCodeDetails,
  fileDetails,
  optionDetails,
  references,
  security,
  variableDetails,
} from './texts.ts'

/**
 * The manual page, in man(7), from the texts that help is made of.
 * @param date as YYYY-MM-DD
 */
export function renderManPage(version: string, date: string): string {
  const { export: main } = commandTexts
  return [
    `.TH AWS\\-MFA\\-ENV 1 ${date} "aws\\-mfa\\-env ${version}" "User Commands"\n`,
    // Names are copied from here: none is to be broken at a line's end.
    '.ad l\n.nh\n',
    section('NAME', `aws\\-mfa\\-env \\- ${main.summary}\n`),
    section('SYNOPSIS', ...synopsis()),
    section('DESCRIPTION', ...main.about.map(paragraph), ...describeSetUp(), ...describeVariables()),
    section('COMMANDS', ...(['unset', ...commandWords] as const).map(describeCommand)),
    section('OPTIONS', ...describeOptions()),
    section(
      'ENVIRONMENT',
      ...variableDetails.map(([names, text]) => entry(names, text)),
      ...describeStandIns(),
    ),
    section('FILES', ...fileDetails.map(([path, text]) => entry(path, text))),
    section('EXIT STATUS', ...exitStatus()),
    section('EXAMPLES', ...Object.values(commandTexts).flatMap(describeExamples)),
    section('SECURITY', ...security.map(paragraph)),
    section('SEE ALSO', '.BR aws (1)\n', ...references.map(link)),
  ].join('')
}

/** A narrow page may break it behind a slash. */
function link(url: string): string {
  return `.PP\n${literal(url).replaceAll('/', '/\\:')}\n`
}

function synopsis(): string[] {
  const usages = Object.values(commandTexts).flatMap(({ usage }) => usage)
  return usages.map(
    (words, index) => `${index === 0 ? '' : '.br\n'}\\fBaws\\-mfa\\-env\\fP ${literal(words)}\n`,
  )
}

function describeSetUp(): string[] {
  const rows = Object.entries(setUps).map(([shell, setUp]) =>
    [
      `.TP\n${shell}, ${literal(setUp.afterwards === undefined ? describePlace(setUp) : 'once')}\n`,
      `\\fB${literal(setUp.line)}\\fP\n`,
    ].join(''),
  )
  return [
    paragraph(
      'The function awsmfa comes by a line in the start-up file of the shell, or, for cmd, as a file:',
    ),
    ...rows,
  ]
}

function describeVariables(): string[] {
  const list = (names: readonly string[]) => names.join(', ')
  return [
    paragraph(
      `What is set: ${list([...sessionVariables, stateVariable])}; and AWS_REGION with AWS_DEFAULT_REGION where --region, one of the two or the profile says which. What is cleared, since some client would take other keys or another endpoint with it: ${list(clearedVariables)}.`,
    ),
    paragraph(
      `${stateVariable} records, without any secret, which profile signed and what was displaced: the next run in this shell signs with the same keys, and --unset knows the way back.`,
    ),
  ]
}

function describeCommand(command: CommandName): string {
  const { usage, summary, about } = commandTexts[command]
  const [first = '', ...others] = usage.map((words) => `\\fBaws\\-mfa\\-env\\fP ${literal(words)}\n`)
  const heads = [`.TP\n${first}`, ...others.map((head) => `.TQ\n${head}`)]
  const own = optionsOf(command).filter((name) => !['unset', 'help', 'version'].includes(name))
  const takes = own.length === 0 ? '' : ` It takes ${own.map((name) => `--${name}`).join(', ')}.`
  return `${heads.join('')}${prose(`${[`${capitalize(summary)}.`, ...about].join(' ')}${takes}`)}`
}

function describeOptions(): string[] {
  const code = entry('CODE', 'The six digits that the MFA device shows; - reads them from stdin.')
  return optionGroups.map(({ label, title, names }) =>
    subsection(capitalize(title), ...(label === 'code' ? [code] : []), ...names.map(describeOption)),
  )
}

function describeOption(name: OptionName): string {
  const sources = describeSources(name)
  const details = optionDetails[name]
  return entry(
    spellOption(name),
    [
      `${capitalize(options[name].help)}.`,
      ...(details === undefined ? [] : [details]),
      ...(sources === '' ? [] : [`Else ${sources}.`]),
      ...describeTakers(name),
    ].join(' '),
  )
}

/** Who takes an option that the default command does not. */
function describeTakers(name: OptionName): string[] {
  const commands = Object.keys(commandOptions) as CommandName[]
  const takers = commands.filter((command) => optionsOf(command).includes(name))
  if (takers.includes('export') || name === 'unset') return []
  return [`Of ${takers.join(' and ')} alone.`]
}

function describeStandIns(): string[] {
  const names = optionGroups.flatMap((group) => group.names)
  return names.flatMap((name) => {
    const { variables, keys } = sourcesOf(name)
    const own = variables.filter((variable) => !variable.startsWith('AWS_MFA_ENV_CACHE'))
    if (own.length === 0) return []
    const inProfile = keys.length === 0 ? '' : `, and before ${keys.join(' or ')} in the profile`
    return [entry(own.join(', '), `What --${name} says where that is not given${inProfile}.`)]
  })
}

function exitStatus(): string[] {
  const codes = Object.entries(ExitCode) as [keyof typeof ExitCode, ExitCode][]
  return [
    ...codes.map(([name, code]) => entry(String(code), exitCodeDetails[name])),
    paragraph(
      'exec ends as its command does. Where a shell evaluates the output, a failure is a statement that fails.',
    ),
  ]
}

function describeExamples({ examples }: CommandText): string[] {
  return examples
    .filter(([, purpose]) => purpose !== '')
    .map(([code, purpose]) => `.PP\n${capitalize(prose(purpose).trim())}\n${listing(code)}`)
}

function capitalize(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
