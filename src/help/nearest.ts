/**
 * The name that was most likely meant, without regard to case: the only one that begins with what was typed, else the
 * one that the fewest slips turn into it; undefined where that would take more than one slip in three characters.
 */
export function findNearest(typed: string, names: readonly string[]): string | undefined {
  const lower = typed.toLowerCase()
  const begun = lower.length < 3 ? [] : names.filter((name) => name.toLowerCase().startsWith(lower))
  if (begun.length === 1) return begun[0]
  const slips = names.map((name) => countSlips(lower, name.toLowerCase()))
  // A file may have more names than a call can take arguments.
  const fewest = slips.reduce((least, count) => Math.min(least, count), Number.POSITIVE_INFINITY)
  return fewest <= Math.floor(lower.length / 3) ? names[slips.indexOf(fewest)] : undefined
}

/**
 * How many slips turn one text into the other: a character too many, too few, wrong, or two of them swapped. That is
 * the optimal string alignment distance, after Damerau (1964) and Levenshtein (1966).
 */
function countSlips(from: string, to: string): number {
  let before: number[] = []
  let last = Array.from({ length: to.length + 1 }, (_, column) => column)
  for (let row = 1; row <= from.length; row++) {
    const current = [row]
    for (let column = 1; column <= to.length; column++) {
      const wrong = from[row - 1] === to[column - 1] ? 0 : 1
      const swapped = from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1]
      current[column] = Math.min(
        (last[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (last[column - 1] ?? 0) + wrong,
        swapped ? (before[column - 2] ?? 0) + 1 : Number.POSITIVE_INFINITY,
      )
    }
    before = last
    last = current
  }
  return last[to.length] ?? 0
}
