import type { Section } from './document.ts'

type Entry = Section['entries'][number]

/** A key and the value that it is to have. */
export type KeyValue = readonly [key: string, value: string]

/** The file with a section behind its end. It ends without a line end if it did so before. */
export function appendSection(old: Buffer, lines: readonly string[]): Buffer {
  const ending = lineEndingBefore(old, old.length)
  const unfinished = old.length > 0 && !endsLine(old)
  const text = lines.join(ending)
  return Buffer.concat([old, Buffer.from(unfinished ? ending + text : text + ending)])
}

/**
 * The file without a section's lines up to its last key: comments behind that belong to what follows. Where the file
 * then ends in a line end that only parted the section from a last line without one, that goes too.
 */
export function cutSection(old: Buffer, section: Section): Buffer {
  const end = section.entries.at(-1)?.end ?? section.end
  const unfinished = end === old.length && !endsLine(old)
  const before = old.subarray(0, section.start)
  const ending = unfinished && before.length > 0 ? lineEndingBefore(before, before.length).length : 0
  return Buffer.concat([before.subarray(0, before.length - ending), old.subarray(end)])
}

/**
 * The file with these values in a section, and without the dropped keys. A key that is there keeps its line, others
 * follow the last that is; everything else in the section stays. At least one of them has to be there, and each in
 * one line of the form `key = value`.
 */
export function editSection(
  old: Buffer,
  section: Section,
  values: readonly KeyValue[],
  dropped: readonly string[],
): Buffer {
  const present = section.entries.filter(({ key }) => values.some(([name]) => name === key))
  const missing = values.filter(([name]) => !present.some(({ key }) => key === name))
  const pieces: Buffer[] = []
  let position = 0
  for (const entry of section.entries) {
    const value = values.find(([name]) => name === entry.key)?.[1]
    if (value === undefined && !dropped.includes(entry.key)) continue
    pieces.push(old.subarray(position, entry.start))
    position = entry.end
    if (value === undefined) continue
    pieces.push(replaceValue(old, entry, value, entry === present.at(-1) ? missing : []))
  }
  return Buffer.concat([...pieces, old.subarray(position)])
}

/** The entry's line with another value, and more lines behind it that look the same. */
function replaceValue(old: Buffer, entry: Entry, value: string, more: readonly KeyValue[]): Buffer {
  const line = old.toString('utf8', entry.start, entry.end)
  const [, before = '', indentation = '', ending = ''] =
    /^((\s*)[^=]*=[ \t]*).*?(\r\n|\n|)$/s.exec(line) ?? []
  const lines = [before + value, ...more.map(([key, text]) => `${indentation}${key} = ${text}`)]
  return Buffer.from(lines.join(ending || lineEndingBefore(old, entry.start)) + ending)
}

function endsLine(bytes: Buffer): boolean {
  return bytes.at(-1) === 0x0a
}

/** The last line end before that offset; that of Unix where there is none. */
function lineEndingBefore(bytes: Buffer, offset: number): '\r\n' | '\n' {
  const feed = offset === 0 ? -1 : bytes.lastIndexOf(0x0a, offset - 1)
  return feed > 0 && bytes[feed - 1] === 0x0d ? '\r\n' : '\n'
}
