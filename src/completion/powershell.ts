import type { Completion } from './complete.ts'

/**
 * The question is the words up to the cursor, in UTF-8 and base64 with a NUL between them: one word that reaches the
 * program as it is, past Windows PowerShell's quoting and the cmd in which npm's shim runs. The answer is in ASCII with
 * .NET's escapes, since the console's code page decodes it: the text to insert, the text to show, and a tip. Another
 * command is answered with a tab and the index of its first word.
 */
export function answerPowerShell(
  [question = '']: readonly string[],
  complete: (words: readonly string[]) => Completion,
): string {
  const words = Buffer.from(question, 'base64').toString().split('\0')
  const completion = complete(words)
  if ('commandAt' in completion) return `\t${completion.commandAt}\n`
  const { before, candidates } = completion
  const fitting = candidates.filter(({ value }) => `${before}${value}`.startsWith(words.at(-1) ?? ''))
  const lines = fitting.map(({ value, help }) => [quote(`${before}${value}`), value, help || value])
  return lines.map((line) => `${line.map(escapeAscii).join('\t')}\n`).join('')
}

/** In single quotes unless it is sure to be one word, and the same, without: a function might get `1e3` as 1000. */
function quote(text: string): string {
  const isPlain = /^[\w./:=+-]+$/.test(text) && !number.test(text)
  return isPlain ? text : `'${text.replace(/['‘’‚‛]/g, '$&$&')}'`
}

/** about_Numeric_Literals. */
const number = /^[+-]?(0[xb][\da-f]+|\d+\.?\d*|\.\d+)(e[+-]?\d+)?(u?[ysl]?|[dn])([kmgtp]b)?$/i

/** For [regex]::Unescape. */
function escapeAscii(text: string): string {
  return text
    .replaceAll('\\', '\\\\')
    .replace(/[^ -~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
}
