import type { ShellName } from '../dialects/dialects.ts'
import { type CommandName, commandWords, type OptionName, options } from '../options.ts'
import { commandTexts } from './command-texts.ts'
import { fill, layOut, type Row, type RowLayout, renderParagraph, renderRows } from './layout.ts'
import { describeSources, optionGroups, optionsOf, spellOption } from './option-texts.ts'
import { describePlace, howToEvaluate, setUps } from './set-up.ts'

/** What a page of help is written for. */
export interface Page {
  readonly shell: ShellName
  readonly columns: number
  /** How a heading is set. */
  heading(text: string): string
}

/** The page that `aws-mfa-env --help` shows, made for a terminal of 24 lines. */
export function renderMainHelp(page: Page): string {
  const { columns, heading } = page
  const usage: Row[] = [
    ['awsmfa [option...] [CODE]', 'a session: cached, or new with a code'],
    ['awsmfa --unset', 'take it away, put back what was there before'],
    ...setUpRows(page.shell),
  ]
  const commands = commandWords.map((word): Row => [nameCommand(word), commandTexts[word].summary])
  return [
    title('export'),
    heading('usage:') + renderRows(usage, layOut(usage, '       ', columns)).slice('usage:'.length),
    `${heading('commands:')}\n${renderRows(commands, layOut(commands, '  ', columns))}`,
    `${heading('options')}, each explained by aws-mfa-env help options:\n${renderOptionNames(columns)}`,
  ].join('\n')
}

/** How this shell comes by awsmfa, and how it does without. */
function setUpRows(shell: ShellName): Row[] {
  const { file, afterwards, line } = setUps[shell]
  return [
    [
      file === undefined ? `${afterwards === undefined ? 'on PATH, ' : ''}once:` : `once, in ${file}:`,
      { code: line },
    ],
    ...(afterwards === undefined
      ? []
      : [[`in ${afterwards.file}:`, { code: afterwards.line }] satisfies Row]),
    ['without awsmfa:', { code: howToEvaluate(shell, '123456') }],
  ]
}

/** A command as the list of commands shows it: with its first operand. */
function nameCommand(word: CommandName): string {
  const [call = ''] = commandTexts[word].usage
  const [name, operand = ''] = call.replace('[option...] ', '').split(' ')
  if (/^[A-Z]+$/.test(operand)) return `${name} ${operand}`
  return operand === '[COMMAND' ? `${name} [COMMAND]` : word
}

function renderOptionNames(columns: number): string {
  const taken = optionsOf('export')
  const indent = ' '.repeat(2 + Math.max(...optionGroups.map(({ label }) => label.length)) + 2)
  return optionGroups
    .map(({ label, names }) => {
      const spelled = names.filter((name) => taken.includes(name)).map(spellOption)
      const lines = fill(spelled, '  ', columns - indent.length)
      return `${`  ${label}`.padEnd(indent.length)}${lines.join(`\n${indent}`)}\n`
    })
    .join('')
}

/** The page that `aws-mfa-env help options` shows: what each option does, and what stands in for it. */
export function renderOptionsHelp(page: Page): string {
  const order =
    'An option comes before a variable, a variable before a key of the profile; with --profile, the keys of that profile come before the variables, also when its session is renewed in the shell.'
  return [
    'What the options do, and what stands in for them.\n',
    ...renderGroups([...optionsOf('export'), 'unset'], page, standIns),
    renderParagraph(order, page.columns),
  ].join('\n')
}

/** The page that `--help` behind a command shows. */
export function renderCommandHelp(command: CommandName, page: Page): string {
  const { usage, about, examples } = commandTexts[command]
  const { columns, heading } = page
  const calls = usage.map((words) => `       aws-mfa-env ${words}\n`).join('')
  const rows: Row[] = [...shellRows(command, page.shell), ...examples]
  const taken = optionsOf(command)
  return [
    title(command),
    heading('usage:') + calls.slice('usage:'.length),
    ...about.map((text) => renderParagraph(text, columns)),
    ...(rows.length === 0 ? [] : [renderRows(rows, layOut(rows, '  ', columns, columns * 0.6))]),
    // Few options need no groups.
    taken.length > 8
      ? renderGroups(taken, page, () => '').join('')
      : renderOptions('options', taken, layOutOptions(taken, columns), page, () => ''),
  ].join('\n')
}

function title(command: CommandName): string {
  const { summary } = commandTexts[command]
  return `${summary.charAt(0).toUpperCase()}${summary.slice(1)}.\n`
}

/** What of a command's help depends on the shell that it is read in. */
function shellRows(command: CommandName, shell: ShellName): Row[] {
  if (command === 'unset') return [[howToEvaluate(shell, '--unset'), 'without the wrapper']]
  if (command !== 'init') return []
  const shells = Object.keys(setUps) as ShellName[]
  const alike = (name: ShellName) => shells.filter((other) => setUps[other].line === setUps[name].line)
  return shells
    .filter((name) => alike(name)[0] === name)
    .map((name) => [`${alike(name).join(', ')}: ${describePlace(setUps[name])}`, { code: setUps[name].line }])
}

/** The options in their groups, all in the same two columns. */
function renderGroups(
  names: readonly OptionName[],
  page: Page,
  more: (name: OptionName) => string,
): string[] {
  const layout = layOutOptions(names, page.columns)
  return optionGroups.flatMap((group) => {
    const own = group.names.filter((name) => names.includes(name))
    return own.length === 0 ? [] : [renderOptions(group.title, own, layout, page, more)]
  })
}

function renderOptions(
  heading: string,
  names: readonly OptionName[],
  layout: RowLayout,
  page: Page,
  more: (name: OptionName) => string,
): string {
  const rows = names.map((name): Row => [alignOption(name), options[name].help + more(name)])
  return `${page.heading(`${heading}:`)}\n${renderRows(rows, layout)}`
}

function layOutOptions(names: readonly OptionName[], columns: number): RowLayout {
  return layOut(
    names.map((name): Row => [alignOption(name), '']),
    '  ',
    columns,
  )
}

/** The long forms one below the other. */
function alignOption(name: OptionName): string {
  return 'alias' in options[name] ? spellOption(name) : `    ${spellOption(name)}`
}

function standIns(name: OptionName): string {
  const sources = describeSources(name)
  return sources === '' ? '' : `; else ${sources}`
}
