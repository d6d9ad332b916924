/** How botocore splits a text into words: its compat_shell_split, which section names and credential_process share. */

/** Python's shlex.split; no words where it fails for an open quote. */
export function splitWords(text: string): string[] {
  const pieces = /([ \t\r\n]+)|([^ \t\r\n"'\\]+)|\\(.)|'([^']*)'|"((?:[^"\\]|\\.)*)"|./gs
  const words: string[] = []
  let word: string | undefined
  for (const [, blanks, plain, escaped, single, double] of text.matchAll(pieces)) {
    const part = plain ?? escaped ?? single ?? double?.replace(/\\(["\\])/g, '$1')
    if (part !== undefined) word = (word ?? '') + part
    else if (blanks === undefined) return []
    else if (word !== undefined) {
      words.push(word)
      word = undefined
    }
  }
  return word === undefined ? words : [...words, word]
}

/** The same on Windows, where its C runtime's rules count; no words where a quote stays open. */
export function splitWindowsWords(text: string): string[] {
  const pieces = /([ \t]+)|(\\*)"|(\\+|[^ \t"\\]+)/g
  const words: string[] = []
  let word: string | undefined
  let quoted = false
  for (const [piece, blanks, backslashes] of text.matchAll(pieces)) {
    if (blanks !== undefined && !quoted) {
      if (word !== undefined) words.push(word)
      word = undefined
    } else if (backslashes === undefined) word = (word ?? '') + piece
    else {
      // Half of the backslashes in front of a quote; an odd one makes the quote a character.
      const escapes = backslashes.length % 2 === 1
      word = (word ?? '') + '\\'.repeat(Math.floor(backslashes.length / 2)) + (escapes ? '"' : '')
      if (!escapes) quoted = !quoted
    }
  }
  if (quoted) return []
  return word === undefined ? words : [...words, word]
}
