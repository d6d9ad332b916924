import { describe, expect, it } from 'vitest'
import { type ProfileDocument, parseProfileDocument } from '../../src/profiles/document.ts'
import { generatePairs } from './generated-files.ts'
import { nastyFiles } from './nasty-files.ts'

const entries = (document: ProfileDocument) => document.sections().flatMap((section) => section.entries)

describe('a nasty file', () => {
  it.each(nastyFiles)('$name', ({ bytes, reads, defect, disputed = {} }) => {
    const document = parseProfileDocument(bytes)
    const read = document
      .sections()
      .map(({ header, entries }) => [
        header,
        Object.fromEntries(entries.map(({ key, value }) => [key, value])),
      ])
    expect(read).toEqual(reads)
    expect(document.defect).toEqual(defect && { line: defect[0], what: defect[1] })
    const found = entries(document).flatMap((entry) => (entry.disputed ? [[entry.key, entry.disputed]] : []))
    expect(Object.fromEntries(found)).toEqual(disputed)
    expectCover(bytes, document)
  })

  it('of 100,000 sections', { tags: 'slow' }, () => {
    const names = Array.from({ length: 100_000 }, (_, n) => `p${n}`)
    const document = parseProfileDocument(Buffer.from(names.map((name) => `[${name}]\n`).join('')))
    expect(document.headers()).toEqual(names)
    expect(document.sections().map(({ header }) => header)).toEqual(names)
    expect(document.defect).toBeUndefined()
  })

  it('of 10 MB', { tags: 'slow' }, () => {
    const profile = (n: number) => `[profile p${n}]\naws_access_key_id = AKIA${n}\nregion = eu-west-1\n`
    const text = Array.from({ length: 160_000 }, (_, n) => profile(n)).join('')
    expect(text.length).toBeGreaterThan(10_000_000)
    const document = parseProfileDocument(Buffer.from(text))
    const sections = document.sections()
    expect(sections).toHaveLength(160_000)
    expect(sections.at(-1)?.entries.map(({ value }) => value)).toEqual(['AKIA159999', 'eu-west-1'])
    expect(document.defect).toBeUndefined()
  })
})

describe('the lines of a document', () => {
  it('are numbered as an editor does, and found by their bytes', () => {
    const bytes = Buffer.from('# \u00e4\n\n[mfa]\r\nregion = \u00e4\r\n\n  more\n# c\nx = y')
    const [section] = parseProfileDocument(bytes).sections()
    expect(section).toMatchObject({ line: 3, start: 6, end: bytes.length })
    const texts = section?.entries.map(({ line, start, end }) => [line, bytes.toString('utf8', start, end)])
    expect(texts).toEqual([
      [4, 'region = \u00e4\r\n\n  more\n'],
      [8, 'x = y'],
    ])
  })

  it('are covered by the sections without a gap, in generated files too', () => {
    for (const { config, credentials } of generatePairs(500, 100, 2)) {
      for (const bytes of [config, credentials]) expectCover(bytes, parseProfileDocument(bytes))
    }
  })
})

describe('a section whose lines need not be read to find its defects', () => {
  const wholes = [
    ...nastyFiles.map(({ bytes }) => bytes),
    ...[...generatePairs(2000, 0, 3), ...generatePairs(2000, 3, 4), ...generatePairs(1000, 100, 5)].flatMap(
      ({ config, credentials }) => [config, credentials],
    ),
  ]

  // A line of one blank is nothing to any tool, but no part of such a section.
  it.each(['\n', '\r\n'])('is read as line by line, with lines that end in %j', (ending) => {
    for (const whole of wholes) {
      const bytes = Buffer.from(whole.toString('latin1').replace(/\r?\n/g, ending), 'latin1')
      const blanks = bytes.toString('latin1').replace(/^\[.*\]\r?\n/gm, (header) => `${header} \n`)
      expect(withoutLines(bytes), bytes.toString()).toEqual(withoutLines(Buffer.from(blanks, 'latin1')))
    }
  })

  // A name may come from AWS_PROFILE, with anything in it.
  it.each(['a', 'p1', ' ', ']', 'DEFAULT', '\n', '\n ', 'a]\n'])('is found by %j in its header', (text) => {
    for (const whole of wholes.slice(0, 1500)) {
      const document = parseProfileDocument(whole)
      const expected = document
        .sections()
        .filter(({ header }) => header.includes(text) || /["'\\]/.test(header))
      expect(document.sections(text), whole.toString()).toEqual(expected)
    }
  })

  it('is known by its header, also where another tool reads that differently', () => {
    const document = parseProfileDocument(Buffer.from('[profile a]\nx = 1\n[constructor]\n[profile b]\n'))
    expect(document.defect).toEqual({ line: 3, what: 'no tool in JavaScript can have a [constructor]' })
    expect(parseProfileDocument(Buffer.from('[a]\n[b #c]\n')).defect?.line).toBe(2)
    const again = parseProfileDocument(Buffer.from('[a]\n[b]\n\ty\n[c]\n[b]\n[a]\n'))
    expect(again.defect).toEqual({ line: 3, what: expect.stringContaining('neither') })
    expect(parseProfileDocument(Buffer.from('[a]\n[b]\n \n[c]\n[b]\n[a]\n')).defect?.line).toBe(5)
  })
})

function withoutLines(bytes: Buffer) {
  const document = parseProfileDocument(bytes)
  return {
    defect: document.defect?.what,
    headers: document.headers(),
    sections: document.sections().map(({ header, entries, sdkValues }) => ({
      header,
      entries: entries.map(({ key, value, disputed }) => ({ key, value, disputed })),
      sdkValues: [...sdkValues].map(([key, { value }]) => [key, value]),
    })),
  }
}

/** Sections follow one another to the end of the file, entries lie in theirs, and all begin and end with a line. */
function expectCover(bytes: Buffer, document: ProfileDocument): void {
  const sections = document.sections()
  const faults: string[] = []
  const demand = (holds: boolean, fault: string) => {
    if (!holds) faults.push(fault)
  }
  for (const [index, section] of sections.entries()) {
    const next = sections[index + 1]
    demand(section.end === (next?.start ?? bytes.length), `[${section.header}] ends before the next section`)
    demand(atLineBound(bytes, section.start), `[${section.header}] begins within a line`)
    demand(lineAt(bytes, section.start) === section.line, `[${section.header}] has the wrong line number`)
    let previous = section.start
    for (const { key, line, start, end } of section.entries) {
      demand(start >= previous && end > start && end <= section.end, `${key} is outside its place`)
      demand(atLineBound(bytes, start) && atLineBound(bytes, end), `${key} begins or ends within a line`)
      demand(lineAt(bytes, start) === line, `${key} has the wrong line number`)
      previous = end
    }
    demand(
      section.entries[0] === undefined || section.entries[0].start > section.start,
      'an entry is a header',
    )
  }
  expect(faults, JSON.stringify(bytes.toString())).toEqual([])
}

function atLineBound(bytes: Buffer, offset: number): boolean {
  const before = bytes.toString('latin1', Math.max(0, offset - 1), offset)
  const after = bytes.toString('latin1', offset, offset + 1)
  return offset === 0 || offset === bytes.length || before === '\n' || (before === '\r' && after !== '\n')
}

function lineAt(bytes: Buffer, offset: number): number {
  return (bytes.toString('latin1', 0, offset).match(/\r\n|\n|\r/g) ?? []).length + 1
}
