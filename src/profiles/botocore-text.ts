/** What Python's str.isspace says of a character; unlike \s of JavaScript it has U+0085 and not U+FEFF. */
const blank = /[\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/

/** The text without the blanks at both ends, by Python's str.strip. */
export function strip(text: string): string {
  let end = text.length
  while (end > 0 && isBlank(text, end - 1)) end--
  return text.slice(Math.min(indentationOf(text), end), end)
}

/** How many blanks stand before the text. */
export function indentationOf(text: string): number {
  let start = 0
  while (start < text.length && isBlank(text, start)) start++
  return start
}

function isBlank(text: string, at: number): boolean {
  const code = text.charCodeAt(at)
  return code > 0x20 && code < 0x7f ? false : blank.test(text.charAt(at))
}

/**
 * The keys in a value that consists of indented lines, by botocore's _parse_nested: in their own case, the last of
 * two counts.
 * @returns undefined where a line is no `key = value`, for which botocore refuses the whole file
 */
export function parseNested(value: string): ReadonlyMap<string, string> | undefined {
  const nested = new Map<string, string>()
  // These end a line for Python's str.splitlines.
  for (const line of value.split(/[\n-\r\x1c-\x1e\x85\u2028\u2029]/)) {
    const equals = line.indexOf('=')
    if (equals >= 0) nested.set(strip(line.slice(0, equals)), strip(line.slice(equals + 1)))
    else if (strip(line) !== '') return undefined
  }
  return nested
}
