"""GitHub's OpenAPI document, as a judge of requests, answers and events."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from openapi_schema_validator import OAS30Validator, oas30_format_checker

FILE = Path(__file__).parent / "openapi/github.json"
ALWAYS = {401, 403, 404, 422}
"""refusals that GitHub gives to any operation, whether its document lists them or not"""
Schema = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Operation:
    """What the document says of one method on one path."""

    name: str
    """as `GET /repos/{owner}/{repo}`"""
    pattern: re.Pattern[str]
    query: Mapping[str, Schema]
    body: Schema | None
    body_required: bool
    answers: Mapping[int, Schema | None]
    """status -> schema of its body, None without a body"""

    def path(self, text: str) -> dict[str, str] | None:
        """The parameters in a path, None where it is another operation's."""
        match = self.pattern.fullmatch(text)
        return match and {name: unquote(value) for name, value in match.groupdict().items()}

    def request_faults(self, query: Mapping[str, str], body: Any) -> list[str]:
        """What is wrong with a request; an unknown query parameter is, as it is mostly a misspelt one."""
        faults = [f"unknown query parameter {name!r}" for name in query if name not in self.query]
        for name in query.keys() & self.query.keys():
            faults += [f"?{name}: {fault}" for fault in faults_in(self.query[name], _typed(query[name], self.query[name]))]
        if body is None:
            return [*faults, "no body"] if self.body_required else faults
        if self.body is None:
            return [*faults, "a body where none belongs"]
        if isinstance(body, list) and self.name.endswith("/labels"):
            # A plain array is allowed in the document's words, and an empty one; both are missing in its schema.
            return faults_in(self.body, {"labels": body}) if body else faults
        unknown = body.keys() - self.body["properties"].keys() if _closed(self.body, body) else ()
        return faults + [f"unknown {name!r} in the body" for name in unknown] + faults_in(self.body, body)

    def answer_faults(self, status: int, body: Any) -> list[str]:
        """What is wrong with an answer."""
        if status not in self.answers:
            return [] if status in ALWAYS else [f"status {status} is not in the document"]
        schema = self.answers[status]
        if schema is None:
            return [] if body is None else [f"status {status} has no body in the document"]
        return faults_in(schema, body)


@cache
def operations() -> list[Operation]:
    """All operations of the document, those with more fixed words in their path first."""
    found = [
        _operation(f"{method.upper()} {path}", _whole(), operation)
        for path, methods in _whole()["paths"].items()
        for method, operation in methods.items()
    ]
    return sorted(found, key=lambda one: -len(re.findall(r"/[a-z-]+", one.name)))


def find(method: str, path: str) -> tuple[Operation, dict[str, str]] | None:
    """The operation that a request asks for, with the parameters in its path."""
    if method == "GET":
        # PyGithub takes the older address of a commit's statuses, which the document has in its text alone.
        path = re.sub(r"^(/repos/[^/]+/[^/]+)/statuses/(.+)$", r"\1/commits/\2/statuses", path)
    for operation in operations():
        if operation.name.startswith(f"{method} "):
            parameters = operation.path(path)
            if parameters is not None:
                return operation, parameters
    return None


def event_schema(name: str) -> Schema:
    """The schema of an event's payload, by a name as `pull-request-opened`."""
    body = _whole()["x-webhooks"][name]["post"]["requestBody"]
    schema: Schema = body["content"]["application/json"]["schema"]
    return schema


def faults_in(schema: Schema, value: Any) -> list[str]:
    """What is wrong with a value, each with its place."""
    return [f"{fault.json_path}: {fault.message[:300]}" for fault in _validator(id(schema), _Held(schema)).iter_errors(value)]


