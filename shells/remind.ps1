# A reminder for Windows PowerShell 5.1 and PowerShell 7, before each prompt and without a process: a line when the AWS
# session of this shell enters its last 15m, and one when it has ended. What is left of it, for a prompt of one's own,
# is in $awsmfa_remaining: 11h59m, 14m, 42s, ended, or nothing where there is no session.
$global:awsmfa_remaining = ''
# In strict mode, reading it before it is there is an error.
$global:__awsmfa_told = $ExecutionContext.SessionState.PSVariable.GetValue('global:__awsmfa_told')

function global:__awsmfa_remind {
    $global:awsmfa_remaining = ''
    # RFC 3339; `-as` alone would take a lot more, and fails without an entry in $Error.
    if (-not $env:AWS_SESSION_TOKEN -or
        $env:AWS_CREDENTIAL_EXPIRATION -cnotmatch '^[0-9]{4}-[0-9][0-9]-[0-9][0-9]T[0-9][0-9]:[0-9][0-9]:[0-9][0-9](\.[0-9]+)?(Z|[+-][0-9][0-9]:[0-9][0-9])\z') { return }
    $end = $env:AWS_CREDENTIAL_EXPIRATION -as [DateTimeOffset]
    if ($null -eq $end) { return }
    $left = [Math]::Floor(($end - [DateTimeOffset]::UtcNow).TotalSeconds)

    $minutes = [Math]::Floor($left / 60)
    $global:awsmfa_remaining = if ($left -ge 3600) { "$([Math]::Floor($left / 3600))h$($minutes % 60)m" }
    elseif ($left -ge 60) { "${minutes}m" }
    elseif ($left -gt 0) { "${left}s" }
    else { 'ended' }

    # With less than that left, a session that is cached does not serve; what another shell has renewed does.
    $stage, $what, $renew = if ($left -le 0) { 'ended', 'has ended', 'awsmfa' }
    elseif ($left -le 900) { 'ends', "ends in $global:awsmfa_remaining", 'awsmfa --min-remaining 15m' }
    else { return }
    # Once in each shell.
    $told = "$stage at $env:AWS_CREDENTIAL_EXPIRATION"
    if ($global:__awsmfa_told -ceq $told) { return }
    $global:__awsmfa_told = $told
    # A session that aws-mfa-env did not set may be no one that it can renew.
    $command = if ($env:AWS_MFA_ENV_STATE) { "; to renew it: $renew" } else { '' }
    [Console]::Error.WriteLine("awsmfa: note: the AWS session in this shell $what$command")
}

# In front of the prompt that is there, which finds the same $? and has its own scope.
if ("$function:prompt" -cnotlike '*__awsmfa_remind*') {
    $function:global:prompt = & {
        param($__awsmfa_prompt)
        {
            $__awsmfa_succeeded = $?
            __awsmfa_remind
            # There is no other way to make it false again, nor a quieter one.
            if (-not $__awsmfa_succeeded) { Microsoft.PowerShell.Core\Get-Command -Name ' ' -ErrorAction Ignore }
            & $__awsmfa_prompt
        }.GetNewClosure()
    } $function:prompt
}
