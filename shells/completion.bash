# aws-mfa-env completed in bash, 3.2 and later.
# shellcheck disable=SC2312
_aws_mfa_env() {
  local REPLY
  COMPREPLY=()
  while read -r; do COMPREPLY+=("${REPLY}"); done < <(
    command aws-mfa-env completion --words bash "${COMP_WORDBREAKS}" \
      "${COMP_LINE:0:COMP_POINT}" "${COMP_WORDS[@]:0:COMP_CWORD+1}" 2> /dev/null
  )
  case ${COMPREPLY[0]-} in
    # No files, which bash offers for want of anything else. bash 3.2 cannot be told so, and adds a space.
    '') compopt +o default 2> /dev/null || COMPREPLY=('') ;;
    # A tab, and the place of the first word of another command.
    $'\t'*) _aws_mfa_env_command "${COMPREPLY[0]#?}" "$2" ;;
    *) ;;
  esac
}

_aws_mfa_env_command() {
  COMPREPLY=()
  if declare -F _command_offset > /dev/null; then
    # Of bash-completion.
    _command_offset "$1"
  elif [[ $1 -eq ${COMP_CWORD} ]]; then
    while read -r; do COMPREPLY+=("${REPLY}"); done < <(compgen -c -- "$2")
  fi
}

complete -o default -F _aws_mfa_env aws-mfa-env awsmfa
