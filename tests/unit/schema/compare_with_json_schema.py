#!/usr/bin/env python3
"""Holds schemas/schema.schema.json, which editors use, against the build's own check.

compare_with_json_schema.py SCHEMA_CHECK SCHEMAS_DIR

Both must take the files as they are, and refuse a key that nobody knows anywhere in them; and what
the JSON Schema refuses, the check must refuse as well: an editor that marks what is right is worse
than none.
"""
import copy
import json
import pathlib
import re
import subprocess
import sys
import tempfile

import jsonschema

schema_check, folder = sys.argv[1], pathlib.Path(sys.argv[2])
editor = jsonschema.Draft7Validator(json.loads((folder / "schema.schema.json").read_text()))
files = {
    str(path.relative_to(folder)): json.loads(path.read_text())
    for path in sorted(folder.rglob("*.json"))
    if not path.name.endswith(".schema.json")
}
failures = []


def build_takes(name, content):
    """Whether the build's check takes the files with `content` instead of file `name`."""
    with tempfile.TemporaryDirectory() as copy_of:
        for other, original in files.items():
            path = pathlib.Path(copy_of) / other
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps(content if other == name else original))
        command = [schema_check, copy_of, copy_of + "/catalog.cc", *files]
        return subprocess.run(command, capture_output=True, check=False).returncode == 0


def places(node, path=()):
    """The paths of all objects in `node`."""
    if isinstance(node, dict):
        yield path
        for key, child in node.items():
            yield from places(child, path + (key,))


def at(content, path):
    for key in path:
        content = content[key]
    return content


def kind_of(file_name, path):
    """The same for all files of a folder and all attributes, blocks, limits and operations: one of
    each is tried, and attributes in attributes are like those around them."""
    text = re.sub(r"/[^/]+\.json", "/*", file_name) + "/" + "/".join(path)
    text = re.sub(r"/(attributes|blocks|limits|operations|needs)/[^/]+", r"/\1/*", text)
    return re.sub(r"(/attributes/\*)+", "/attributes/*", text)


def expect(holds, what):
    if not holds:
        failures.append(what)


tried = 0
seen, seen_keys = set(), set()
for file_name, content in files.items():
    expect(editor.is_valid(content), f"{file_name}: the JSON Schema refuses it as it is")
    expect(build_takes(file_name, content), f"{file_name}: the check refuses it as it is")
    for path in places(content):
        if kind_of(file_name, path) in seen:
            continue
        seen.add(kind_of(file_name, path))
        where = f"{file_name} at /{'/'.join(path)}"

        changed = copy.deepcopy(content)
        at(changed, path)["unheard_of"] = None
        expect(not editor.is_valid(changed), f"{where}: the JSON Schema takes an unknown key")
        expect(not build_takes(file_name, changed), f"{where}: the check takes an unknown key")

        for key in at(content, path):
            if kind_of(file_name, path + (key,)) in seen_keys:
                continue
            seen_keys.add(kind_of(file_name, path + (key,)))
            for wrong in ("missing", None, 17, "", "x", [], {}, True):
                changed = copy.deepcopy(content)
                if wrong == "missing":
                    del at(changed, path)[key]
                else:
                    at(changed, path)[key] = wrong
                tried += 1
                if not editor.is_valid(changed):
                    expect(
                        not build_takes(file_name, changed),
                        f"{where}: the check takes {key} = {wrong!r}, the JSON Schema does not",
                    )

print(f"{tried} changes tried")
print("\n".join(failures))
sys.exit(1 if failures or tried < 100 else 0)
