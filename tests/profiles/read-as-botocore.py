"""Reads pairs of AWS config and credentials files as botocore does: JSON on stdin, a line of JSON a pair on stdout."""

import json
import sys

import botocore.session
from botocore.exceptions import BotoCoreError

# A session costs 9 ms and reads its files once; this one is made to read again.
session = botocore.session.Session()


def read(pair):
    session._config = None
    session.set_config_variable('config_file', pair['config'])
    session.set_config_variable('credentials_file', pair['credentials'])
    try:
        config = session.full_config
    except BotoCoreError as error:
        return {'refused': type(error).__name__}
    return {'profiles': config['profiles'], 'services': config.get('services', {})}


for pair in json.load(sys.stdin):
    print(json.dumps(read(pair)))
