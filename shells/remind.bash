# A reminder for bash, 3.2 and later, before each prompt and without a process: a line when the AWS session of this shell
# enters its last 15m, and one when it has ended. What is left of it, for a prompt of one's own, is in awsmfa_remaining:
# 11h59m, 14m, 42s, ended, or nothing where there is no session.
awsmfa_remaining=${awsmfa_remaining-}
__awsmfa_told=${__awsmfa_told-}

# Where printf has no clock, before bash 4.2: when the counting of SECONDS began, which goes on while a laptop sleeps.
__awsmfa_began=0
if ! printf -v __awsmfa_now '%(%s)T' -1 2> /dev/null; then
  __awsmfa_now=$(date +%s)
  __awsmfa_began=$((__awsmfa_now - SECONDS))
fi

# The seconds until a time in RFC 3339, as __awsmfa_left; fails where that is none.
function __awsmfa_until {
  set -- "${1:0:19}" "${1:19}"
  if [[ $2 == .[[:digit:]]* ]]; then set -- "$1" "${2#.}" && set -- "$1" "${2#"${2%%[![:digit:]]*}"}"; fi
  if [[ $2 == Z ]]; then set -- "$1" +00:00; fi
  # Arithmetic on anything but digits would run what stands in an index.
  if [[ ${1//[[:digit:]]/0}${2//[[:digit:]]/0} != 0000-00-00T00:00:00[+-]00:00 ]]; then return 1; fi
  set -- "$((10#${1:0:4}))" "$((10#${1:5:2}))" "$((10#${1:8:2}))" "$((10#${1:11:2}))" "$((10#${1:14:2}))" \
    "$((10#${1:17:2}))" "${2:0:1}1" "$((10#${2:1:2} * 60 + 10#${2:4:2}))"
  if (($2 < 1 || $2 > 12 || $3 < 1 || $3 > 31 || $4 > 23 || $5 > 59 || $6 > 60)); then return 1; fi

  if ((__awsmfa_began > 0)); then
    if [[ -z ${SECONDS-} ]]; then return 1; fi
    # Where somebody has set it back, time goes on from the last look.
    if ((__awsmfa_began + SECONDS < __awsmfa_now)); then __awsmfa_began=$((__awsmfa_now - SECONDS)); fi
    __awsmfa_now=$((__awsmfa_began + SECONDS))
  else
    printf -v __awsmfa_now '%(%s)T' -1
  fi
  # In years that begin in March, the leap day comes last.
  if (($2 > 2)); then set -- "$1" "$(($2 - 3))" "${@:3}"; else set -- "$(($1 - 1))" "$(($2 + 9))" "${@:3}"; fi
  __awsmfa_left=$(($1 * 365 + $1 / 4 - $1 / 100 + $1 / 400 + (153 * $2 + 2) / 5 + $3 - 719469))
  __awsmfa_left=$((((__awsmfa_left * 24 + $4) * 60 + $5 - $7 * $8) * 60 + $6 - __awsmfa_now))
}

function __awsmfa_look {
  awsmfa_remaining=
  if [[ -z ${AWS_SESSION_TOKEN-} ]]; then return; fi
  if ! __awsmfa_until "${AWS_CREDENTIAL_EXPIRATION-}"; then return; fi
  if ((__awsmfa_left >= 3600)); then
    awsmfa_remaining=$((__awsmfa_left / 3600))h$((__awsmfa_left % 3600 / 60))m
  elif ((__awsmfa_left >= 60)); then
    awsmfa_remaining=$((__awsmfa_left / 60))m
  elif ((__awsmfa_left > 0)); then
    awsmfa_remaining=${__awsmfa_left}s
  else
    awsmfa_remaining=ended
  fi
  if ((__awsmfa_left <= 0)); then
    __awsmfa_tell "ended at ${AWS_CREDENTIAL_EXPIRATION}" 'has ended' awsmfa
  elif ((__awsmfa_left <= 900)); then
    # With less than that left, a session that is cached does not serve; what another shell has renewed does.
    __awsmfa_tell "ends at ${AWS_CREDENTIAL_EXPIRATION}" "ends in ${awsmfa_remaining}" 'awsmfa --min-remaining 15m'
  fi
}

# Once in each shell. A session that aws-mfa-env did not set may be no one that it can renew.
function __awsmfa_tell {
  if [[ ${__awsmfa_told} == "$1" ]]; then return; fi
  __awsmfa_told=$1
  echo "awsmfa: note: the AWS session in this shell $2${AWS_MFA_ENV_STATE:+; to renew it: $3}" >&2
}

# Whoever comes after it finds the same `$?`; and a trace would be long.
function __awsmfa_remind {
  set -- "$?" "$-"
  set +vx
  __awsmfa_look
  case $2 in *v*) set -v ;; *) ;; esac
  case $2 in *x*) set -x ;; *) ;; esac
  return "$1"
}

# In front of what is there, and behind `&&`, where errexit does not take its status for a failure. An element of its own
# leaves PIPESTATUS alone too; but bash-preexec before 0.6 looks for what it has put there in the first element alone.
# shellcheck disable=SC2128,SC2178
case ${PROMPT_COMMAND[*]-} in
  *__awsmfa_remind*) ;;
  *)
    if ((BASH_VERSINFO[0] * 100 + BASH_VERSINFO[1] < 501)) || [[ ${PROMPT_COMMAND-} == *__bp_* ]]; then
      PROMPT_COMMAND="__awsmfa_remind && :${PROMPT_COMMAND:+; ${PROMPT_COMMAND}}"
    else
      PROMPT_COMMAND=('__awsmfa_remind && :' ${PROMPT_COMMAND[@]+"${PROMPT_COMMAND[@]}"})
    fi
    ;;
esac
