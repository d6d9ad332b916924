# aws-mfa-env for any POSIX shell. No variable is used but the positional parameters, which are the function's own.
unalias awsmfa 2> /dev/null || :

awsmfa() {
  if ! command -v aws-mfa-env > /dev/null; then
    echo 'awsmfa: error: aws-mfa-env is not on PATH' >&2
    echo 'awsmfa: hint: npm install --global aws-mfa-env' >&2
    return 127
  fi

  # A command, or a question for help: what it prints is for the user.
  if (
    case ${1-} in [a-zA-Z]*) exit 0 ;; *) ;; esac
    while [ "$#" -gt 0 ]; do
      case $1 in -h | --help | --version) exit 0 ;; *) ;; esac
      shift
    done
    exit 1
  ); then
    command aws-mfa-env "$@"
    return
  fi

  # A trace of what follows would show the secrets.
  set -- "$-" "$@"
  set +vx
  # The statements, and the exit status in a last line of its own.
  # shellcheck disable=SC2312
  set -- "$1" "$(
    shift
    if command aws-mfa-env --shell sh "$@"; then echo '#0'; else echo "#$?"; fi
  )"
  # `command` keeps a readonly variable from ending the shell.
  case $2 in
    *'#0') if command eval "${2%#*}"; then set -- "$1" 0; else set -- "$1" "$?"; fi ;;
    *) set -- "$1" "${2##*#}" ;;
  esac
  case $1 in *v*) set -v ;; *) ;; esac
  case $1 in *x*) set -x ;; *) ;; esac
  return "$2"
}
