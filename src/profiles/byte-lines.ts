import { isAscii, isUtf8 } from 'node:buffer'

/** A line of a file. Offsets are of bytes; `end` is behind the line end. */
export interface Line {
  readonly text: string
  readonly ending: '\r\n' | '\n' | '\r' | ''
  /** Counted from 1. */
  readonly number: number
  readonly start: number
  readonly end: number
}

const [feed, carriage] = [10, 13]

/** A file's bytes, line by line: a line ends in a line feed, a carriage return, or both. */
export class ByteLines {
  readonly bytes: Buffer
  private readonly isAscii: boolean
  private counted = { start: 0, number: 1 }

  constructor(bytes: Buffer) {
    this.bytes = bytes
    this.isAscii = isAscii(bytes)
  }

  /** The line that begins there. Lines that are asked for in the order of the file are counted once. */
  at(start: number): Line {
    const { bytes } = this
    let stop = start
    while (stop < bytes.length && bytes[stop] !== feed && bytes[stop] !== carriage) stop += 1
    const ending = this.endingAt(stop)
    const text = bytes.toString(this.isAscii ? 'latin1' : 'utf8', start, stop)
    return { text, ending, number: this.numberAt(start), start, end: stop + ending.length }
  }

  hasByteOrderMark(): boolean {
    return this.bytes.subarray(0, 3).equals(Buffer.of(0xef, 0xbb, 0xbf))
  }

  hasLoneCarriageReturn(): boolean {
    const { bytes } = this
    let at = bytes.indexOf(carriage)
    while (at >= 0 && bytes[at + 1] === feed) at = bytes.indexOf(carriage, at + 1)
    return at >= 0
  }

  /** The first line that is not UTF-8. */
  malformedLine(): Line | undefined {
    const { bytes } = this
    if (this.isAscii || isUtf8(bytes)) return undefined
    let line = this.at(0)
    while (isUtf8(bytes.subarray(line.start, line.end))) line = this.at(line.end)
    return line
  }

  private endingAt(stop: number): Line['ending'] {
    if (this.bytes[stop] === feed) return '\n'
    if (this.bytes[stop] === undefined) return ''
    return this.bytes[stop + 1] === feed ? '\r\n' : '\r'
  }

  private numberAt(start: number): number {
    const { bytes, counted } = this
    let { start: at, number } = counted.start <= start ? counted : { start: 0, number: 1 }
    for (; at < start; at += 1) {
      if (bytes[at] === feed || (bytes[at] === carriage && bytes[at + 1] !== feed)) number += 1
    }
    this.counted = { start, number }
    return number
  }
}
