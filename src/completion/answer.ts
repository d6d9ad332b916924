import type { Surroundings } from '../surroundings.ts'
import { complete } from './complete.ts'
import { completedShells } from './shells.ts'
import { openValues } from './values.ts'

/**
 * What a script of `completion` is told when its user presses Tab: the text for stdout, empty where there is nothing to
 * say. It asks nobody, writes nothing and fails at nothing.
 * @param words the shell, and what its script tells of the command line
 */
export function answerKeypress(words: readonly string[], surroundings: Surroundings): string {
  const [name = '', ...question] = words
  if (!Object.hasOwn(completedShells, name)) return ''
  const shell = completedShells[name as keyof typeof completedShells]
  // The line may hold a --debug, which is for the run to come.
  const silent = { ...surroundings, debug: () => {}, note: () => {} }
  const values = openValues(silent)
  try {
    return shell.answer(question, (line) => complete(line, values))
  } catch {
    return ''
  }
}
