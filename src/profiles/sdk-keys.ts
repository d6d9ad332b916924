/** A value as the SDK for JavaScript reads it, and the line it takes it from. */
export interface SdkValue {
  readonly value: string
  readonly line: number
}

/** What one line gives. */
export interface SdkEntry {
  readonly key: string
  readonly value: string
}

/** The text between the brackets where the SDK for JavaScript takes a line as a header. */
export function sdkHeader(line: string): string | undefined {
  const text = uncomment(line)
  return text.startsWith('[') && text.endsWith(']') ? text.slice(1, -1) : undefined
}

/** For a section whose header has this in it the SDK for JavaScript loses what stands in it. */
export const refusedInHeaders = '__proto__'
/** For these it refuses the whole file. */
export const refusedHeaders: readonly string[] = Object.getOwnPropertyNames(Object.prototype)

/** Whether it does one or the other. */
export function sdkCannotHold(header: string): boolean {
  return header.includes(refusedInHeaders) || refusedHeaders.includes(header)
}

/**
 * The keys of one section as the SDK for JavaScript takes the same lines (`@smithy/core/config`, parseIni): the last
 * of two counts, comments begin anywhere, and what is indented behind an empty value is that key's own, as
 * `sts.endpoint_url`.
 */
export class SdkKeys {
  readonly values = new Map<string, SdkValue>()
  private group: string | undefined

  /** Takes the next line; answers the key and value that the SDK finds in it. */
  take(line: string, number: number): SdkEntry | undefined {
    const text = uncomment(line)
    const equals = text.indexOf('=')
    if (equals < 1) return undefined
    const name = text.slice(0, equals).trim()
    const value = text.slice(equals + 1).trim()
    if (value === '') {
      this.group = name
      return { key: name, value }
    }
    if (line.trimStart() === line) this.group = undefined
    const key = this.group === undefined ? name : `${this.group}.${name}`
    this.values.set(key, { value, line: number })
    return { key, value }
  }
}

function uncomment(line: string): string {
  return (/[;#]/.test(line) ? line.replace(/(^|\s)[;#].*/s, '') : line).trim()
}
