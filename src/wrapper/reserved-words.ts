const grammar = {
  bourne: 'if then else elif fi case esac for select while until do done in function time coproc',
  zsh: 'foreach end repeat nocorrect declare export float integer local readonly typeset',
  fish: '_ and argparse begin break builtin case continue else exec if not or read return set status string switch test',
  tcsh: 'breaksw default endif endsw goto onintr',
  elvish: 'catch del elif except finally fn pragma tmp try use var with',
  nu: 'alias collect const def export extern hide let loop match module mut overlay plugin run source use where',
  powershell:
    'assembly base catch class clean command configuration data define dynamicparam elseif enum exit filter finally from hidden inlinescript interface module namespace parallel param private process public sequence static switch throw trap try type using workflow',
  python:
    'False None True as assert async await class def except from global import is lambda nonlocal pass raise with yield',
}

/** POSIX does not let a function take their place; where a shell does, the wrapper would call itself. */
const specialBuiltins =
  'eval exec export readonly return set shift source times trap unset break continue exit'

/** The commands that a wrapper runs itself. */
const runByWrappers =
  'alias any default get let unalias unsetenv setenv echo whence emulate put fail each printf contains print def which error execx aliases date math path typeset unsetopt hash'

const reserved = new Set(
  [...Object.values(grammar), specialBuiltins, runByWrappers].flatMap((words) =>
    words.toLowerCase().split(' '),
  ),
)

/** Whether a function of this name would be a syntax error in some shell, never be called, or get in a wrapper's own way. */
export function isReservedWord(name: string): boolean {
  return reserved.has(name.toLowerCase())
}
