# aws-mfa-env for fish.
function awsmfa --description 'Put an AWS MFA session into this shell, or take it away'
    if not command --query aws-mfa-env
        echo 'awsmfa: error: aws-mfa-env is not on PATH' >&2
        echo 'awsmfa: hint: npm install --global aws-mfa-env' >&2
        return 127
    end

    # A command, or a question for help: what it prints is for the user.
    if string match --quiet --regex '^[a-zA-Z]' -- "$argv[1]"
        or contains -- -h $argv
        or contains -- --help $argv
        or contains -- --version $argv
        command aws-mfa-env $argv
        return
    end

    # A trace of what follows would show the secrets.
    set --local fish_trace
    # Not by a command substitution, which does not get what is piped into the function.
    command aws-mfa-env --shell fish $argv | read --local --null statements
    set --local exit_status $pipestatus[1]
    test $exit_status -eq 0
    or return $exit_status
    printf %s $statements | source
end
