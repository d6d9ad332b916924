import type { Key } from 'node:readline'
import { ExitCode, Failure, printable } from '../errors.ts'
import type { Terminal } from '../terminal.ts'

/**
 * Has the user choose one of the rows on the terminal, with keys, or by its number where the cursor cannot be moved.
 * @param rows one line each, at least one of them; made printable here
 * @returns the index of the chosen row; undefined where the user leaves without a choice (Esc, Ctrl-D)
 * @throws {Failure} interrupted, by Ctrl-C
 */
export async function chooseFromMenu(
  terminal: Terminal,
  title: string,
  rows: readonly string[],
): Promise<number | undefined> {
  const texts = rows.map(printable)
  return terminal.dumb ? askForNumber(terminal, title, texts) : moveToRow(terminal, title, texts)
}

async function askForNumber(
  terminal: Terminal,
  title: string,
  rows: readonly string[],
): Promise<number | undefined> {
  terminal.say([title, ...rows.map(withNumber), ''].join('\n'))
  for (;;) {
    const line = await terminal.ask(`its number (1-${rows.length}): `)
    if (line === undefined) {
      terminal.say('\n')
      return undefined
    }
    const number = /^\d+$/.test(line.trim()) ? Number(line) : 0
    if (number >= 1 && number <= rows.length) return number - 1
  }
}

async function moveToRow(
  terminal: Terminal,
  title: string,
  rows: readonly string[],
): Promise<number | undefined> {
  const last = rows.length - 1
  const head = `${title} (1-${rows.length}: arrows or number, Enter)`
  const numbered = rows.map(withNumber)
  let row = 0
  let typed = ''
  let back = ''
  const draw = () => {
    const lines = renderMenu(head, numbered, row, terminal.size)
    const text = back + lines.join('\n')
    back = `\r\x1b[${lines.length - 1}A\x1b[J`
    return text
  }
  const end = await terminal.readKeys(draw(), (key) => {
    const ended = endOf(key)
    if (ended !== undefined) return ended
    typed = typeDigit(typed, key, rows.length)
    row = typed === '' ? (moves[key.name ?? '']?.(row, last) ?? row) : Number(typed) - 1
    terminal.say(draw())
  })
  const chosen = end === 'chosen' ? row : undefined
  terminal.say(`${back}${title}${chosen === undefined ? '' : `: ${rows[chosen]}`}\n`)
  if (end === 'interrupted') throw new Failure(ExitCode.interrupted, 'interrupted')
  return chosen
}

const withNumber = (row: string, index: number) => `${index + 1}) ${row}`

const up = (row: number, last: number) => (row === 0 ? last : row - 1)
const down = (row: number, last: number) => (row === last ? 0 : row + 1)

/** By Node.js' names for keys. */
const moves: Readonly<Record<string, (row: number, last: number) => number>> = {
  up,
  k: up,
  down,
  j: down,
  home: () => 0,
  end: (_row, last) => last,
}

function endOf({ name, ctrl }: Key): 'chosen' | 'interrupted' | 'left' | undefined {
  if (ctrl && name === 'c') return 'interrupted'
  if (name === 'escape' || (ctrl && name === 'd')) return 'left'
  return name === 'return' || name === 'enter' ? 'chosen' : undefined
}

/** The number of a row, which may take several digits; empty for another key, and where there is no such row. */
function typeDigit(typed: string, { sequence = '' }: Key, count: number): string {
  if (!/^[0-9]$/.test(sequence)) return ''
  return [typed + sequence, sequence].find((number) => Number(number) >= 1 && Number(number) <= count) ?? ''
}

/** The title and the rows around the current one, as many as fit the screen; the last line ends where it is. */
function renderMenu(title: string, rows: readonly string[], row: number, size: Terminal['size']): string[] {
  const height = Math.min(rows.length, Math.max(1, size.rows - 1))
  const first = Math.min(Math.max(0, row - Math.floor(height / 2)), rows.length - height)
  const shown = rows.slice(first, first + height)
  const lines = shown.map((text, index) => `${first + index === row ? '>' : ' '} ${text}`)
  // A character in the last column may already wrap.
  return [title, ...lines].map((line) => cut(line, size.columns - 1))
}

/** Takes from the middle, since it is the end that tells one ARN from another. */
function cut(line: string, columns: number): string {
  const characters = [...line]
  if (widthOf(characters) <= columns) return line
  while (characters.length > 0 && widthOf(characters) + 3 > columns) {
    characters.splice(Math.floor(characters.length / 2), 1)
  }
  return characters.toSpliced(Math.floor(characters.length / 2), 0, '...').join('')
}

/** In columns; some characters outside of ASCII take two, and a row may be shorter than it could be. */
function widthOf(characters: readonly string[]): number {
  return characters.reduce((width, character) => width + (character <= '~' ? 1 : 2), 0)
}
