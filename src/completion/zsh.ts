import type { Completion } from './complete.ts'

/**
 * The question is the words up to the cursor. zsh itself picks those that fit and quotes them; they are written as its
 * `_describe` takes them, without what stands before them in the same word. Another command is answered with a tab and
 * the number of words before its first one.
 */
export function answerZsh(
  words: readonly string[],
  complete: (words: readonly string[]) => Completion,
): string {
  const completion = complete(words)
  if ('commandAt' in completion) return `\t${completion.commandAt}\n`
  const lines = completion.candidates.map(({ value, help }) => {
    const escaped = value.replace(/[\\:]/g, '\\$&')
    return help === '' ? `${escaped}\n` : `${escaped}:${help}\n`
  })
  return lines.join('')
}
