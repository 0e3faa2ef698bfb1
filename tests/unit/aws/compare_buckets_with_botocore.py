#!/usr/bin/python3
"""Compares where we look for a bucket's object with where botocore does.

    compare_buckets_with_botocore.py PROGRAM    exit 1 if any address differs

Each Region by chance of each partition, with FIPS, dual stack and custom endpoints; buckets and
keys of all kinds. What botocore refuses (no FIPS in China, say) is left out and counted.
"""

import itertools
import json
import subprocess
import sys

import botocore.awsrequest
import botocore.config
import botocore.exceptions
import botocore.session

REGIONS = ["us-east-1", "us-west-2", "eu-west-1", "ap-southeast-3", "me-central-1", "cn-north-1",
           "cn-northwest-1", "us-gov-west-1", "us-gov-east-1", "us-iso-east-1", "us-isob-east-1"]
BUCKETS = ["my-bucket", "b-1", "with.dots", "0123456789", "x" * 63, "Old_Bucket", "has_underscore"]
KEYS = ["k", "journal/a b", "ü€𝄞/+&=?#%20", "~-._!*'()", "a//b/./c", ":@$,;", "\"<>\\^`{|}"]
CUSTOM = ["", "http://127.0.0.1:9000", "https://store.example.com", "https://store.example.com/s3"]


class Asked(Exception):
    """Holds the URL of a request that was about to be sent."""


def botocores_url(session, case):
    client = session.create_client(
        "s3", region_name=case["region"], endpoint_url=case["custom_url"] or None,
        aws_access_key_id="AK", aws_secret_access_key="SK",
        config=botocore.config.Config(
            use_fips_endpoint=case["use_fips"], use_dualstack_endpoint=case["use_dualstack"],
            s3={"us_east_1_regional_endpoint": "regional",
                "addressing_style": "path" if case["custom_url"] else "auto"}))

    def before_send(request, **_):
        raise Asked(request.url)

    client.meta.events.register("before-send.s3", before_send)
    try:
        client.get_object(Bucket=case["bucket"], Key=case["key"])
    except Asked as asked:
        return str(asked)
    except botocore.exceptions.BotoCoreError:
        return None


def main(program):
    cases = [
        {"region": region, "use_fips": fips, "use_dualstack": dual, "custom_url": custom,
         "bucket": bucket, "key": key}
        for region, fips, dual, custom, bucket in itertools.product(
            REGIONS, [False, True], [False, True], CUSTOM, BUCKETS)
        if not (custom and (fips or dual))
        for key in (KEYS if region == "eu-west-1" and not fips else KEYS[:1])
    ]
    ours = subprocess.run(
        [program], input="".join(json.dumps(case) + "\n" for case in cases),
        capture_output=True, check=True, text=True,
    ).stdout.splitlines()
    session = botocore.session.Session()
    different = refused = 0
    for case, url in zip(cases, ours, strict=True):
        theirs = botocores_url(session, case)
        if theirs is None:
            refused += 1
        elif theirs != url:
            different += 1
            if different <= 5:
                print(json.dumps(case), theirs, url, sep="\n", end="\n\n")
    print(f"{len(cases) - different - refused} of {len(cases) - refused} addresses agree with "
          f"botocore {botocore.__version__}; it refuses {refused} more")
    return 1 if different else 0


sys.exit(main(sys.argv[1]))
