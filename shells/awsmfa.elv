# aws-mfa-env for elvish, as the value of a function: var awsmfa~ = (eval (aws-mfa-env init elvish | slurp))
put {|@words|
  use re
  if (not (has-external aws-mfa-env)) {
    fail "awsmfa: error: aws-mfa-env is not on PATH\n"'awsmfa: hint: npm install --global aws-mfa-env'
  }
  # A command, or a question for help: what it prints is for the user.
  var asked = [(each {|word| if (has-value [-h --help --version] $word) { put $word } } $words)]
  if (or (and (> (count $words) 0) (re:match '^[a-zA-Z]' $words[0])) (> (count $asked) 0)) {
    (external aws-mfa-env) $@words
  } else {
    # Where the program fails, that is an exception, and nothing is evaluated.
    eval ((external aws-mfa-env) --shell elvish $@words | slurp)
  }
}
