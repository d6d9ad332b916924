"""The URL and signing region of each [service, region, fips, dualstack] on stdin, as botocore's rulesets give them."""
import json
import sys

import botocore.session
from botocore.config import Config

operations = {'sts': 'GetCallerIdentity', 'iam': 'ListMFADevices'}
session = botocore.session.get_session()


def resolve(service, region, fips, dualstack):
    config = Config(use_fips_endpoint=fips, use_dualstack_endpoint=dualstack)
    keys = {'aws_access_key_id': 'AKIA', 'aws_secret_access_key': 'secret'}
    try:
        client = session.create_client(service, region_name=region, config=config, **keys)
    except botocore.exceptions.EndpointVariantError:
        # Its older list of endpoints, which the rulesets have replaced, has no such variant.
        return None
    operation = client.meta.service_model.operation_model(operations[service])
    endpoint = client._ruleset_resolver.construct_endpoint(operation, {}, {})
    [scheme, *_] = endpoint.properties.get('authSchemes') or [{}]
    return [endpoint.url, scheme.get('signingRegion') or region]


json.dump([resolve(*row) for row in json.load(sys.stdin)], sys.stdout)
