/** How wide a text is set where it is not for a terminal. */
const defaultColumns = 80

/** Lines longer than this are hard to read. */
const maximumColumns = 100

/** A terminal's columns as a text is set in them; it may not know its own. */
export function usableColumns(columns: number | undefined): number {
  return Math.min(columns || defaultColumns, maximumColumns)
}

/** Pieces set one behind the other, in lines of at most `width` characters; a longer piece has a line of its own. */
export function fill(pieces: readonly string[], separator: string, width: number): string[] {
  const lines: string[] = []
  for (const piece of pieces) {
    const line = lines.at(-1)
    if (line === undefined || line.length + separator.length + piece.length > width) lines.push(piece)
    else lines[lines.length - 1] = line + separator + piece
  }
  return lines
}

function wrap(text: string, width: number): string[] {
  return fill(text.split(' '), ' ', width)
}

/** Prose, in lines of at most so many characters. */
export function renderParagraph(text: string, columns: number): string {
  return `${wrap(text, columns).join('\n')}\n`
}

/** The right half of a row is prose, which is wrapped, or code, which is not. */
export type Row = readonly [left: string, right: string | { readonly code: string }]

export interface RowLayout {
  readonly indent: string
  /** Where the right half begins. */
  readonly column: number
  readonly columns: number
}

/** A layout in which the right halves stand one below the other, but for those of rows whose left half is too long. */
export function layOut(
  rows: readonly Row[],
  indent: string,
  columns: number,
  longest = columns * 0.4,
): RowLayout {
  const lengths = rows.map(([left]) => left.length).filter((length) => length <= longest)
  return { indent, column: indent.length + Math.max(0, ...lengths) + 3, columns }
}

/** Rows as lines; a right half for which there is no room beside the left one stands below it. */
export function renderRows(rows: readonly Row[], layout: RowLayout): string {
  return rows.map((row) => renderRow(row, layout)).join('')
}

/** Less than this is no column to read in. */
const minimumWidth = 20

function renderRow([left, right]: Row, { indent, column, columns }: RowLayout): string {
  const head = indent + left
  const start = Math.max(column, head.length + 2)
  const text = typeof right === 'string' ? right : right.code
  if (text === '') return `${head}\n`
  if (start + text.length <= columns) return `${head.padEnd(start)}${text}\n`
  const below = Math.max(2, Math.min(indent.length + 4, columns - text.length))
  if (typeof right !== 'string') return `${head}\n${' '.repeat(below)}${text}\n`
  const beside = start === column && columns - column >= minimumWidth
  const at = beside ? column : below
  const lines = wrap(text, columns - at).map((line) => `${' '.repeat(at)}${line}\n`)
  return beside ? head + lines.join('').slice(head.length) : `${head}\n${lines.join('')}`
}
