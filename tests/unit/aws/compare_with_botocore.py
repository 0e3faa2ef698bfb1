#!/usr/bin/python3
"""Compares our signer with botocore's on requests by chance.

    compare_with_botocore.py PROGRAM            signs 5000 requests with both; exit 1 if any differs
    compare_with_botocore.py --corpus FOLDER    writes the corpus of SignerCorpusTest anew
"""

import datetime
import json
import pathlib
import random
import subprocess
import sys
import urllib.parse

import botocore.auth
import botocore.awsrequest
import botocore.credentials

ALPHABET = "abzAZ09-._~ !\"#$%&'()*+,/:;<=>?@[\\]^`{|}äß€𝄞\u00a0"


class Signed:
    """What botocore makes of a request, step by step."""

    def __init__(self, case):
        time = datetime.datetime.fromtimestamp(case["time"], datetime.timezone.utc)
        kind = botocore.auth.S3SigV4Auth if case["service"] == "s3" else botocore.auth.SigV4Auth
        signer = kind(
            botocore.credentials.Credentials(
                case["access_key_id"],
                case["secret_access_key"],
                case["session_token"] or None,
            ),
            case["service"],
            case["region"],
        )
        request = botocore.awsrequest.AWSRequest(
            method=case["method"], url=case["url"], data=case["body"].encode()
        )
        for name, value in case["headers"]:
            request.headers.add_header(name, value)
        # What add_auth() does, but for the time, which it takes from the computer.
        request.context["timestamp"] = time.strftime("%Y%m%dT%H%M%SZ")
        signer._modify_request_before_signing(request)
        self.canonical_request = signer.canonical_request(request)
        self.string_to_sign = signer.string_to_sign(request, self.canonical_request)
        signer._inject_signature_to_request(
            request, signer.signature(self.string_to_sign, request)
        )
        self.authorization = request.headers["Authorization"]


def some_text(chance, longest=12):
    return "".join(chance.choices(ALPHABET, k=chance.randint(0, longest)))


def some_case(chance):
    def quoted(text):
        return urllib.parse.quote(text, safe="-._~")

    path = "/" + "/".join(quoted(some_text(chance)) for _ in range(chance.randint(0, 4)))
    if chance.random() < 0.2:
        arn = "arn:aws:entityresolution:eu-west-1:123456789012:idmappingworkflow/wf"
        path = f"/idmappingworkflows/{quoted(arn)}/jobs"
    pairs = []
    for _ in range(chance.choice([0, 0, 1, 2, 5])):
        key = quoted(some_text(chance, 3))
        pairs.append(key if chance.random() < 0.1 else f"{key}={quoted(some_text(chance, 3))}")
    query = "&".join(pairs)
    headers = [["Content-Type", "application/json"]] if chance.random() < 0.5 else []
    for _ in range(chance.randint(0, 3)):
        name = "X-" + "".join(chance.choices("abAB-1", k=3))
        value = "".join(chance.choices("ab  \t,;=\"/", k=chance.randint(0, 12)))
        headers.append([name, value])
    return {
        "method": chance.choice(["GET", "POST", "PUT", "DELETE", "HEAD"]),
        "url": f"https://host-{chance.randint(0, 9)}.example.com"
        + chance.choice(["", ":443", ":8443"]) + path + (f"?{query}" if query else ""),
        "headers": headers,
        "body": some_text(chance, 200) if chance.random() < 0.5 else "",
        "access_key_id": "AKID" + str(chance.randint(0, 999)),
        "secret_access_key": some_text(chance, 40) or "key",
        # Python takes U+00A0 in a header for a space; no token holds one.
        "session_token": some_text(chance, 40).replace("\u00a0", "").strip()
        if chance.random() < 0.5 else "",
        "time": chance.randint(0, 4_000_000_000),
        "region": chance.choice(["eu-west-1", "us-gov-west-1", "aws-global"]),
        "service": chance.choice(["entityresolution", "sts", "s3"]),
    }


