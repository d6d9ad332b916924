import { indentationOf, parseNested, strip } from './botocore-text.ts'
import type { Line } from './byte-lines.ts'
import { type SdkEntry, SdkKeys, type SdkValue, sdkCannotHold, sdkHeader } from './sdk-keys.ts'

/** One `key = value` of a section. Offsets are of bytes in the file; `end` is behind the line end. */
interface Entry {
  /** In lower case, as botocore looks it up. */
  readonly key: string
  /** Continuation lines follow one another behind line feeds. */
  readonly value: string
  /** Counted from 1. */
  readonly line: number
  readonly start: number
  readonly end: number
  /** Why the SDK for JavaScript reads another key or value from these lines; undefined where it does not. */
  readonly disputed: string | undefined
}

/** A line for which the AWS CLI refuses the whole file, or divides it otherwise than the SDKs. */
export interface Defect {
  readonly line: number
  readonly what: string
}

/** A section from its header to the next one, or to the end of the file. */
export interface Section {
  readonly header: string
  readonly line: number
  readonly start: number
  readonly end: number
  readonly entries: readonly Entry[]
  /** What the SDK for JavaScript reads from the same lines. */
  readonly sdkValues: ReadonlyMap<string, SdkValue>
}

type Growing<T> = { -readonly [Key in keyof T]: T[Key] }
type OpenSection = Growing<Omit<Section, 'entries'>> & { entries: Growing<Entry>[] }

/**
 * Takes one line after another, as botocore's parser would (Python's RawConfigParser, strict, no inline comments), with
 * a word on each place that the SDK for JavaScript's parser takes otherwise.
 */
export class SectionReader {
  readonly sections: Section[] = []
  /** The first that was met. */
  defect: Defect | undefined
  private section: OpenSection | undefined
  private readonly headers = new Set<string>()
  /** All [DEFAULT] are one for botocore. */
  private readonly defaultKeys = new Set<string>()
  private keys = new Set<string>()
  private sdk = new SdkKeys()
  private entry: Growing<Entry> | undefined
  private valueWasEmpty = false
  private indentation = 0

  report(line: number, what: string): void {
    this.defect ??= { line, what }
  }

  take(line: Line): void {
    if (line.ending === '\r') this.report(line.number, 'the line ends in a carriage return alone')
    const bySdk = sdkHeader(line.text)
    const sdkEntry = bySdk === undefined ? this.sdk.take(line.text, line.number) : undefined
    const text = strip(line.text)
    if (text !== '' && !/^[#;]/.test(text)) this.read(line, text, bySdk, sdkEntry)
    if (this.section !== undefined) this.section.end = line.end
  }

  private read(line: Line, text: string, bySdk: string | undefined, sdkEntry: SdkEntry | undefined): void {
    const indentation = indentationOf(line.text)
    if (this.entry !== undefined && indentation > this.indentation) {
      this.continue(this.entry, text, bySdk !== undefined, line)
      return
    }
    this.indentation = indentation
    const header = /^\[(.+)\]/s.exec(text)?.[1]
    if (header !== bySdk) this.report(line.number, 'there is something beside the [section]')
    if (header !== undefined) this.open(header, line)
    else if (this.section === undefined)
      this.report(line.number, 'the line stands before the first [section]')
    else this.add(this.section, text, sdkEntry, line)
  }

  private continue(entry: Growing<Entry>, text: string, bySdk: boolean, line: Line): void {
    if (bySdk) this.report(line.number, 'an indented [section] continues the value above it for the AWS CLI')
    if (this.valueWasEmpty && parseNested(text) === undefined) {
      this.report(line.number, 'the line is no key = value, but continues an empty value')
    }
    entry.value += `\n${text}`
    entry.end = line.end
    entry.disputed ??= 'an indented line continues it'
  }

  private open(header: string, line: Line): void {
    if (header !== 'DEFAULT' && this.headers.has(header)) {
      this.report(line.number, `[${header}] stands in the file a second time`)
    }
    if (sdkCannotHold(header)) this.report(line.number, `no tool in JavaScript can have a [${header}]`)
    this.headers.add(header)
    this.keys = header === 'DEFAULT' ? this.defaultKeys : new Set()
    this.sdk = new SdkKeys()
    this.entry = undefined
    const { number, start, end } = line
    this.section = { header, line: number, start, end, entries: [], sdkValues: this.sdk.values }
    this.sections.push(this.section)
  }

  private add(section: OpenSection, text: string, sdkEntry: SdkEntry | undefined, line: Line): void {
    const delimiter = text.search(/[=:]/)
    if (delimiter < 1) {
      this.report(line.number, 'the line is neither a [section] nor a key = value')
      return
    }
    const typed = strip(text.slice(0, delimiter))
    const value = strip(text.slice(delimiter + 1))
    const key = typed.toLowerCase()
    if (this.keys.has(key)) this.report(line.number, `${key} stands in [${section.header}] a second time`)
    this.keys.add(key)
    const agreed = sdkEntry?.key === key && sdkEntry.value === value
    const disputed = agreed ? undefined : reasonOf(typed, text.charAt(delimiter), value, sdkEntry)
    this.entry = { key, value, line: line.number, start: line.start, end: line.end, disputed }
    this.valueWasEmpty = value === ''
    section.entries.push(this.entry)
  }
}

/** What makes botocore and the SDK for JavaScript read a line differently. */
function reasonOf(typed: string, delimiter: string, value: string, sdkEntry: SdkEntry | undefined): string {
  if (delimiter === ':') return 'a colon stands where an equals sign belongs'
  if (typed !== typed.toLowerCase()) return 'its name is not in lower case'
  if (/(^|\s)[;#]/.test(value)) return 'a # or ; in its value begins a comment for some tools'
  if (sdkEntry?.key.endsWith(`.${typed}`)) return 'it is indented behind an empty value'
  return 'a character beside its name or value is a blank for some tools'
}
