# A reminder for xonsh, before each prompt and without a process: a line when the AWS session of this shell enters its
# last 15m, and one when it has ended. What is left of it, for a prompt of one's own, is in the field {awsmfa_remaining}:
# 11h59m, 14m, 42s, ended, or nothing where there is no session.
def _awsmfa_reminder():
    import datetime, re, sys

    def seconds_left():
        end = str(${...}.get('AWS_CREDENTIAL_EXPIRATION', ''))
        pattern = r'(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d+)?(Z|[+-]\d\d:\d\d)'
        match = re.fullmatch(pattern, end, re.ASCII)
        if not match or not ${...}.get('AWS_SESSION_TOKEN'):
            return None
        try:
            end = datetime.datetime.fromisoformat(match[1] + match[3].replace('Z', '+00:00'))
        except ValueError:
            return None
        return (end - datetime.datetime.now(datetime.timezone.utc)) // datetime.timedelta(seconds=1)

    def remaining():
        left = seconds_left()
        if left is None:
            return None
        if left >= 3600:
            return f'{left // 3600}h{left // 60 % 60}m'
        return f'{left // 60}m' if left >= 60 else f'{left}s' if left > 0 else 'ended'

    def remind(**_):
        left = seconds_left()
        # With less than that left, a session that is cached does not serve; what another shell has renewed does.
        if left is None or left > 900:
            return
        what, renew = ('has ended', 'awsmfa') if left <= 0 else (f'ends in {remaining()}', 'awsmfa --min-remaining 15m')
        # Once in each shell.
        now = (left <= 0, $AWS_CREDENTIAL_EXPIRATION)
        if now == remind.told:
            return
        remind.told = now
        # A session that aws-mfa-env did not set may be no one that it can renew.
        command = f'; to renew it: {renew}' if ${...}.get('AWS_MFA_ENV_STATE') else ''
        print(f'awsmfa: note: the AWS session in this shell {what}{command}', file=sys.stderr)

    remind.__name__ = '_awsmfa_remind'
    remind.told = None
    for handler in [*events.on_pre_prompt]:
        if getattr(handler, '__name__', '') == remind.__name__:
            remind.told = handler.told
            events.on_pre_prompt.discard(handler)
    events.on_pre_prompt(remind)
    $PROMPT_FIELDS['awsmfa_remaining'] = remaining

_awsmfa_reminder()
del _awsmfa_reminder
