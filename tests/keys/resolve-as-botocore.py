"""Finds the credentials of a profile (mfa, unless named) as botocore does: JSON on stdin, a line of JSON a pair of files on stdout."""

import json
import sys

import botocore.session


def find(pair):
    session = botocore.session.Session(profile=pair.get('profile', 'mfa'))
    session.set_config_variable('config_file', pair['config'])
    session.set_config_variable('credentials_file', pair['credentials'])
    credentials = session.get_credentials()
    if credentials is None:
        return None
    # What would have to ask somebody first is not asked.
    if not type(credentials) is botocore.credentials.Credentials:
        return {'method': credentials.method}
    return {'keys': [credentials.access_key, credentials.secret_key, credentials.token]}


for pair in json.load(sys.stdin):
    try:
        print(json.dumps(find(pair)))
    except botocore.exceptions.BotoCoreError as error:
        print(json.dumps({'refused': type(error).__name__}))
