"""YAML as ML Golf reads it: a small, predictable part of the language.

Refused, each with its line: anchors and aliases (so no alias bombs), tags, duplicate keys, several documents, deep nesting,
large files, bytes that are not UTF-8. Only `null`, `true`, `false` and decimal numbers are anything but text: `no`, `on`,
`012`, `12:30:45` and dates stay what they look like. `1e-3` is a number here, as everybody expects.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any, NoReturn

import yaml

from referee.ground.errors import Fault, InputError

LARGEST = 4 * 2**20
"""bytes; a result with many rounds has some ten thousand"""
DEEPEST = 16

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_Scalar: Any = yaml.ScalarEvent
_Alias, _Sequence, _SequenceEnd, _MappingEnd = (
    yaml.AliasEvent,
    yaml.SequenceStartEvent,
    yaml.SequenceEndEvent,
    yaml.MappingEndEvent,
)
_NUMBER = re.compile(r"[-+]?(?:0|[1-9][0-9]*)(\.[0-9]*)?([eE][-+]?[0-9]{1,3})?")
_DIGITS = 100
"""of a whole number, and a sign"""
_FIRST_OF_NUMBERS = frozenset("-+0123456789")
_WORDS: dict[str, Any] = {"": None, "~": None, "null": None, "true": True, "false": False}


def parse(content: bytes, path: str) -> Any:
    """One YAML document as dicts, lists, str, int, float, bool and None.

    Args:
        content: the file
        path: how errors name it

    Raises:
        InputError: refused, or no YAML; one fault, with the line.
    """
    return _Parser(content, path).document()


@lru_cache(maxsize=2**12)
def scalar(text: str) -> Any:
    """What an unquoted scalar means."""
    if text[:1] not in _FIRST_OF_NUMBERS:
        return _WORDS.get(text, text)
    form = _NUMBER.fullmatch(text)
    if form is None:
        return text
    if form.lastindex is None:
        return int(text) if len(text.lstrip("-+")) <= _DIGITS else text
    return number if math.isfinite(number := float(text)) else text


class _Parser:
    def __init__(self, content: bytes, path: str) -> None:
        self.path = path
        if len(content) > LARGEST:
            self.refuse(None, f"{len(content)} bytes of YAML, at most {LARGEST} are read")
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            self.refuse(None, f"is not text: byte {error.start} is no UTF-8; save it as plain UTF-8")
        # Not yaml.parse, whose generator costs as much as the library's own work.
        self.next: Callable[[], Any] = _Loader(text).get_event

    def document(self) -> Any:
        try:
            return self.only_document()
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            problem = getattr(error, "problem", None) or getattr(error, "reason", None) or "not readable"
            where = f"line {mark.line + 1}: " if mark else ""
            raise InputError([Fault(self.path, "", f"is no YAML: {where}{problem}")]) from None

    def only_document(self) -> Any:
        next_event = self.next
        next_event()
        if isinstance(next_event(), yaml.StreamEndEvent):
            self.refuse(None, "is empty; `referee new` writes one to start from")
        value = self.node(next_event(), 0)
        next_event()
        if not isinstance(after := next_event(), yaml.StreamEndEvent):
            self.refuse(after, "holds a second document; remove the line ---")
        return value

    def node(self, event: Any, depth: int) -> Any:
        kind = type(event)
        if kind is _Alias or event.anchor is not None:
            self.refuse(event, "anchors (&) and aliases (*) are not read; write the value out or quote it")
        if event.tag is not None and event.tag != "!":
            self.refuse(event, f"the tag {event.tag[:60]} is not read; remove it or quote the value")
        if kind is _Scalar:
            return scalar(event.value) if event.implicit[0] and not event.style else event.value
        if depth == DEEPEST:
            self.refuse(event, f"is nested more than {DEEPEST} deep")
        return self.sequence(depth) if kind is _Sequence else self.mapping(depth)

    def sequence(self, depth: int) -> list[Any]:
        values = []
        next_event, node = self.next, self.node
        while type(event := next_event()) is not _SequenceEnd:
            values.append(node(event, depth + 1))
        return values

    def mapping(self, depth: int) -> dict[str, Any]:
        values: dict[str, Any] = {}
        next_event, node = self.next, self.node
        while type(event := next_event()) is not _MappingEnd:
            if type(event) is not _Scalar or event.anchor is not None or event.tag is not None:
                node(event, depth + 1)
                self.refuse(event, "a key must be a word")
            if event.value in values:
                self.refuse(event, f'the key "{event.value[:60]}" stands there twice')
            name, event = event.value, next_event()
            # Most are plain words: they need no look at what else they might be.
            if type(event) is _Scalar and event.anchor is None and event.tag is None:
                values[name] = scalar(event.value) if event.implicit[0] and not event.style else event.value
            else:
                values[name] = node(event, depth + 1)
        return values

    def refuse(self, event: Any, message: str) -> NoReturn:
        where = f"line {event.start_mark.line + 1}" if event is not None and event.start_mark else ""
        raise InputError([Fault(self.path, where, message)])


class _Dumper(yaml.SafeDumper):
    """Quotes whatever `scalar` would not read back as the same text."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> Any:
        return super().increase_indent(flow, False)


def _text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    if "\x85" in value:
        style: str | None = '"'
    elif "\n" in value:
        style = "|"
    else:
        style = "'" if scalar(value) != value else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)


def _number(dumper: yaml.SafeDumper, value: float) -> yaml.ScalarNode:
    if not math.isfinite(value):
        raise ValueError(f"{value} is no number that a file may hold")
    return dumper.represent_float(value)


_Dumper.add_representer(str, _text)
_Dumper.add_representer(float, _number)


def write(value: Any) -> bytes:
    """`value` as YAML that `parse` reads back as it was: keys in the order given."""
    text = yaml.dump(value, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=110, default_flow_style=None)
    return str(text).encode()
