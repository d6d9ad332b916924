import { describe, expect, it } from 'vitest'
import { type ProfileDocument, parseProfileDocument } from '../../src/profiles/document.ts'
import { generatePairs } from './generated-files.ts'
import { nastyFiles } from './nasty-files.ts'

const entries = ({ sections }: ProfileDocument) => sections.flatMap((section) => section.entries)

describe('a nasty file', () => {
  it.each(nastyFiles)('$name', ({ bytes, reads, defect, disputed = {} }) => {
    const document = parseProfileDocument(bytes)
    const read = document.sections.map(({ header, entries }) => [
      header,
      Object.fromEntries(entries.map(({ key, value }) => [key, value])),
    ])
    expect(read).toEqual(reads)
    expect(document.defect).toEqual(defect && { line: defect[0], what: defect[1] })
    const found = entries(document).flatMap((entry) => (entry.disputed ? [[entry.key, entry.disputed]] : []))
    expect(Object.fromEntries(found)).toEqual(disputed)
    expectCover(bytes, document)
  })

  it('of 100,000 sections', () => {
    const names = Array.from({ length: 100_000 }, (_, n) => `p${n}`)
    const { sections, defect } = parseProfileDocument(
      Buffer.from(names.map((name) => `[${name}]\n`).join('')),
    )
    expect(sections.map(({ header }) => header)).toEqual(names)
    expect(defect).toBeUndefined()
  })

  it('of 10 MB', () => {
    const profile = (n: number) => `[profile p${n}]\naws_access_key_id = AKIA${n}\nregion = eu-west-1\n`
    const text = Array.from({ length: 160_000 }, (_, n) => profile(n)).join('')
    expect(text.length).toBeGreaterThan(10_000_000)
    const { sections, defect } = parseProfileDocument(Buffer.from(text))
    expect(sections).toHaveLength(160_000)
    expect(sections.at(-1)?.entries.map(({ value }) => value)).toEqual(['AKIA159999', 'eu-west-1'])
    expect(defect).toBeUndefined()
  })
})

describe('the lines of a document', () => {
  it('are numbered as an editor does, and found by their bytes', () => {
    const bytes = Buffer.from('# \u00e4\n\n[mfa]\r\nregion = \u00e4\r\n\n  more\n# c\nx = y')
    const [section] = parseProfileDocument(bytes).sections
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

/** Sections follow one another to the end of the file, entries lie in theirs, and all begin and end with a line. */
function expectCover(bytes: Buffer, { sections }: ProfileDocument): void {
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
