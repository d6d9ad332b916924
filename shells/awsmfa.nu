# Put an AWS MFA session into this shell, or take it away.
def --env --wrapped awsmfa [...words: string] {
    let input = $in
    if (which --all aws-mfa-env | where type == external | is-empty) {
        let hint = "awsmfa: hint: npm install --global aws-mfa-env"
        error make {msg: $"awsmfa: error: aws-mfa-env is not on PATH\n($hint)"}
    }
    # A command, or a question for help: what it prints is for the user.
    if ($words | get -o 0 | default '' | $in =~ '^[a-zA-Z]') or ($words | any {|word| $word in [-h --help --version] }) {
        if $input == null { ^aws-mfa-env ...$words } else { $input | ^aws-mfa-env ...$words }
    } else {
        # Where the program fails, that is an error, and nothing is loaded.
        let changes = if $input == null { ^aws-mfa-env --shell nu ...$words } else { $input | ^aws-mfa-env --shell nu ...$words }
        $changes | from json | load-env
    }
}
