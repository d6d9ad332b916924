import type { Change } from '../variables/change.ts'
import type { Dialect } from './dialect.ts'
import { refuseUnsayable } from './unsayable.ts'

/** tcsh, and csh as far as it reads words that long. An environment variable has no second place to show through from. */
export const tcsh: Dialect = { render, renderFailure, refusal }

/** In its backquotes a line end parts two words, however it is quoted. */
function refusal(value: string): string | undefined {
  return value.includes('\n') ? 'has a line end' : refuseUnsayable(value)
}

/**
 * One quoted word for `eval`, without whose last quote nothing is run: a text that was cut off changes nothing. What
 * cannot stand in such a word (a displaced profile's name may, no session) is put into a list before.
 */
function render(changes: readonly Change[]): string {
  const special: string[] = []
  const statements = [
    ...changes.flatMap(({ name, value }) => (value === null ? [`unsetenv ${name}`] : [])),
    ...changes.flatMap(({ name, value }) => {
      if (value === null) return []
      if (isPlain(value)) return [`setenv ${name} "${value}"`]
      return [`setenv ${name} $aws_mfa_env[${special.push(quote(value))}]:q`]
    }),
  ]
  if (special.length === 0) return `eval '${statements.join('; ')}'\n`
  return `set aws_mfa_env = (${special.join(' ')}) && eval '${[...statements, 'unset aws_mfa_env'].join('; ')}'\n`
}

function renderFailure(exitCode: number): string {
  return `(exit ${exitCode});\n`
}

/** All that keys, tokens, times and regions are made of, and single spaces. */
function isPlain(value: string): boolean {
  return value === '' || /^[\w+/=.:-]+( [\w+/=.:-]+)*$/.test(value)
}

/**
 * `'...'`, and with a backslash outside of the quotes what is special between them: the quote itself, the backslash
 * under `set backslash_quote`, and what a user may have put into `histchars` instead of `!`. Blanks that unquoted
 * backquotes would drop are made by a command.
 */
function quote(value: string): string {
  const pieces = value.split(/((?:^ | $|[ \t]{2,}|\t)+)/)
  return pieces.map((piece, index) => (index % 2 === 0 ? quotePiece(piece) : makeBlanks(piece))).join('')
}

function quotePiece(text: string): string {
  return `'${text.replace(/[^\w +/=.:\x80-\uffff-]/g, (character) => `'\\${character}'`)}'`
}

function makeBlanks(blanks: string): string {
  const octal = [...blanks].map((blank) => `\\${blank.charCodeAt(0).toString(8).padStart(3, '0')}`)
  return `"\`printf '${octal.join('')}'\`"`
}
