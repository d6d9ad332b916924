# aws-mfa-env for Windows PowerShell 5.1 and PowerShell 7.
# An alias would come before the function.
$alias:awsmfa = $null

function global:awsmfa {
    # Until the program has run; in strict mode, reading it before that is an error.
    $global:LASTEXITCODE = 127
    $program = Microsoft.PowerShell.Core\Get-Command -Name aws-mfa-env -CommandType Application -TotalCount 1 -ErrorAction Ignore
    if ($null -eq $program) {
        throw ('awsmfa: error: aws-mfa-env is not on PATH', 'awsmfa: hint: npm install --global aws-mfa-env' -join "`n")
    }

    # A command, or a question for help: what it prints is for the user.
    if (($args.Count -gt 0 -and "$($args[0])" -cmatch '^[a-zA-Z]') -or
        $args -ccontains '-h' -or $args -ccontains '--help' -or $args -ccontains '--version') {
        if ($MyInvocation.ExpectingInput) { $input | & $program @args } else { & $program @args }
        return
    }

    # That the program failed is looked at here, and a line of it on stderr is no failure.
    $PSNativeCommandUseErrorActionPreference = $false
    $ErrorActionPreference = 'Continue'
    $statements = if ($MyInvocation.ExpectingInput) { $input | & $program --shell powershell @args }
    else { & $program --shell powershell @args }
    # A function has no other way to make $? false, and a script must not go on without its session.
    $ErrorActionPreference = 'Stop'
    if ($global:LASTEXITCODE -ne 0) { throw "aws-mfa-env failed ($global:LASTEXITCODE)" }
    # The cmdlet itself, past a function or alias of its name.
    & (Microsoft.PowerShell.Core\Get-Command -Name Invoke-Expression -CommandType Cmdlet) ($statements -join "`n")
}
