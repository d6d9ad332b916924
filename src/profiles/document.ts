/** One `key = value` of a section. Offsets are of bytes in the file; `end` is behind the line end. */
export interface Entry {
  /** In lower case, as botocore looks it up. */
  readonly key: string
  /** Continuation lines follow one another behind line feeds. */
  readonly value: string
  /** Counted from 1. */
  readonly line: number
  readonly start: number
  readonly end: number
  /** What makes botocore and the SDK for JavaScript read this entry differently; undefined where they agree. */
  readonly disputed: string | undefined
}

/** A section from its header to the next one, or to the end of the file. */
export interface Section {
  readonly header: string
  readonly line: number
  readonly start: number
  readonly end: number
  readonly entries: readonly Entry[]
  readonly disputed: string | undefined
}

/** An AWS config or credentials file, byte for byte: the sections and what precedes them cover it without a gap. */
export interface ProfileDocument {
  readonly sections: readonly Section[]
  /** The first line for which the AWS CLI refuses the whole file, or reads it otherwise than the SDKs. */
  readonly defect: { readonly line: number; readonly what: string } | undefined
}

interface Line {
  readonly text: string
  readonly ending: string
  readonly number: number
  readonly start: number
  readonly end: number
}

type Growing<T> = { -readonly [Key in keyof T]: T[Key] }
type OpenSection = Growing<Omit<Section, 'entries'>> & { entries: Growing<Entry>[] }

/**
 * The file as botocore's parser takes it (Python's RawConfigParser, strict, no inline comments), with a word on
 * each place that the SDK for JavaScript's parser takes otherwise.
 */
export function parseProfileDocument(bytes: Buffer): ProfileDocument {
  const reading = new Reading()
  const encoding = encodingDefect(bytes)
  if (encoding !== undefined) reading.report(encoding.line, encoding.what)
  for (const line of splitLines(bytes.toString('latin1'))) reading.take(line)
  return { sections: reading.sections, defect: reading.defect }
}

function encodingDefect(bytes: Buffer): ProfileDocument['defect'] {
  if (bytes.subarray(0, 3).equals(Buffer.of(0xef, 0xbb, 0xbf))) {
    return { line: 1, what: 'the file begins with a byte order mark' }
  }
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    const lines = splitLines(bytes.toString('latin1'))
    const line = lines.find(({ text }) => decode(text).includes('\ufffd'))
    return { line: line?.number ?? 1, what: 'the line is not UTF-8' }
  }
  return undefined
}

function splitLines(text: string): Line[] {
  const lines: Line[] = []
  for (const { 0: whole, 1: content = '', 2: ending = '', index: start } of text.matchAll(
    /([^\r\n]*)(\r\n|\n|\r|$)/g,
  )) {
    if (whole === '') break
    lines.push({ text: content, ending, number: lines.length + 1, start, end: start + whole.length })
  }
  return lines
}

const decode = (latin1: string) => Buffer.from(latin1, 'latin1').toString('utf8')

class Reading {
  readonly sections: OpenSection[] = []
  defect: ProfileDocument['defect']
  private readonly headers = new Set<string>()
  private entry: Growing<Entry> | undefined
  private indentation = 0
  /** The SDK for JavaScript takes indented keys behind an empty value as that value's own. */
  private emptyValueOpen = false

  report(line: number, what: string): void {
    this.defect ??= { line, what }
  }

  take(line: Line): void {
    const section = this.sections.at(-1)
    if (section !== undefined) section.end = line.end
    if (line.ending === '\r') this.report(line.number, 'the line ends in a carriage return alone')
    const text = decode(line.text)
    const trimmed = text.trim()
    if (trimmed === '' || /^[#;]/.test(trimmed)) return
    const indentation = text.search(/\S/)
    if (this.entry !== undefined && indentation > this.indentation) {
      this.continue(this.entry, line, trimmed)
      return
    }
    this.indentation = indentation
    const header = /^\[(.+)\]/s.exec(trimmed)?.[1]
    if (header !== undefined) this.open(header, trimmed, line)
    else if (section === undefined) this.report(line.number, 'the line stands before the first [section]')
    else this.add(section, trimmed, indentation > 0, line)
  }

  private continue(entry: Growing<Entry>, line: Line, trimmed: string): void {
    if (/^\[.+\]/s.test(trimmed)) {
      this.report(line.number, 'an indented [section] continues the value above it for the AWS CLI')
    }
    entry.value += `\n${trimmed}`
    entry.end = line.end
    entry.disputed ??= 'an indented line continues it'
  }

  private open(header: string, trimmed: string, line: Line): void {
    if (header !== 'DEFAULT' && this.headers.has(header)) {
      this.report(line.number, `[${header}] stands in the file a second time`)
    }
    this.headers.add(header)
    const uncommented = trimmed.split(/\s[;#]/)[0]?.trim()
    const disputed = uncommented === `[${header}]` ? undefined : 'there is text behind its header'
    this.entry = undefined
    this.emptyValueOpen = false
    this.sections.push({ header, line: line.number, start: line.start, end: line.end, entries: [], disputed })
  }

  private add(section: OpenSection, trimmed: string, indented: boolean, line: Line): void {
    const match = /^(.*?)\s*([=:])\s*(.*)$/s.exec(trimmed)
    if (match === null || match[1] === '') {
      this.report(line.number, 'the line is neither a [section] nor a key = value')
      return
    }
    const [, typed = '', delimiter, value = ''] = match
    const key = typed.toLowerCase()
    if (section.entries.some((entry) => entry.key === key)) {
      this.report(line.number, `${key} stands in [${section.header}] a second time`)
    }
    if (value !== '' && !indented) this.emptyValueOpen = false
    const disputed = disputeOf(typed, delimiter, value, this.emptyValueOpen && indented)
    if (value === '') this.emptyValueOpen = true
    this.entry = { key, value, line: line.number, start: line.start, end: line.end, disputed }
    section.entries.push(this.entry)
  }
}

function disputeOf(
  typed: string,
  delimiter: string | undefined,
  value: string,
  nested: boolean,
): string | undefined {
  if (delimiter === ':') return 'a colon stands where an equals sign belongs'
  if (typed !== typed.toLowerCase()) return 'its name is not in lower case'
  if (/(^|\s)[;#]/.test(value)) return 'a # or ; in its value begins a comment for some tools'
  if (nested) return 'it is indented behind an empty value'
  return undefined
}
