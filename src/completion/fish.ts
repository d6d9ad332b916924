import type { Completion } from './complete.ts'

/**
 * The question is the words up to the cursor. fish itself picks those that fit and quotes them. Another command is
 * answered with a tab and the place of its first word, counted from 1.
 */
export function answerFish(
  words: readonly string[],
  complete: (words: readonly string[]) => Completion,
): string {
  const completion = complete(words)
  if ('commandAt' in completion) return `\t${completion.commandAt + 1}\n`
  const { before, candidates } = completion
  return candidates.map(({ value, help }) => `${before}${value}\t${help}\n`).join('')
}