def fitted(schema: Schema, value: Any) -> Any:
    """A value without the fields that the document does not know in this place.

    So one description of a pull request serves where GitHub answers all of it and where it answers a part.
    """
    for way in ("oneOf", "anyOf"):
        for option in schema.get(way, ()):
            tried = fitted(option, value)
            if not faults_in(option, tried):
                return tried
    if isinstance(value, list):
        return [fitted(schema.get("items", {}), item) for item in value]
    known = properties(schema)
    if not isinstance(value, dict) or not known or isinstance(schema.get("additionalProperties"), dict):
        return value
    return {name: fitted(known[name], inner) for name, inner in value.items() if name in known}


def properties(schema: Schema) -> dict[str, Schema]:
    """The properties of an object, of all the parts that `allOf` joins."""
    joined = dict(schema.get("properties", {}))
    for part in schema.get("allOf", ()):
        joined |= properties(part)
    return joined


@cache
def _whole() -> dict[str, Any]:
    document = json.loads(FILE.read_bytes())
    whole: dict[str, Any] = _inlined(document, document, {})
    return whole


def _inlined(node: Any, document: dict[str, Any], done: dict[str, Any]) -> Any:
    """`node` with the objects themselves in the place of refs. The document has no ref to what it stands in."""
    if isinstance(node, list):
        return [_inlined(item, document, done) for item in node]
    if not isinstance(node, dict):
        return node
    ref = node.get("$ref")
    if not isinstance(ref, str):
        # GitHub answers null where a list or a choice is nullable; by the standard's letter these would have to name it.
        # A discriminator chooses by refs, which are gone here; without it `oneOf` tries all.
        inlined = {key: _inlined(value, document, done) for key, value in node.items() if key != "discriminator"}
        if inlined.get("nullable") is True and isinstance(inlined.get("enum"), list):
            inlined["enum"] = [*inlined["enum"], None]
        if inlined.get("nullable") is True and "type" not in inlined:
            for way in inlined.keys() & {"oneOf", "anyOf"}:
                inlined[way] = [*inlined[way], {"enum": [None]}]
        return inlined
    if ref not in done:
        kind, name = ref.split("/")[-2:]
        done[ref] = _inlined(document["components"][kind][name], document, done)
    return done[ref]


def _operation(name: str, document: dict[str, Any], described: dict[str, Any]) -> Operation:
    parameters = described.get("parameters", [])
    body = described.get("requestBody", {})
    pattern = re.escape(name.partition(" ")[2]).replace(r"\{", "{").replace(r"\}", "}")
    for one in parameters:
        if one["in"] == "path":
            any_one = r"\d+" if one["schema"].get("type") == "integer" else ".+" if one.get("x-multi-segment") else "[^/]+"
            pattern = pattern.replace(f"{{{one['name']}}}", f"(?P<{one['name']}>{any_one})")
    return Operation(
        name=name,
        pattern=re.compile(pattern),
        # A range of days as `created` is no date-time, though the document has it so.
        query={one["name"]: one["schema"] if one["name"] != "created" else {} for one in parameters if one["in"] == "query"},
        body=_json(body),
        body_required=body.get("required", False),
        answers={int(status): _json(answer) for status, answer in described["responses"].items()},
    )


def _json(described: dict[str, Any]) -> Schema | None:
    schema: Schema | None = described.get("content", {}).get("application/json", {}).get("schema")
    return schema


def _typed(text: str, schema: Schema) -> Any:
    if schema.get("type") == "integer" and re.fullmatch(r"-?\d+", text):
        return int(text)
    return {"true": True, "false": False, "1": True, "0": False}.get(text, text) if schema.get("type") == "boolean" else text


def _closed(schema: Schema, body: Any) -> bool:
    return isinstance(body, dict) and "properties" in schema


@dataclass(frozen=True, eq=False)
class _Held:
    """A schema that a cache can hold: all are of one document and live as long."""

    schema: Schema

    def __hash__(self) -> int:
        return 0

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Held) and other.schema is self.schema


@cache
def _validator(_: int, held: _Held) -> Any:
    return OAS30Validator(held.schema, format_checker=oas30_format_checker)
