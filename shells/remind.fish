# A reminder for fish, 3.6 and later, before each prompt and without a process: a line when the AWS session of this shell
# enters its last 15m, and one when it has ended. What is left of it, for a prompt of one's own, is in awsmfa_remaining:
# 11h59m, 14m, 42s, ended, or nothing where there is no session.
if not builtin path mtime / >/dev/null 2>&1
    echo 'awsmfa: note: the reminder needs fish 3.6 or later' >&2
    return
end

set --query awsmfa_remaining
or set --global awsmfa_remaining ''

# The seconds from 1970 to a time in RFC 3339; fails where that is none.
function __awsmfa_epoch
    set --local date '([0-9]{4})-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])'
    set --local time '([01][0-9]|2[0-3]):([0-5][0-9])'
    set --local pattern "^$date"T"$time:([0-5][0-9]|60)(?:\.[0-9]+)?(?:Z|([+-])$time)\z"
    set --local at (string match --regex --groups-only -- $pattern "$argv")
    or return
    set --query at[7]
    or set --append at + 0 0
    # In years that begin in March, the leap day comes last.
    set --local year $at[1]
    set --local month (math $at[2] - 3)
    if test $month -lt 0
        set year (math $year - 1)
        set month (math $month + 12)
    end
    set --local days (math "$year * 365 + floor($year / 4) - floor($year / 100) + floor($year / 400)")
    set days (math "$days + floor((153 * $month + 2) / 5) + $at[3] - 719469")
    math "(($days * 24 + $at[4]) * 60 + $at[5] - (0 $at[7] ($at[8] * 60 + $at[9]))) * 60 + $at[6]"
end

# Once in each shell. A session that aws-mfa-env did not set may be no one that it can renew.
function __awsmfa_tell --argument-names when what command
    test "$__awsmfa_told" = "$when"
    and return
    set --global __awsmfa_told $when
    set --local renew
    test -n "$AWS_MFA_ENV_STATE"
    and set renew "; to renew it: $command"
    echo "awsmfa: note: the AWS session in this shell $what$renew" >&2
end

function __awsmfa_remind --on-event fish_prompt
    # A trace would show the token.
    set --local fish_trace
    set --global awsmfa_remaining ''
    test -n "$AWS_SESSION_TOKEN"
    or return 0
    if test "$__awsmfa_read" != "$AWS_CREDENTIAL_EXPIRATION"
        set --global __awsmfa_end (__awsmfa_epoch $AWS_CREDENTIAL_EXPIRATION)
        set --global __awsmfa_read $AWS_CREDENTIAL_EXPIRATION
    end
    # Only files have a time here: when one was changed, and how long ago that is.
    test -n "$__awsmfa_end"
    and set --local left (math $__awsmfa_end - (builtin path mtime /) - (builtin path mtime --relative /))
    or return 0
    if test $left -ge 3600
        set awsmfa_remaining (math "floor($left / 3600)")h(math "floor($left % 3600 / 60)")m
    else if test $left -ge 60
        set awsmfa_remaining (math "floor($left / 60)")m
    else if test $left -gt 0
        set awsmfa_remaining "$left"s
    else
        set awsmfa_remaining ended
    end
    if test $left -le 0
        __awsmfa_tell "ended at $AWS_CREDENTIAL_EXPIRATION" 'has ended' awsmfa
    else if test $left -le 900
        # With less than that left, a session that is cached does not serve; what another shell has renewed does.
        __awsmfa_tell "ends at $AWS_CREDENTIAL_EXPIRATION" "ends in $awsmfa_remaining" 'awsmfa --min-remaining 15m'
    end
end
