// @module-tag slow
import { expect, it } from 'vitest'
import { dialects } from '../../src/dialects/dialects.ts'
import { describeEachShell } from './each-shell.ts'
import { hostileValues } from './hostile-values.ts'
import { findWrongValues } from './round-trip.ts'

// Those that change how a line is read.
const statements: Readonly<Record<string, readonly string[]>> = {
  bash: [
    'set -o posix',
    'set -H',
    'set +B',
    'shopt -s extglob nullglob',
    'shopt -s failglob',
    'shopt -u interactive_comments',
  ],
  zsh: [
    'setopt rc_quotes',
    'setopt bang_hist csh_junkie_history',
    'setopt extended_glob brace_ccl magic_equal_subst interactive_comments',
    'setopt sh_word_split glob_subst ksh_arrays ksh_typeset',
    'setopt ignore_braces',
    'setopt ignore_close_braces',
    'setopt no_multibyte',
    'setopt err_return warn_create_global',
    'emulate sh',
    'emulate ksh',
  ],
  mksh: ['set -o posix', 'set -U'],
  ksh93: ['set -B', 'set -o letoctal'],
  tcsh: [
    'set backslash_quote',
    `set histchars = ",;"`,
    'set histchars = ""',
    'set noglob nonomatch',
    'set csubstnonl echo_style = none',
  ],
  xonsh: ['$UPDATE_OS_ENVIRON = True', '$XONSH_SUBPROC_OUTPUT_FORMAT = "list_lines"'],
}

describeEachShell(
  "an option of the user's",
  (shell) => {
    it.each(statements[shell.kind] ?? [])('leaves every value as it is: %s', async (before) => {
      const values = hostileValues.filter((value) => dialects[shell.dialect].refusal(value) === undefined)
      expect(await findWrongValues(shell, values, { before })).toEqual([])
    })
  },
  ({ kind }) => kind in statements,
)
