# aws-mfa-env for tcsh, which has no functions: a file that an alias sources. In ~/.tcshrc:
#   alias awsmfa 'source ~/.awsmfa.tcsh awsmfa \!*'

# A trace of what follows would show the secrets; and `*` is no name of a file where it comes from the program.
set awsmfa_after = ''
if ($?echo) set awsmfa_after = 'set echo;'
unset echo
if ($?verbose) set awsmfa_after = "$awsmfa_after set verbose;"
unset verbose
if (! $?noglob) set awsmfa_after = "$awsmfa_after unset noglob;"
set noglob

# Without a word of the alias's own, tcsh would hand on those of the script around.
shift
# A command, or a question for help: what it prints is for the user.
set awsmfa_last = first
foreach awsmfa_word ($argv:q)
  if ("$awsmfa_word" =~ [a-zA-Z]* && $awsmfa_last == first) set awsmfa_last = run
  if ("$awsmfa_word" == '-h' || "$awsmfa_word" == '--help' || "$awsmfa_word" == '--version') set awsmfa_last = run
  if ($awsmfa_last == first) set awsmfa_last = evaluate
end

if ($awsmfa_last == run) then
  set awsmfa_last = 'aws-mfa-env $argv:q'
else
  set awsmfa_word = (`aws-mfa-env --shell tcsh $argv:q`)
  set awsmfa_last = "(exit $status)"
  if ("$awsmfa_last" == '(exit 0)') then
    eval $awsmfa_word:q
    set awsmfa_last = "(exit $status)"
  endif
endif
# In one line and the last one, behind which nothing changes the status.
eval "unset awsmfa_word awsmfa_last awsmfa_after; $awsmfa_after $awsmfa_last"
