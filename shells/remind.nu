# A reminder for nushell, before each prompt and without a process: a line when the AWS session of this shell enters its
# last 15m, and one when it has ended. What is left of it, for a prompt of one's own, is what awsmfa_remaining gives.

# What is left of the AWS session in this shell: 11h59m, 14m, 42s, ended, or nothing where there is none.
def awsmfa_remaining []: nothing -> string {
    let left = __awsmfa_left
    if $left == null { return '' }
    if $left >= 3600 { return $"($left // 3600)h($left // 60 mod 60)m" }
    if $left >= 60 { return $"($left // 60)m" }
    if $left > 0 { $"($left)s" } else { 'ended' }
}

def __awsmfa_left [] {
    let end = $env.AWS_CREDENTIAL_EXPIRATION? | default ''
    # Of a day that no month has, nushell makes the last one that it has.
    let pattern = '\A[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]+)?(Z|[+-][012][0-9]:[0-5][0-9])\z'
    if ($env.AWS_SESSION_TOKEN? | is-empty) or $end !~ $pattern { return null }
    try { (($end | into datetime) - (date now)) // 1sec } catch { null }
}

def --env __awsmfa_remind [] {
    let left = __awsmfa_left
    # With less than that left, a session that is cached does not serve; what another shell has renewed does.
    if $left == null or $left > 900 { return }
    let ended = $left <= 0
    # Once in each shell. A record, since nushell hands no record on to other programs.
    let told = {end: $env.AWS_CREDENTIAL_EXPIRATION, ended: $ended}
    if $env.__awsmfa_told? == $told { return }
    $env.__awsmfa_told = $told
    let what = if $ended { 'has ended' } else { $"ends in (awsmfa_remaining)" }
    let renew = if $ended { 'awsmfa' } else { 'awsmfa --min-remaining 15m' }
    # A session that aws-mfa-env did not set may be no one that it can renew.
    let command = if ($env.AWS_MFA_ENV_STATE? | is-empty) { '' } else { $"; to renew it: ($renew)" }
    print --stderr $"awsmfa: note: the AWS session in this shell ($what)($command)"
}

$env.config.hooks.pre_prompt = ($env.config.hooks.pre_prompt? | default [] | where $it != '__awsmfa_remind' | append '__awsmfa_remind')
