# A reminder for zsh, before each prompt and without a process: a line when the AWS session of this shell enters its last
# 15m, and one when it has ended. What is left of it, for a prompt of one's own, is in awsmfa_remaining:
# 11h59m, 14m, 42s, ended, or nothing where there is no session.

# The seconds until a time in RFC 3339, as __awsmfa_left; fails where that is none.
function __awsmfa_until {
  emulate -L zsh -o extended_glob
  unsetopt verbose xtrace force_float
  # Arithmetic on anything but digits would run what stands in an index.
  [[ $1 == [0-9](#c4)-<1-12>-<1-31>T<0-23>:<0-59>:<0-60>(.[0-9]##|)(Z|[+-]<0-23>:<0-59>) ]] || return
  [[ ${1[1,19]} == ????-??-??T??:??:?? && $1 == *(Z|[+-]??:??) ]] || return
  set -- "${1[1,19]}" "${${1/%Z/+00:00}[-6,-1]}"
  # The last is the time, as a prompt would show it: zsh/datetime would bring in names of its own.
  set -- $(( 10#${1[1,4]} )) $(( 10#${1[6,7]} )) $(( 10#${1[9,10]} )) $(( 10#${1[12,13]} )) $(( 10#${1[15,16]} )) \
    $(( 10#${1[18,19]} )) "${2[1]}1" $(( 10#${2[2,3]} * 60 + 10#${2[5,6]} )) "${(%):-"%D{%s}"}"
  # In years that begin in March, the leap day comes last.
  if (( $2 > 2 )); then set -- $1 $(( $2 - 3 )) "${@[3,-1]}"; else set -- $(( $1 - 1 )) $(( $2 + 9 )) "${@[3,-1]}"; fi
  typeset -g __awsmfa_left=$(( $1 * 365 + $1 / 4 - $1 / 100 + $1 / 400 + (153 * $2 + 2) / 5 + $3 - 719469 ))
  __awsmfa_left=$(( ((__awsmfa_left * 24 + $4) * 60 + $5 - $7 * $8) * 60 + $6 - $9 ))
}

# Once in each shell. A session that aws-mfa-env did not set may be no one that it can renew.
function __awsmfa_tell {
  emulate -L zsh
  unsetopt verbose xtrace force_float
  [[ ${__awsmfa_told-} != $1 ]] || return 0
  typeset -g __awsmfa_told=$1
  print -ru2 -- "awsmfa: note: the AWS session in this shell $2${AWS_MFA_ENV_STATE:+; to renew it: $3}"
}

function __awsmfa_remind {
  emulate -L zsh
  unsetopt verbose xtrace force_float
  typeset -g awsmfa_remaining=
  [[ -n ${AWS_SESSION_TOKEN-} ]] && __awsmfa_until "${AWS_CREDENTIAL_EXPIRATION-}" || return 0
  if (( __awsmfa_left >= 3600 )); then
    awsmfa_remaining=$(( __awsmfa_left / 3600 ))h$(( __awsmfa_left % 3600 / 60 ))m
  elif (( __awsmfa_left >= 60 )); then
    awsmfa_remaining=$(( __awsmfa_left / 60 ))m
  elif (( __awsmfa_left > 0 )); then
    awsmfa_remaining=${__awsmfa_left}s
  else
    awsmfa_remaining=ended
  fi
  if (( __awsmfa_left <= 0 )); then
    __awsmfa_tell "ended at $AWS_CREDENTIAL_EXPIRATION" 'has ended' awsmfa
  elif (( __awsmfa_left <= 900 )); then
    # With less than that left, a session that is cached does not serve; what another shell has renewed does.
    __awsmfa_tell "ends at $AWS_CREDENTIAL_EXPIRATION" "ends in $awsmfa_remaining" 'awsmfa --min-remaining 15m'
  fi
}

# First of all, for those that make a prompt of it.
function {
  emulate -L zsh
  typeset -g awsmfa_remaining=${awsmfa_remaining-}
  typeset -ga precmd_functions
  precmd_functions=(__awsmfa_remind ${precmd_functions:#__awsmfa_remind})
}
