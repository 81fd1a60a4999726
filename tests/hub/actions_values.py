"""The values of workflow files' expressions: what counts as true, what equals what, and the functions known everywhere."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping
from typing import Any


class WorkflowError(Exception):
    """What GitHub refuses in a workflow file, or what the follower of workflow files does not know."""


def truth(value: Any) -> bool:
    """Whether a value counts as true: all do but false, 0, NaN, null and the empty text."""
    if isinstance(value, (Mapping, list)):
        return True
    return not (value is None or value == "" or value == 0 or value != value)


def equal(first: Any, second: Any) -> bool:
    """GitHub's `==`: texts without regard to case; values of two kinds as numbers; lists and objects by identity."""
    if isinstance(first, (Mapping, list)) or isinstance(second, (Mapping, list)):
        return first is second
    if isinstance(first, str) and isinstance(second, str):
        return first.upper() == second.upper()
    return as_number(first) == as_number(second)


def ordered(first: Any, second: Any, order: Callable[[Any, Any], bool]) -> bool:
    """One of `<`, `<=`, `>`, `>=`: of two texts by their letters without regard to case, else of numbers."""
    if isinstance(first, str) and isinstance(second, str):
        return order(first.upper(), second.upper())
    return order(as_number(first), as_number(second))


def as_number(value: Any) -> float:
    """A value as a number; what is none is NaN."""
    if value is None or isinstance(value, (bool, int, float)):
        return 0 if value is None else value + 0
    if not isinstance(value, str):
        return math.nan
    text = value.strip()
    if re.fullmatch(r"0x[0-9a-fA-F]+|0o[0-7]+", text):
        return int(text, 0)
    if re.fullmatch(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|[+-]?Infinity", text):
        number = float(text)
        return int(number) if number.is_integer() and abs(number) < 2**53 else number
    return math.nan if text else 0


def as_text(value: Any) -> str:
    """A value as it stands in a text."""
    if value is None or isinstance(value, str):
        return value or ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        if math.isnan(value) or math.isinf(value):
            return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
        return f"{value + 0.0 or 0:.15g}"
    return "Object" if isinstance(value, Mapping) else "Array"


def _contains(where: Any, what: Any) -> bool:
    if isinstance(where, list):
        return any(equal(one, what) for one in where)
    return as_text(what).lower() in as_text(where).lower()


def _format(text: Any, *values: Any) -> str:
    def put(found: re.Match[str]) -> str:
        if found[0] in ("{{", "}}"):
            return found[0][0]
        if found[1] is None or int(found[1]) >= len(values):
            raise WorkflowError(f"format() can't fill {found[0]!r} of {text!r}")
        return as_text(values[int(found[1])])

    return re.sub(r"\{\{|\}\}|\{(\d+)\}|[{}]", put, as_text(text))


def _from_json(text: Any) -> Any:
    try:
        return json.loads(as_text(text))
    except ValueError as error:
        raise WorkflowError(f"fromJSON: {error}: {as_text(text)[:60]!r}") from None


FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "contains": _contains,
    "startswith": lambda text, beginning: as_text(text).lower().startswith(as_text(beginning).lower()),
    "endswith": lambda text, end: as_text(text).lower().endswith(as_text(end).lower()),
    "format": _format,
    "join": lambda values, by=",": as_text(by).join(map(as_text, values)) if isinstance(values, list) else as_text(values),
    "tojson": lambda value: json.dumps(value, indent=2, ensure_ascii=False),
    "fromjson": _from_json,
}
