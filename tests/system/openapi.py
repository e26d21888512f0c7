# SPDX-License-Identifier: MIT
"""Holds a server's answers against its own OpenAPI document.

    api = Api(server)
    api.call("getJob", id=job).json     # asked as documented, the answer checked as documented
    api.answered                        # {("getJob", 200), …}

An answer may hold no key that its schema does not name: what is not documented is a mistake too.
"""
import json
import re
import urllib.parse

import jsonschema

METHODS = ("get", "put", "post", "delete", "patch")


class Api:
    def __init__(self, server):
        self.server = server
        self.document = json.loads(server.request("GET", "/v1/openapi.json").body)
        self.operations = {one["operationId"]: (method.upper(), path, one)
                           for path, item in self.document["paths"].items()
                           for method, one in item.items() if method in METHODS}
        self.answered = set()

    def call(self, name, json=None, id=None, query=None, status=None, **how):
        """Asks; `status` is wanted, or the documented success."""
        method, path, operation = self.operations[name]
        assert ("{id}" in path) == (id is not None)
        path = path.replace("{id}", urllib.parse.quote(str(id), safe=""))
        answer = self.server.rest(method, path, json=json, query=query, **how)
        success = min(int(code) for code in operation["responses"])
        assert answer.status == (status or success), answer
        self.check(name, operation, answer)
        return answer

    def check(self, name, operation, answer):
        documented = operation["responses"].get(str(answer.status))
        assert documented, f"{name} may not answer {answer}"
        for header in documented["headers"]:
            assert answer.headers[header], f"{name}: no {header}"
        self.check_body(documented.get("content"), answer)
        self.answered.add((name, answer.status))

    def check_body(self, content, answer):
        if not content:
            assert answer.body == b"" and answer.headers["Content-Type"] is None, answer
            return
        (kind, what), = content.items()
        assert answer.headers["Content-Type"] == kind
        if kind == "application/json":
            self.validate(what["schema"], answer.json)

    # --- schemas ---

    def validate(self, schema, value):
        resolver = jsonschema.RefResolver("", self.document)
        checker = jsonschema.FormatChecker()
        checker.checks("date-time")(is_moment)
        jsonschema.Draft4Validator(schema, resolver=resolver, format_checker=checker).validate(value)
        self.refuse_unknown(schema, value, "answer")

    def resolved(self, schema):
        """Every schema that describes the same value."""
        if "$ref" in schema:
            yield from self.resolved(self.document["components"]["schemas"][schema["$ref"].split("/")[-1]])
        for part in schema.get("allOf", []):
            yield from self.resolved(part)
        yield schema

    def refuse_unknown(self, schema, value, path):
        parts = list(self.resolved(schema))
        if isinstance(value, list):
            for part in parts:
                for i, one in enumerate(value):
                    self.refuse_unknown(part.get("items", {}), one, f"{path}[{i}]")
        known = {key: one for part in parts for key, one in part.get("properties", {}).items()}
        if isinstance(value, dict) and known:
            assert set(value) <= set(known), f"{path} has {set(value) - set(known)}"
            for key, one in value.items():
                self.refuse_unknown(known[key], one, f"{path}.{key}")


def is_moment(text):
    return bool(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", text))
