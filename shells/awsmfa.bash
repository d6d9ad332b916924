# aws-mfa-env for bash, 3.2 and later. No variable is used but the positional parameters, which are the function's own.
unalias awsmfa 2> /dev/null || :

function awsmfa {
  # The file, past functions, aliases and where it once was; not by `command`, which in bash 3.2 trips errexit even
  # behind `if`.
  set -- "$(hash -r 2> /dev/null || :; type -P aws-mfa-env || :)" "$@"
  if [[ ! -x "$1" ]]; then
    echo 'awsmfa: error: aws-mfa-env is not on PATH' >&2
    echo 'awsmfa: hint: npm install --global aws-mfa-env' >&2
    return 127
  fi

  # A command, or a question for help: what it prints is for the user.
  if (
    case ${2-} in [a-zA-Z]*) exit 0 ;; *) ;; esac
    while [[ $# -gt 1 ]]; do
      case $2 in -h | --help | --version) exit 0 ;; *) ;; esac
      shift
    done
    exit 1
  ); then
    "$@"
    return
  fi

  # A trace of what follows would show the secrets.
  set -- "$-" "$@"
  set +vx
  # The statements, and the exit status in a last line of its own.
  # shellcheck disable=SC2312
  set -- "$1" "$(if "$2" --shell bash "${@:3}"; then echo '#0'; else echo "#$?"; fi)"
  case $2 in
    *'#0') if eval "${2%#*}"; then set -- "$1" 0; else set -- "$1" "$?"; fi ;;
    *) set -- "$1" "${2##*#}" ;;
  esac
  case $1 in *v*) set -v ;; *) ;; esac
  case $1 in *x*) set -x ;; *) ;; esac
  return "$2"
}
