#compdef aws-mfa-env awsmfa
# aws-mfa-env completed in zsh: to be evaluated behind compinit, or as the file _aws-mfa-env in a folder of $fpath.
function _aws-mfa-env {
  local -a lines
  lines=("${(@f)$(
    command aws-mfa-env completion --words zsh "${(@Q)words[1,CURRENT-1]}" "$PREFIX" 2> /dev/null
  )}")
  if [[ $lines[1] == $'\t'* ]]; then
    # A tab, and the number of words before another command.
    shift "${lines[1]#?}" words
    (( CURRENT -= ${lines[1]#?} ))
    _normal
  elif [[ -n $lines[1] ]]; then
    # As in --profile=NAME.
    if [[ $PREFIX == -*=* ]]; then compset -P 1 '*='; fi
    _describe aws-mfa-env lines
  fi
}

# In a file of $fpath this is the function's first call.
case "${funcstack-} " in
  '_aws-mfa-env '*) _aws-mfa-env "$@" ;;
  *) if whence compdef > /dev/null; then compdef _aws-mfa-env aws-mfa-env awsmfa; fi ;;
esac
