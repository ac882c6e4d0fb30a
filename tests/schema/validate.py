#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Holds JSON documents against a JSON Schema (draft 2020-12).

usage: validate.py [--lines] SCHEMA FILE...

A FILE of "-" is the standard input. With --lines each line of a file is a document of its own.
Exit status: 0 every document is valid, 1 at least one is not, 2 wrong usage or no JSON.
"""

import argparse
import json
import sys

import jsonschema


def unique_keys(pairs):
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("an object has a key twice")
    return members


def no_constant(name):
    raise ValueError(f"{name} is not JSON")


def load(text):
    return json.loads(text, object_pairs_hook=unique_keys, parse_constant=no_constant)


def documents(name, lines):
    """Yields (where, document)."""
    data = sys.stdin.buffer.read() if name == "-" else open(name, "rb").read()
    text = data.decode("utf-8")
    if not lines:
        yield name, load(text)
        return
    for number, line in enumerate(text.splitlines(), start=1):
        yield f"{name}:{number}", load(line)


def errors_of(validator, document):
    for error in sorted(validator.iter_errors(document), key=lambda e: list(map(str, e.path))):
        error = jsonschema.exceptions.best_match([error])
        pointer = "".join(f"/{part}" for part in error.absolute_path)
        yield f"{pointer or '/'}: {error.message[:300]}"


def main():
    parser = argparse.ArgumentParser(description="Holds JSON documents against a JSON Schema.")
    parser.add_argument("--lines", action="store_true", help="each line is a document")
    parser.add_argument("schema")
    parser.add_argument("files", nargs="+")
    arguments = parser.parse_args()
    try:
        with open(arguments.schema, encoding="utf-8") as file:
            schema = load(file.read())
        jsonschema.Draft202012Validator.check_schema(schema)
    except (OSError, ValueError, jsonschema.SchemaError) as error:
        print(f"{arguments.schema}: {error}", file=sys.stderr)
        return 2
    validator = jsonschema.Draft202012Validator(schema)
    invalid = 0
    checked = 0
    for name in arguments.files:
        try:
            for where, document in documents(name, arguments.lines):
                checked += 1
                errors = list(errors_of(validator, document))
                invalid += bool(errors)
                for error in errors[:20]:
                    print(f"{where}: {error}", file=sys.stderr)
        except (OSError, ValueError) as error:
            print(f"{name}: {error}", file=sys.stderr)
            return 2
    if checked == 0:
        print("no document to check", file=sys.stderr)
        return 2
    return 1 if invalid else 0


if __name__ == "__main__":
    sys.exit(main())
