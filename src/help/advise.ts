import { shellAtHand } from '../choose-dialect.ts'
import { findDialectName } from '../dialects/dialects.ts'
import { Failure, mayHoldCode, NothingConfigured, UnknownName } from '../errors.ts'
import { Profiles } from '../profiles/profiles.ts'
import type { Surroundings } from '../surroundings.ts'
import { findNearest } from './nearest.ts'
import { findOtherWord } from './other-words.ts'
import { howToEvaluate, setUps } from './set-up.ts'

/** What the words of a failed run tell, however wrong they are. */
export interface Asked {
  /** The shell that they name. */
  readonly shell: string | undefined
  /** Whether they asked for statements. */
  readonly due: boolean
}

/** A failure with what only a failed run looks up: what its user may have meant, or has to do first in this shell. */
export function adviseOn(failure: Failure, asked: Asked, surroundings: Surroundings): Failure {
  const advice = adviceFor(failure, asked, surroundings)
  if (advice.length === 0) return failure
  return new Failure(failure.exitCode, failure.message, ...advice, ...failure.hints)
}

function adviceFor(failure: Failure, asked: Asked, surroundings: Surroundings): string[] {
  if (failure instanceof NothingConfigured) return firstSteps(asked, surroundings)
  return failure instanceof UnknownName ? suggest(failure.unknown, asked, surroundings) : []
}

/** In the order in which they have to be done. */
function firstSteps({ shell, due }: Asked, surroundings: Surroundings): string[] {
  const keys = 'put the access key of your IAM user into a profile: aws configure'
  if (!due) return [keys]
  const { file, afterwards, line } = setUps[shellAtHand(shell, surroundings)]
  const place = afterwards === undefined ? 'type once, in a folder on PATH' : 'type once'
  const where = file === undefined ? place : `add this line to ${file} and open a new shell`
  const more =
    afterwards === undefined ? [] : [`then add this line to ${afterwards.file}: ${afterwards.line}`]
  return [
    `first, ${keys}`,
    `second, unless awsmfa is there already, ${where}: ${line}`,
    ...more,
    'third, type: awsmfa',
  ]
}

function suggest(
  { kind, typed, known }: UnknownName['unknown'],
  asked: Asked,
  surroundings: Surroundings,
): string[] {
  const hint = kind === 'command' ? suggestOtherThanCommand(typed, asked, surroundings) : undefined
  if (hint !== undefined) return [hint]
  const other = kind === 'command' || kind === 'option' ? findOtherWord(kind, typed) : undefined
  const name =
    other !== undefined && known.includes(other)
      ? other
      : findNearest(
          typed,
          known.filter((name) => !mayHoldCode(name)),
        )
  return name === undefined ? [] : [`did you mean ${kind === 'option' ? '--' : ''}${name}?`]
}

/** What stands in a command's place may be no misspelled command, but something that is asked for in another way. */
function suggestOtherThanCommand(
  typed: string,
  { shell }: Asked,
  surroundings: Surroundings,
): string | undefined {
  if (readNames(new Profiles(surroundings)).includes(typed)) {
    return `a profile is named by an option: --profile ${typed}`
  }
  const name = findDialectName(typed)
  if (name !== undefined)
    return `the name of a shell goes with init or --shell, as in: aws-mfa-env init ${name}`
  const evaluate = (words: string) => howToEvaluate(shellAtHand(shell, surroundings), words)
  switch (findOtherWord('command', typed)) {
    case 'export':
      return `for a session in this shell: awsmfa 123456, or, without awsmfa, ${evaluate('123456')}`
    case 'unset':
      return `to take the session away: awsmfa --unset, or, without awsmfa, ${evaluate('--unset')}`
    default:
      return undefined
  }
}

/** Files that cannot be read are another failure than the one at hand. */
function readNames(profiles: Profiles): readonly string[] {
  try {
    return profiles.names()
  } catch (error) {
    if (error instanceof Failure) return []
    throw error
  }
}
