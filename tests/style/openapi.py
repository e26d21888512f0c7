#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Checks that the OpenAPI document keeps to the standard: openapi.py PROGRAM

PROGRAM --print gives the document. It is held against the standard's own schema, and against what
the standard says in words: operation ids are unique, each {name} of a path has its parameter, each
schema is one, and what it gives as a default it also accepts.
"""
import json
import re
import subprocess
import sys

import jsonschema

STANDARD = "/usr/share/openapi-specification/schemas/v3.0/schema.json"
METHODS = ("get", "put", "post", "delete", "patch")


def operations(document):
    for path, item in document["paths"].items():
        for method in METHODS:
            if method in item:
                yield path, method, item[method]


def schemas(value):
    """Every schema below `value`, at any depth."""
    if isinstance(value, list):
        for one in value:
            yield from schemas(one)
    elif isinstance(value, dict):
        for key, one in value.items():
            if key == "schema":
                yield one
            elif key == "schemas" or key == "properties":
                yield from one.values()
            yield from schemas(one)


def complaints(document):
    seen = set()
    for path, method, operation in operations(document):
        where = f"{method} {path}"
        if operation["operationId"] in seen:
            yield f"{where}: the operation id {operation['operationId']} is used twice"
        seen.add(operation["operationId"])
        wanted = set(re.findall(r"\{(\w+)\}", path))
        given = {one["name"] for one in operation["parameters"] if one["in"] == "path"}
        if wanted != given:
            yield f"{where}: the path has {wanted}, the parameters have {given}"
    for schema in schemas(document):
        jsonschema.Draft4Validator.check_schema(schema)
        if "default" in schema and not jsonschema.Draft4Validator(schema).is_valid(schema["default"]):
            yield f"the default is no value of its own schema: {schema}"


def main(program):
    document = json.loads(subprocess.check_output([program, "--print"]))
    with open(STANDARD, encoding="utf-8") as file:
        jsonschema.Draft4Validator(json.load(file)).validate(document)
    wrong = list(complaints(document))
    for text in wrong:
        print(text)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
