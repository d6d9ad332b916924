import type { Completion } from './complete.ts'

/** A word as it is typed, and the index in COMP_WORDS of its first piece. */
interface TypedWord {
  readonly raw: string
  readonly pieceAt: number
}

/**
 * The question is $COMP_WORDBREAKS, the line up to the cursor, and COMP_WORDS up to the cursor's. Readline puts what it
 * is told in the place of what stands behind the last word break or opening quote, as it is: the answer is cut and
 * quoted for there. Another command is answered with a tab and the index of its first word in COMP_WORDS.
 */
export function answerBash(
  [breaks = '', line = '', ...pieces]: readonly string[],
  complete: (words: readonly string[]) => Completion,
): string {
  const words = joinPieces(line, pieces)
  const completion = complete(words.map(({ raw }) => unquote(raw).text))
  if ('commandAt' in completion) return `\t${words[completion.commandAt]?.pieceAt ?? 0}\n`
  const current = words.at(-1)?.raw ?? ''
  const typed = unquote(current).text
  const { keptLength, quote } = findReplaced(current, breaks)
  const kept = unquote(current.slice(0, keptLength)).text
  return completion.candidates
    .map(({ value }) => `${completion.before}${value}`)
    .filter((text) => text.startsWith(typed))
    .map((text) => `${quoteFor(quote, text.slice(kept.length))}\n`)
    .join('')
}

/** bash 4 and later divide words at $COMP_WORDBREAKS too; what touches in the line is one word. */
function joinPieces(line: string, pieces: readonly string[]): TypedWord[] {
  const words: TypedWord[] = []
  let end = 0
  for (const [index, piece] of pieces.entries()) {
    const start = end + (/^\s*/.exec(line.slice(end))?.[0].length ?? 0)
    // Of the last piece only what is before the cursor.
    const raw = index === pieces.length - 1 ? line.slice(start) : piece
    const last = start === end ? words.pop() : undefined
    words.push(last === undefined ? { raw, pieceAt: index } : { ...last, raw: last.raw + raw })
    end = start + piece.length
  }
  return words
}

/** A word without its quotes, and the quote that is open at its end, with the index behind it. */
function unquote(raw: string): { text: string; open: { quote: string; end: number } | undefined } {
  let text = ''
  let open: { quote: string; end: number } | undefined
  for (let index = 0; index < raw.length; index++) {
    const character = raw[index] ?? ''
    const next = raw[index + 1] ?? ''
    if (open?.quote === character) open = undefined
    else if (open === undefined && /['"]/.test(character)) open = { quote: character, end: index + 1 }
    else if (character === '\\' && (open === undefined || (open.quote === '"' && /["\\$`]/.test(next)))) {
      text += next
      index++
    } else text += character
  }
  return { text, open }
}

/** How much of the word readline leaves as it is, and the quote that what it puts behind that will stand in. */
function findReplaced(raw: string, breaks: string): { keptLength: number; quote: string } {
  const { open } = unquote(raw)
  if (open !== undefined) return { keptLength: open.end, quote: open.quote }
  for (let index = raw.length - 1; index >= 0; index--) {
    const isEscaped = (/\\*$/.exec(raw.slice(0, index))?.[0].length ?? 0) % 2 === 1
    if (breaks.includes(raw[index] ?? '') && !isEscaped) return { keptLength: index + 1, quote: '' }
  }
  return { keptLength: 0, quote: '' }
}

function quoteFor(quote: string, text: string): string {
  if (quote === "'") return text.replaceAll("'", "'\\''")
  // Nothing within double quotes keeps history expansion from a `!`.
  if (quote === '"') return text.replace(/["\\$`]/g, '\\$&').replaceAll('!', '"\\!"')
  return text.replace(/[\s!"#$&'()*;<>?[\\\]^`{|}~]/g, '\\$&')
}
