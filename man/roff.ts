/** What of a text the page sets off: the program, options, variables and keys in bold, placeholders in italics. */
const marked =
  /(?<![\w-])(?:(?<bold>--?[a-z][a-z-]*|aws-mfa-env|awsmfa|[A-Z]+(?:_[A-Z]+)+|[a-z]+(?:_[a-z]+)+)|(?<italic>[A-Z]{3,}))(?![\w-])/g

/** Abbreviations that are no placeholders. */
const plain = new Set([
  'ARN',
  'AWS',
  'FIDO',
  'IAM',
  'JSON',
  'MFA',
  'STS',
  'TLS',
  'URL',
  'FIPS',
  'CLI',
  'HTTPS',
  'PATH',
])

/** A text that roff prints as it is. */
export function literal(text: string): string {
  return text
    .replace(/\\/g, '\\e')
    .replace(/-/g, '\\-')
    .replace(/'/g, '\\(aq')
    .replace(/~/g, '\\(ti')
    .replace(/\^/g, '\\(ha')
    .replace(/`/g, '\\(ga')
}

function emphasize(text: string): string {
  let end = 0
  let set = ''
  for (const match of text.matchAll(marked)) {
    const { bold, italic = '' } = match.groups ?? {}
    if (bold === undefined && plain.has(italic)) continue
    set += escapeProse(text.slice(end, match.index))
    set += bold === undefined ? `\\fI${italic}\\fP` : `\\fB${literal(bold)}\\fP`
    end = match.index + match[0].length
  }
  return set + escapeProse(text.slice(end))
}

/** In prose a hyphen may be broken at, and an apostrophe is one. */
function escapeProse(text: string): string {
  return text.replace(/\\/g, '\\e').replace(/~/g, '\\(ti').replace(/\^/g, '\\(ha')
}

/** Prose, each sentence and no more than 80 characters on a line, as roff's own manuals ask. */
export function prose(text: string): string {
  return text
    .split(/(?<=[.?!]) (?=[A-Z])/)
    .flatMap((sentence) => breakLines(emphasize(sentence)))
    .map((line) => `${line.replace(/^[.']/, '\\&$&')}\n`)
    .join('')
}

function breakLines(text: string): string[] {
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const line = lines.at(-1)
    if (line === undefined || line.length + 1 + word.length > 78) lines.push(word)
    else lines[lines.length - 1] = `${line} ${word}`
  }
  return lines
}

/** A heading is followed by a paragraph as it is. */
export function section(title: string, ...parts: string[]): string {
  return `.SH ${title}\n${parts.join('').replace(/^\.PP\n/, '')}`
}

export const subsection = (title: string, ...parts: string[]) => `.SS "${title}"\n${parts.join('')}`
export const paragraph = (text: string) => `.PP\n${prose(text)}`

/** An entry of a list: its head as it is typed, and prose. */
export function entry(head: string, text: string): string {
  return `.TP\n${emphasize(head)}\n${prose(text)}`
}

/** Lines that are shown as they are. */
export function listing(...lines: string[]): string {
  return `.PP\n.RS 4\n.nf\n${lines.map((line) => `${literal(line).replace(/^[.']/, '\\&$&')}\n`).join('')}.fi\n.RE\n`
}
