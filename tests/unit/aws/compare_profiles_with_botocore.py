#!/usr/bin/python3
"""Compares what we read in shared files with what botocore does, on files by chance.

    compare_profiles_with_botocore.py PROGRAM    exit 1 if any value differs

What botocore refuses (a line that is none) is left out and counted. Where we go with the SDK for Go
instead, no file is made: comments behind values, keys that are indented more than the one before.
Nor are there empty values in the credentials file: to us, they do not hide those of the config file.
"""

import json
import pathlib
import random
import subprocess
import sys
import tempfile

import botocore
import botocore.configloader
import botocore.exceptions

PROFILES = ["default", "dev", "my  dev", "a#b", "o'r", "none"]
KEYS = ["aws_access_key_id", "aws_secret_access_key", "region", "role_arn", "s3"]
VALUES = ["AKIA1", "a/b+c==", "a:b = c", "arn:aws:iam::1:role/x", "a#b;c", "%(x)s", "$HOME", '"q"',
          "'q'", "a\\b", "a  b", "=", ":", "[x]", "ü", "", "\u00a0nbsp"]


def header(chance, name, is_config):
    if not is_config:
        return f"[{name}]"
    quoted = chance.choice([f'"{name}"', f"'{name}'"]) if "'" not in name else f'"{name}"'
    if chance.random() < 0.3 and name in ("default", "dev"):
        quoted = name
    if name == "default":
        return "[default]"
    return chance.choice([f"[profile {quoted}]", f"[profile\t{quoted}]", f"[profile  {quoted} ]"])


def section(chance, name, is_config):
    lines = [header(chance, name, is_config)]
    indent = chance.choice(["", "", " ", "\t", "    "])
    for key in chance.sample(KEYS[:-1], chance.randint(0, 4)):
        if chance.random() < 0.3:
            key = key.upper()
        if chance.random() < 0.2:
            lines.append(chance.choice(["", "# x = y", "; x", "  ", "#", indent + "  # [x]"]))
        between = chance.choice(["=", " = ", ":", " : ", "\t=\t", "= ", " ="])
        value = chance.choice(VALUES) or ("" if is_config else "x")
        lines.append(f"{indent}{key}{between}{value}{chance.choice(['', '', ' ', chr(9)])}")
    if chance.random() < 0.2:
        lines += [f"{indent}s3 =", f"{indent}  region = nested", f"{indent}  addressing_style = path"]
    if chance.random() < 0.03:
        lines.append("neither key nor section")
    return lines


def some_file(chance, is_config):
    names = chance.sample(PROFILES[:-1], chance.randint(0, 4))
    lines = [line for name in names for line in section(chance, name, is_config)]
    return chance.choice(["\n", "\n", "\r\n"]).join(lines + [""])


def botocores_values(folder, case):
    for name in ("config", "credentials"):
        (folder / name).write_bytes(case[name].encode())
    try:
        profiles = botocore.configloader.load_config(folder / "config")["profiles"]
        credentials = botocore.configloader.raw_config_parse(folder / "credentials")
    except botocore.exceptions.ConfigParseError:
        return None
    for name, values in credentials.items():
        profiles.setdefault(name, {}).update(values)
    return {
        name: {key: profile[key] for key in KEYS
               if profile.get(key) and isinstance(profile[key], str)}
        for name, profile in profiles.items() if name in PROFILES
    }


def main(program):
    seed = random.randrange(1 << 32)
    chance = random.Random(seed)
    cases = [{"config": some_file(chance, True), "credentials": some_file(chance, False),
              "profiles": PROFILES, "keys": KEYS} for _ in range(500)]
    ours = subprocess.run(
        [program], input="".join(json.dumps(case) + "\n" for case in cases),
        capture_output=True, check=True, text=True,
    ).stdout.splitlines()
    different = refused = 0
    with tempfile.TemporaryDirectory() as folder:
        for case, line in zip(cases, ours, strict=True):
            theirs = botocores_values(pathlib.Path(folder), case)
            if theirs is None:
                refused += 1
            elif theirs != json.loads(line):
                different += 1
                if different <= 3:
                    print(json.dumps(case), theirs, line, sep="\n", end="\n\n")
    print(f"{len(cases) - different - refused} of {len(cases) - refused} pairs of files read as by "
          f"botocore {botocore.__version__} (seed {seed}); it refuses {refused} more")
    return 1 if different or refused > len(cases) // 2 else 0


sys.exit(main(sys.argv[1]))
