#!/usr/bin/python3
"""Compares where we look for a service with what the rules say that botocore has of it.

    compare_endpoints_with_botocore.py PROGRAM [SERVICE...]    exit 1 if any address differs

Each Region of each partition, with FIPS and dual stack. Services are sts, entityresolution, sso and
sso-oidc; the first two by default, since the rules of the others in Debian are older than what they
say of GovCloud. A service that this botocore does not know is left out, and so is what it refuses.
"""

import itertools
import json
import subprocess
import sys

import botocore.endpoint_provider
import botocore.exceptions
import botocore.session

PREFIXES = {"sts": "sts", "entityresolution": "entityresolution", "sso": "portal.sso", "sso-oidc": "oidc"}


def main(program, services):
    loader = botocore.session.Session().get_component("data_loader")
    partitions = loader.load_data("partitions")
    regions = [region for partition in partitions["partitions"] for region in partition["regions"]
               if "global" not in region]
    cases, theirs = [], []
    for service in services:
        try:
            rules = loader.load_service_model(service, "endpoint-rule-set-1")
        except botocore.exceptions.UnknownServiceError:
            continue
        provider = botocore.endpoint_provider.EndpointProvider(rules, partitions)
        for region, fips, dual in itertools.product(regions, [False, True], [False, True]):
            try:
                url = provider.resolve_endpoint(Region=region, UseFIPS=fips, UseDualStack=dual).url
            except botocore.exceptions.EndpointProviderError:
                continue
            cases.append({"prefix": PREFIXES[service], "region": region, "use_fips": fips,
                          "use_dualstack": dual})
            theirs.append(url)
    ours = subprocess.run(
        [program], input="".join(json.dumps(case) + "\n" for case in cases),
        capture_output=True, check=True, text=True,
    ).stdout.splitlines()
    different = 0
    for case, url, their_url in zip(cases, ours, theirs, strict=True):
        if url != their_url:
            different += 1
            print(json.dumps(case), their_url, url, sep="\n", end="\n\n")
    print(f"{len(cases) - different} of {len(cases)} addresses agree with botocore {botocore.__version__}")
    return 1 if different or len(cases) < 80 else 0


sys.exit(main(sys.argv[1], sys.argv[2:] or ["sts", "entityresolution"]))