def compare(program):
    seed = random.randrange(1 << 32)
    chance = random.Random(seed)
    cases = [some_case(chance) for _ in range(5000)]
    ours = subprocess.run(
        [program], input="".join(json.dumps(case) + "\n" for case in cases),
        capture_output=True, check=True, text=True,
    ).stdout.splitlines()
    different = 0
    for case, authorization in zip(cases, ours, strict=True):
        signed = Signed(case)
        if signed.authorization != authorization:
            different += 1
            if different <= 3:
                print(json.dumps(case), signed.canonical_request, signed.authorization,
                      authorization, sep="\n", end="\n\n")
    print(f"{len(cases) - different} of {len(cases)} signatures agree with botocore (seed {seed})")
    return 1 if different else 0


# name: what is special about the request
CORPUS = {
    "get-root": {"url": "https://host.example.com/"},
    "get-no-path": {"url": "https://host.example.com"},
    "get-port": {"url": "https://host.example.com:8443/x"},
    "get-default-port": {"url": "https://host.example.com:443/x"},
    "get-unreserved-path": {"url": "https://host.example.com/-._~azAZ09"},
    "get-utf8-path": {"url": "https://host.example.com/%C3%A4%E2%82%AC"},
    "get-dot-segments": {"url": "https://host.example.com/a/./b/../c//d/"},
    "get-dots-to-the-root": {"url": "https://host.example.com/a/../.."},
    "get-arn-in-path": {
        "url": "https://entityresolution.eu-west-1.amazonaws.com/idmappingworkflows/"
        "arn%3Aaws%3Aentityresolution%3Aeu-west-1%3A123456789012%3Aidmappingworkflow%2Fwf/jobs"
    },
    "get-query-empty-value": {"url": "https://host.example.com/?a=&b"},
    "get-query-repeated-key": {"url": "https://host.example.com/?a=2&a=1&a=10"},
    "get-query-key-is-prefix": {"url": "https://host.example.com/?a-b=1&a=2&a.=3"},
    "get-query-encoded-order": {"url": "https://host.example.com/?z=1&%C3%A4=2&Z=3&%2B=4"},
    "get-query-encoded-value": {"url": "https://host.example.com/?token=a%2Bb%3D%3D%2F"},
    "get-header-spaces": {"headers": [["X-Spaced", "  a   b\t c  "]]},
    "get-header-repeated": {"headers": [["X-Twice", "2"], ["x-twice", " 1 "]]},
    "get-header-order": {"headers": [["X-b", "1"], ["x-A", "2"], ["Accept", "3"]]},
    "get-header-not-signed": {"headers": [["User-Agent", "me"], ["Expect", "100-continue"]]},
    "post-empty-object": {"method": "POST", "body": "{}"},
    "post-utf8-body": {"method": "POST", "body": '{"name": "äß€𝄞"}'},
    "post-session-token": {"method": "POST", "session_token": "a//b+c=="},
    "post-sts": {
        "method": "POST", "service": "sts", "region": "us-east-1",
        "url": "https://sts.amazonaws.com/",
        "headers": [["Content-Type", "application/x-www-form-urlencoded; charset=utf-8"]],
        "body": "Action=GetCallerIdentity&Version=2011-06-15",
    },
    "s3-get-path-as-it-is": {
        "service": "s3", "url": "https://b.s3.eu-west-1.amazonaws.com/a/../b//%C3%A4%20c/"
    },
    "s3-put-if-absent": {
        "method": "PUT", "service": "s3", "body": "a note", "session_token": "a//b+c==",
        "url": "https://b.s3.eu-west-1.amazonaws.com/k",
        "headers": [["If-None-Match", "*"]],
    },
    "put-leap-day-midnight": {"method": "PUT", "time": 1709164800},
}


def write_corpus(folder):
    for name, special in CORPUS.items():
        case = {
            "method": "GET", "url": "https://host.example.com/", "headers": [], "body": "",
            "access_key_id": "AKIDEXAMPLE",
            "secret_access_key": "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
            "session_token": "", "time": 1767323045, "region": "eu-west-1",
            "service": "entityresolution",
        } | special
        signed = Signed(case)
        target = pathlib.Path(folder) / name
        target.mkdir(parents=True, exist_ok=True)
        (target / "request.json").write_text(json.dumps(case, indent=2) + "\n")
        (target / "canonical-request.txt").write_text(signed.canonical_request)
        (target / "string-to-sign.txt").write_text(signed.string_to_sign)
        (target / "authorization.txt").write_text(signed.authorization)
    return 0


if sys.argv[1] == "--corpus":
    sys.exit(write_corpus(sys.argv[2]))
sys.exit(compare(sys.argv[1]))
