import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { ExitCode } from '../../src/errors.ts'
import { optionsOf, sourcesOf } from '../../src/help/option-texts.ts'
import { setUps } from '../../src/help/set-up.ts'
import { type CommandName, commandWords, type OptionName, options } from '../../src/options.ts'

const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8')

/** The cells of the table whose head begins with these, row by row. */
function readTable(...head: string[]): string[][] {
  const [, table = ''] = readme.split(new RegExp(`^ *\\| ${head.join(' \\| ')} .*\\n.*\\n`, 'm'))
  const [rows = ''] = table.split(/^(?! *\|)/m)
  return rows.trim().split('\n').map(readRow)
}

function readRow(row: string): string[] {
  const cells = row
    .trim()
    .slice(1, -1)
    .split(/(?<!\\)\|/)
  return cells.map((cell) => cell.replaceAll('\\|', '|').trim())
}

const namesIn = (cell: string) =>
  [...cell.matchAll(/--([a-z][a-z-]*)/g)].map(([, name]) => name as OptionName)
const codeIn = (cell = '') => [...cell.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code)

const optionRows = readTable('option', 'variable', 'profile key', 'default')

describe("the README's table of options", () => {
  it.each(optionRows)('tells of %s what help tells', (option = '', variable = '', key = '') => {
    const names = namesIn(option)
    const sources = names.map(sourcesOf)
    expect(codeIn(key)).toEqual(sources.flatMap(({ keys }) => keys))
    // That list is too long for a cell.
    if (variable.startsWith('see ')) return
    const bare = (code: string) => code.replace(/=.*/, '').replace('..._IAM', 'AWS_ENDPOINT_URL_IAM')
    const told = codeIn(variable).filter((code) => code !== 'off')
    expect(told.map(bare)).toEqual(sources.flatMap(({ variables }) => variables).map(bare))
    for (const name of names) {
      const known = options[name]
      const alias = 'alias' in known ? known.alias : undefined
      const argument = 'argument' in known ? known.argument : undefined
      expect(option).toContain(argument === undefined ? `--${name}` : `--${name} ${argument}\``)
      expect(alias === undefined || option.includes(`\`-${alias}\``)).toBe(true)
    }
  })
})

describe("the README's table of commands", () => {
  const rows = readTable('command', 'takes')
  const all = optionRows.flatMap(([cell = '']) => namesIn(cell))

  it('has every command', () => {
    const named = rows.map(([cell = '']) => codeIn(cell)[0]?.split(' ')[0])
    expect(named.filter((name) => name !== 'aws-mfa-env' && name !== 'help')).toHaveLength(
      commandWords.length - 1,
    )
    expect(named).toEqual(expect.arrayContaining(commandWords.filter((word) => word !== 'help')))
  })

  it.each(rows)('%s takes what it does', (call = '', takes = '') => {
    const [typed = ''] = codeIn(call)
    const word = commandWords.find((candidate) => candidate === typed.split(' ')[0])
    const command: CommandName = word ?? (typed.includes('--unset') ? 'unset' : 'export')
    const [some = '', more = ''] = takes.split(';')
    const left = (Object.keys(options) as OptionName[]).filter(
      (name) => all.includes(name) && !namesIn(some).includes(name),
    )
    const told = some.startsWith('all') ? [...left, ...namesIn(more)] : namesIn(takes)
    const taken = optionsOf(command).filter((name) => !['unset', 'help', 'version'].includes(name))
    expect(told.toSorted()).toEqual(taken.toSorted())
  })
})

describe("the README's other tables", () => {
  it('have the lines that help has for the start-up files', () => {
    const told = readTable('shell', 'line', 'file').map(([, line = '']) => codeIn(line)[0])
    expect(new Set(told)).toEqual(new Set(Object.values(setUps).map(({ line }) => line)))
  })

  it('have the exit codes', () => {
    const told = readTable('code', 'means').map(([code]) => Number(code))
    const own = Object.values(ExitCode).filter(
      (code) => code !== ExitCode.notFound && code !== ExitCode.notRunnable,
    )
    expect(told).toEqual(own)
  })
})
