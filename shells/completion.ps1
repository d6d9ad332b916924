# aws-mfa-env completed in Windows PowerShell 5.1 and PowerShell 7.
Microsoft.PowerShell.Core\Register-ArgumentCompleter -Native -CommandName aws-mfa-env, awsmfa -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)
    $ErrorActionPreference = 'SilentlyContinue'
    $PSNativeCommandUseErrorActionPreference = $false
    $program = Microsoft.PowerShell.Core\Get-Command -Name aws-mfa-env -CommandType Application -TotalCount 1
    if ($null -eq $program) { return }

    # The words up to the cursor, without quotes; an empty one where the cursor is behind a space.
    $typed = ''
    $words = @(foreach ($element in $commandAst.CommandElements) {
        if ($element.Extent.StartOffset -ge $cursorPosition) { break }
        $typed = if ($element.Extent.EndOffset -lt $cursorPosition) { '' } else { $element.Extent.Text }
        if ($element -is [System.Management.Automation.Language.StringConstantExpressionAst]) { $element.Value }
        else { $element.Extent.Text }
    })
    if ($typed -eq '') { $words += '' }

    # In one word that nothing on the way to the program changes, or takes for a command.
    $question = [Convert]::ToBase64String([Text.Encoding]::UTF8.GetBytes($words -join "`0"))
    $exitCode = $ExecutionContext.SessionState.PSVariable.GetValue('global:LASTEXITCODE')
    $lines = @(& $program completion --words powershell $question 2> $null)
    $global:LASTEXITCODE = $exitCode

    if ($lines.Count -eq 0) {
        # What is there already, or PowerShell would offer files. Nothing at all is no result.
        if ($typed -eq '') { ' ' } else { $typed }
        return
    }
    if ($lines[0].StartsWith("`t")) {
        # The place of the first word of another command: what PowerShell would offer for that alone.
        $place = [int] $lines[0].Substring(1)
        $start = if ($place -ge $commandAst.CommandElements.Count) { $cursorPosition }
        else { $commandAst.CommandElements[$place].Extent.StartOffset }
        $line = $commandAst.Extent.StartScriptPosition.GetFullScript().Substring($start, $cursorPosition - $start)
        [System.Management.Automation.CommandCompletion]::CompleteInput($line, $line.Length, $null).CompletionMatches
        return
    }
    foreach ($line in $lines) {
        $text, $shown, $tip = foreach ($field in $line.Split("`t")) { [regex]::Unescape($field) }
        [System.Management.Automation.CompletionResult]::new($text, $shown, 'ParameterValue', $tip)
    }
}
