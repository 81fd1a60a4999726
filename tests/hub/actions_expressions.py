"""The expressions of workflow files, as GitHub documents them: read by a small parser, evaluated without any guess.

A name, function or sign that GitHub does not know here is an error, never an empty text. Only a property that nobody set is
empty, as on GitHub; `Scope.missed` is told of it.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from actions_parser import Node, Parser
from actions_values import FUNCTIONS, WorkflowError, as_number, as_text, equal, ordered, truth

EMBEDDED = re.compile(r"\$\{\{((?:'(?:[^']|'')*'|(?!\}\})[^'])*)\}\}")
STATUS = frozenset({"success", "failure", "always", "cancelled"})
ORDER = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}


def _nobody(path: str) -> None: ...


@dataclass(frozen=True)
class Scope:
    """What an expression may see where it stands."""

    contexts: Mapping[str, Any]
    functions: Mapping[str, Callable[..., Any]] = field(default_factory=dict)
    """beside those that are known everywhere; names in lower case"""
    missed: Callable[[str], None] = _nobody
    """is told the path of each property that nobody set"""


def evaluate(text: str, scope: Scope) -> Any:
    """The value of an expression, without its `${{ }}`.

    Raises:
        WorkflowError: no expression, or one of names that are not known here.
    """
    return _value(parse(text, scope), scope)


def fill(value: Any, scope: Scope) -> Any:
    """A value of a workflow file with each `${{ }}` in it replaced; one that is nothing else keeps its type."""
    if isinstance(value, Mapping):
        return {key: fill(one, scope) for key, one in value.items()}
    if isinstance(value, list):
        return [fill(one, scope) for one in value]
    if not isinstance(value, str):
        return value
    if "${{" in EMBEDDED.sub("", value):
        raise WorkflowError(f"${{{{ without its }}}} in {value!r}")
    whole = EMBEDDED.fullmatch(value.strip())
    if whole:
        return evaluate(whole[1], scope)
    return EMBEDDED.sub(lambda found: as_text(evaluate(found[1], scope)), value)


def condition(value: Any, scope: Scope) -> bool:
    """Whether an `if` holds; without one of success, failure, always and cancelled in it, only after success."""
    text = as_text(value).strip()
    whole = EMBEDDED.fullmatch(text)
    if whole is None and "${{" in text:
        raise WorkflowError(f"`if: {text}` is a text with an expression in it, which always holds")
    node = parse(whole[1] if whole else text, scope) if text else Node("value", True)
    named = {str(one.value).lower() for one in node.walk() if one.kind == "call"}
    if not named & STATUS and not scope.functions["success"]():
        return False
    return truth(_value(node, scope))


def parse(text: str, scope: Scope) -> Node:
    """An expression's tree; every name and function in it must be known in `scope`, evaluated or not."""
    node = Parser(text).whole()
    for one in node.walk():
        if one.kind == "name" and one.value not in scope.contexts:
            raise WorkflowError(f"{one.value!r} is not known here: {text.strip()}")
        if one.kind == "call" and one.value.lower() not in {*FUNCTIONS, *scope.functions}:
            raise WorkflowError(f"{one.value}() is not known here: {text.strip()}")
    return node


class Each(list[Any]):
    """What `*` selects: a property of it is that property of each."""


def _value(node: Node, scope: Scope) -> Any:
    if node.kind == "value":
        return node.value
    if node.kind == "name":
        return scope.contexts[node.value]
    if node.kind == "call":
        name = node.value.lower()
        return {**FUNCTIONS, **scope.functions}[name](*(_value(part, scope) for part in node.parts))
    first = _value(node.parts[0], scope)
    if node.kind == "not":
        return not truth(first)
    if node.kind == "all":
        return Each(first.values() if isinstance(first, Mapping) else first if isinstance(first, list) else [])
    if node.kind == "||":
        return first if truth(first) else _value(node.parts[1], scope)
    if node.kind == "&&":
        return _value(node.parts[1], scope) if truth(first) else first
    second = _value(node.parts[1], scope)
    if node.kind == "property":
        return _property(node, first, second, scope)
    if node.kind in ORDER:
        return ordered(first, second, ORDER[node.kind])
    return equal(first, second) == (node.kind == "==")


def _property(node: Node, of: Any, key: Any, scope: Scope) -> Any:
    if isinstance(of, Each):
        return Each(found for one in of if (found := _property(node, one, key, Scope(scope.contexts))) is not None)
    if isinstance(of, Mapping):
        wanted = as_text(key).lower()
        for name, value in of.items():
            if str(name).lower() == wanted:
                return value
    if isinstance(of, list) and not isinstance(key, str):
        index = as_number(key)
        if index >= 0 and index < len(of):
            return of[int(index)]
    scope.missed(node.path())
    return None
