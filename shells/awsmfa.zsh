# aws-mfa-env for zsh. No variable is used but the positional parameters, which are the function's own.
# Quoted, or zsh would put an alias of that name in its place, before `unalias` has run.
unalias 'awsmfa' 2> /dev/null || :
function 'awsmfa' {
  emulate -L zsh
  if ! whence -p aws-mfa-env > /dev/null; then
    echo 'awsmfa: error: aws-mfa-env is not on PATH' >&2
    echo 'awsmfa: hint: npm install --global aws-mfa-env' >&2
    return 127
  fi

  # A command, or a question for help: what it prints is for the user.
  if [[ ${1-} == [a-zA-Z]* ]] || (( $argv[(I)(-h|--help|--version)] )); then
    command aws-mfa-env "$@"
    return
  fi

  # A trace of what follows would show the secrets.
  unsetopt verbose xtrace
  # The statements, and the exit status in a last line of its own.
  set -- "$(if command aws-mfa-env --shell zsh "$@"; then echo '#0'; else echo "#$?"; fi)"
  if [[ $1 == *'#0' ]]; then
    builtin eval "${1%'#0'}"
  else
    return "${1##*'#'}"
  fi
}
