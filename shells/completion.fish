# aws-mfa-env completed in fish.
function __aws_mfa_env_complete
    set --local words (commandline --tokenize --current-process --cut-at-cursor)
    set --append words (commandline --current-token --cut-at-cursor)
    set --local lines (command aws-mfa-env completion --words fish $words 2>/dev/null)
    # A tab, and the place of the first word of another command.
    set --local place (string replace --filter --regex '^\t' '' -- $lines[1])
    if test -n "$place"
        set words[1..-2] (string escape -- $words[1..-2])
        complete --do-complete (string join -- ' ' $words[$place..-1])
    else
        string join -- \n $lines
    end
end

for name in aws-mfa-env awsmfa
    complete --command $name --erase
    complete --command $name --no-files --keep-order --arguments '(__aws_mfa_env_complete)'
end
