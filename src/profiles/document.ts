import { ByteLines } from './byte-lines.ts'
import { fingerprintOf, plainHeaderEnd, plainHeaderStart, scanPlainSection } from './plain-section.ts'
import { refusedHeaders, refusedInHeaders } from './sdk-keys.ts'
import { type Defect, type Section, SectionReader } from './section-reader.ts'

export type { Section } from './section-reader.ts'

/** An AWS config or credentials file, byte for byte: the sections and what precedes them cover it without a gap. */
export interface ProfileDocument {
  /** In the order of the file. */
  headers(): string[]
  /**
   * The sections in the order of the file: all, or those whose header has that text in it or something that it may be
   * hidden behind, a quote or a backslash.
   */
  sections(text?: string): Section[]
  /** Those that are [DEFAULT]. */
  defaults(): Section[]
  readonly defect: Defect | undefined
}

/** Parses a file as all tools would have to: `SectionReader` has the rules. */
export function parseProfileDocument(bytes: Buffer): ProfileDocument {
  const lines = new ByteLines(bytes)
  const quick = new Document(lines, !lines.hasLoneCarriageReturn() && !bytes.includes(refusedInHeaders))
  return quick.mayRepeatHeader() ? new Document(lines, false) : quick
}

class Document implements ProfileDocument {
  private readonly lines: ByteLines
  private readonly reader = new SectionReader()
  /** Where the plain sections begin, which are read when they are wanted, and fingerprints of their headers. */
  private readonly plainStarts: number[] = []
  private readonly fingerprints: number[] = []

  constructor(lines: ByteLines, quick: boolean) {
    this.lines = lines
    if (lines.hasByteOrderMark()) this.reader.report(1, 'the file begins with a byte order mark')
    const malformed = lines.malformedLine()
    if (malformed !== undefined) this.reader.report(malformed.number, 'the line is not UTF-8')
    for (let start = 0; start < lines.bytes.length; ) {
      const plainEnd = quick ? this.notePlainSection(start) : -1
      start = plainEnd < 0 ? this.readLine(start, this.reader) : plainEnd
    }
  }

  get defect(): Defect | undefined {
    return this.reader.defect
  }

  headers(): string[] {
    const plain = this.plainStarts.map((start) => ({ start, header: this.plainHeader(start) }))
    return inOrder([...plain, ...this.reader.sections]).map(({ header }) => header)
  }

  sections(text = ''): Section[] {
    const starts = text === '' ? this.plainStarts : this.plainStartsWith(text)
    const read = this.reader.sections.filter(({ header }) => header.includes(text) || /["'\\]/.test(header))
    return inOrder([...starts.flatMap((start) => this.readPlain(start)), ...read])
  }

  defaults(): Section[] {
    return this.reader.sections.filter(({ header }) => header === 'DEFAULT')
  }

  /** Whether a plain header could be the same as another or as one that is refused; the reader knows of its own. */
  mayRepeatHeader(): boolean {
    if (this.plainStarts.length === 0) return false
    const others = this.reader.sections.map(({ header }) => header).filter((header) => header !== 'DEFAULT')
    const fingerprints = [...others, ...refusedHeaders].map(fingerprintOfText)
    const sorted = new Float64Array(this.fingerprints.length + fingerprints.length)
    sorted.set(this.fingerprints)
    sorted.set(fingerprints, this.fingerprints.length)
    sorted.sort()
    for (let index = 1; index < sorted.length; index += 1) {
      if (sorted[index] === sorted[index - 1]) return true
    }
    return false
  }

  /** The offset behind a plain section; -1 where there is none. */
  private notePlainSection(start: number): number {
    const { bytes } = this.lines
    const end = scanPlainSection(bytes, start)
    if (end < 0) return -1
    const fingerprint = fingerprintOf(bytes, start + 1, plainHeaderEnd(bytes, start))
    // All [DEFAULT] are one for botocore.
    if (fingerprint === defaultFingerprint) return -1
    this.plainStarts.push(start)
    this.fingerprints.push(fingerprint)
    return end
  }

  private readLine(start: number, reader: SectionReader): number {
    const line = this.lines.at(start)
    reader.take(line)
    return line.end
  }

  private plainHeader(start: number): string {
    return this.lines.bytes.toString('latin1', start + 1, plainHeaderEnd(this.lines.bytes, start))
  }

  /** Those whose header has the text in it: found by the text, since to look at 100,000 headers takes longer. */
  private plainStartsWith(text: string): number[] {
    const { bytes } = this.lines
    const found: number[] = []
    for (let at = bytes.indexOf(text); at >= 0; ) {
      const start = plainHeaderStart(bytes, at)
      if (this.isPlain(start) && this.plainHeader(start).includes(text)) found.push(start)
      // A header has a line of its own.
      const ending = bytes.indexOf('\n', at)
      at = ending < 0 ? -1 : bytes.indexOf(text, ending + 1)
    }
    return found
  }

  private isPlain(start: number): boolean {
    let from = 0
    let to = this.plainStarts.length
    while (from < to) {
      const middle = (from + to) >> 1
      if ((this.plainStarts[middle] ?? 0) < start) from = middle + 1
      else to = middle
    }
    return this.plainStarts[from] === start
  }

  private readPlain(start: number): Section[] {
    const { bytes } = this.lines
    const reader = new SectionReader()
    let end = start
    do end = this.readLine(end, reader)
    while (end < bytes.length && plainHeaderEnd(bytes, end) < 0)
    return reader.sections
  }
}

function fingerprintOfText(text: string): number {
  const bytes = Buffer.from(text)
  return fingerprintOf(bytes, 0, bytes.length)
}

const defaultFingerprint = fingerprintOfText('DEFAULT')

function inOrder<T extends { readonly start: number }>(found: T[]): T[] {
  return found.sort((one, other) => one.start - other.start)
}
