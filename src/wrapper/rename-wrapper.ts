import { usageFailure } from '../errors.ts'
import { isReservedWord } from './reserved-words.ts'

/**
 * A script of shells/ in which the wrapper has another name.
 * @throws {Failure} usage: a function cannot be called that, or must not
 */
export function renameWrapper(script: string, name: string): string {
  if (name === 'aws-mfa-env') {
    throw usageFailure(
      '--name: aws-mfa-env is the program itself',
      'a function of that name would run in place of it, in a subshell that keeps nothing',
    )
  }
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
    throw usageFailure(
      '--name: letters, digits and underscores, not beginning with a digit',
      'as in: --name mfa',
    )
  }
  if (isReservedWord(name)) {
    throw usageFailure(`--name: ${name} is a word that shells keep for themselves`, 'as in: --name mfa')
  }
  return script.replaceAll(/\bawsmfa\b/g, name)
}
