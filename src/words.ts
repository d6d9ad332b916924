import { commandWords, isFlag, type OptionName, optionNames, spellingsOf } from './options.ts'

/** An option as it was typed: `-p NAME`, `--profile=NAME`, `--new`. */
interface TypedOption {
  /** Up to its `=`. */
  readonly typed: string
  /** Undefined where there is no such option. */
  readonly name: OptionName | undefined
  /** Undefined where there is none. */
  readonly value: string | undefined
  /** Whether the value is, or would be, a word of its own. */
  readonly apart: boolean
}

/** The words behind the program's name, right or wrong, as far as they are ours. */
export interface Words {
  readonly command: (typeof commandWords)[number] | undefined
  readonly options: readonly TypedOption[]
  readonly operands: readonly string[]
  /** The index of `--`, or of the first word of `exec`'s command; else how many words there are. */
  readonly end: number
}

const namesBySpelling: ReadonlyMap<string, OptionName> = new Map(
  optionNames.flatMap((name) => spellingsOf(name).map((spelling) => [spelling, name] as const)),
)

/** The option that is typed so, without a value. */
export function findOption(spelling: string): OptionName | undefined {
  return namesBySpelling.get(spelling)
}

/** Tells commands, options, their values and operands apart; nothing is refused. */
export function readWords(words: readonly string[]): Words {
  const command = commandWords.find((candidate) => candidate === words[0])
  const options: TypedOption[] = []
  const operands: string[] = []
  let end = command === undefined ? 0 : 1
  for (; end < words.length && words[end] !== '--'; end++) {
    const word = words[end] ?? ''
    if (/^-./s.test(word)) {
      const [typed = word, joined] = word.split(/=(.*)/s)
      const name = findOption(typed)
      const apart = joined === undefined && name !== undefined && !isFlag(name)
      options.push({ typed, name, value: apart ? words[++end] : joined, apart })
    } else if (command === 'exec') break
    else operands.push(word)
  }
  return { command, options, operands, end: Math.min(end, words.length) }
}
