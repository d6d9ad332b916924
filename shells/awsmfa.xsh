# aws-mfa-env for xonsh.
def _aws_mfa_env(words, stdin=None, stdout=None, stderr=None):
    import os, shutil, subprocess, sys
    program = shutil.which('aws-mfa-env', path=os.pathsep.join(map(str, $PATH)))
    if program is None:
        print('awsmfa: error: aws-mfa-env is not on PATH', file=stderr or sys.stderr)
        print('awsmfa: hint: npm install --global aws-mfa-env', file=stderr or sys.stderr)
        return 127
    streams = dict(stdin=stdin, stderr=stderr, env=${...}.detype())
    first = words[0][:1] if words else ''
    # A command, or a question for help: what it prints is for the user.
    if first.isascii() and first.isalpha() or {'-h', '--help', '--version'} & {*words}:
        return subprocess.run([program, *words], stdout=stdout, **streams).returncode
    ended = subprocess.run([program, '--shell', 'xonsh', *words], stdout=subprocess.PIPE, **streams)
    if ended.returncode == 0:
        execx(ended.stdout.decode())
    return ended.returncode

# In a thread of its own it would not have the terminal.
__import__('xonsh.tools').tools.unthreadable(_aws_mfa_env)
aliases['awsmfa'] = _aws_mfa_env
del _aws_mfa_env
