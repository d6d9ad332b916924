// What is for bash has to run in that of macOS, 3.2, of which no package is to be had for a test: nothing that came
// later may stand in it. https://git.savannah.gnu.org/cgit/bash.git/tree/NEWS

import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

/** What bash has learned since, and a line that it is in. */
const newer: readonly (readonly [since: string, construct: RegExp, example: string])[] = [
  ['4.0', /\$\{[^}]*[^$"'](\^|,)[^}]*\}/, `echo "\${name^^}"`],
  ['4.0', /\$\{\w+,/, `echo \${name,}`],
  ['4.0', /\b(declare|local|typeset|readonly|export) +-\w*[Alu]/, 'local -A table'],
  ['4.0', /\b(mapfile|readarray|coproc|compopt)\b/, 'mapfile -t lines < file'],
  ['4.0', /&>>/, 'run &>> log'],
  ['4.0', /\|&/, 'run |& cat'],
  ['4.0', /;&|;;&/, 'case $1 in a) run ;& *) ;; esac'],
  ['4.0', /\bread\b.* -\w*[iN]/, 'read -r -N 1 key'],
  ['4.0', /\bread\b.* -t *\d*\.\d/, 'read -r -t 0.5 line'],
  ['4.0', /\bcomplete\b.* -[DEI]\b/, 'complete -D -F load'],
  ['4.0', /\b(BASHPID|PROMPT_DIRTRIM)\b/, 'echo "$BASHPID"'],
  ['4.0', /\b(globstar|autocd|checkjobs|dirspell)\b/, 'shopt -s globstar'],
  ['4.0', /\{0\d+\.\./, 'echo {01..10}'],
  ['4.0', /\$\([^()]*\bcase\b[^()]*[^(]\w+\)/, 'echo "$(case $1 in a) echo b ;; esac)"'],
  ['4.1', /(^|\s)\{\w+\}[<>]/, 'exec {descriptor}< file'],
  ['4.1', /\bBASH_XTRACEFD\b/, 'BASH_XTRACEFD=9'],
  ['4.1', /\bprintf +-v +\S+\[/, "printf -v 'list[1]' %s x"],
  ['4.2', /\bprintf\b.*%[-\d]*\(/, "printf '%(%s)T' -1"],
  ['4.2', /(\[\[?|\btest) (! )?-v /, 'if [[ -v name ]]; then run; fi'],
  ['4.2', /\b(declare|typeset) +-\w*g/, 'declare -g name'],
  ['4.2', /\$\{\w+:[^}:]*: ?-\d/, `echo "\${name:0:-1}"`],
  ['4.2', /\\[uU][\da-fA-F]{4}/, "echo $'\\u00e4'"],
  ['4.2', /\blastpipe\b/, 'shopt -s lastpipe'],
  ['4.3', /\b(declare|local|typeset) +-\w*n/, 'local -n other=$1'],
  ['4.3', /\[-\d+\]/, `echo "\${list[-1]}"`],
  ['4.3', /\bwait +-n/, 'wait -n'],
  ['4.3', /(\[\[?|\btest) (! )?-R /, '[[ -R name ]]'],
  ['4.4', /\$\{[^}]*@[A-Za-z]\}/, `echo "\${name@Q}"`],
  ['4.4', /\blocal +-($|[\s;])/, 'local -; set +x'],
  ['4.4', /\bPS0\b/, 'PS0='],
  ['4.4', /\binherit_errexit\b/, 'shopt -s inherit_errexit'],
  ['5.0', /\b(EPOCHSECONDS|EPOCHREALTIME|BASH_ARGV0)\b/, 'echo "$EPOCHSECONDS"'],
  ['5.0', /\bwait +-\w*f/, 'wait -f 1'],
  ['5.1', /\b(SRANDOM|wait +-p)\b/, 'echo "$SRANDOM"'],
  ['5.3', /\$\{[ |]/, `echo "\${ run; }"`],
  ['5.3', /\b(GLOBSORT|BASH_TRAPSIG)\b/, 'GLOBSORT=nosort'],
]

/** The lines that try what is newer and do something else where it fails, and the one that comes of it. */
const attempts = [
  /^if ! printf -v __awsmfa_now '%\(%s\)T' -1 2> \/dev\/null; then$/,
  /^ {4}printf -v __awsmfa_now '%\(%s\)T' -1$/,
  / compopt \+o default 2> \/dev\/null \|\| /,
]

const folder = fileURLToPath(new URL('../shells/', import.meta.url))
const files = readdirSync(folder).filter((file) => file.endsWith('.bash'))

/** The lines that a bash 3.2 may stumble over, with the version that has what is in them. */
function findNewer(text: string): string[] {
  return text
    .split('\n')
    .filter((line) => !/^ *#/.test(line) && !attempts.some((attempt) => attempt.test(line)))
    .flatMap((line) =>
      newer.filter(([, construct]) => construct.test(line)).map(([since]) => `${since}: ${line.trim()}`),
    )
}

describe('the files for bash', () => {
  it('are three, so that none is left out', () => {
    expect(files).toEqual(['awsmfa.bash', 'completion.bash', 'remind.bash'])
  })

  it.each(files)('have nothing that came behind bash 3.2: %s', (file) => {
    expect(findNewer(readFileSync(`${folder}${file}`, 'utf8'))).toEqual([])
  })

  it.each(newer)('would be found to have what bash %s brought: %s', (since, _, example) => {
    expect(findNewer(example)).toContain(`${since}: ${example}`)
  })
})
