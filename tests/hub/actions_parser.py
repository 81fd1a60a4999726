"""The grammar of workflow files' expressions: from a text to a tree, in which names are not looked up yet."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from actions_values import WorkflowError, as_number

TOKEN = re.compile(
    r"""\s*(?:
    (?P<number>[+-]?(?:0x[0-9a-fA-F]+|0o[0-7]+|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)(?![\w.])|[+-]Infinity\b)|
    (?P<string>'(?:[^']|'')*')|
    (?P<name>[A-Za-z_][\w-]*)|
    (?P<sign>==|!=|<=|>=|&&|\|\||[!<>()\[\].,*])
    )""",
    re.VERBOSE,
)
WORDS = {"null": None, "true": True, "false": False, "NaN": math.nan, "Infinity": math.inf}
LEVELS = (("||",), ("&&",), ("==", "!="), ("<", "<=", ">", ">="))
"""of binary operators, the loosest first"""


@dataclass(frozen=True)
class Node:
    """A piece of an expression."""

    kind: str
    """value, name, property, all, call, not, or an operator"""
    value: Any = None
    parts: tuple[Node, ...] = ()

    def walk(self) -> Iterator[Node]:
        yield self
        for part in self.parts:
            yield from part.walk()

    def path(self) -> str:
        """`needs.plan.outputs.sha`, as far as it can be written down."""
        if self.kind == "name":
            return str(self.value)
        if self.kind == "property":
            of, key = self.parts
            return f"{of.path()}.{key.value}" if key.kind == "value" else f"{of.path()}.?"
        return "?"


class Parser:
    """Reads one expression; `whole` gives its tree."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = list(self._tokens())
        self.at = 0

    def _tokens(self) -> Iterator[tuple[str, str]]:
        position, end = 0, len(self.text.rstrip())
        while position < end:
            found = TOKEN.match(self.text, position)
            if found is None:
                raise WorkflowError(f"unexpected {self.text[position:].strip()[:20]!r} in {self.text!r}")
            yield str(found.lastgroup), found[str(found.lastgroup)]
            position = found.end()

    def whole(self) -> Node:
        node = self.binary(0)
        if self.at < len(self.tokens):
            raise WorkflowError(f"unexpected {self.tokens[self.at][1]!r} in {self.text!r}")
        return node

    def binary(self, level: int) -> Node:
        if level == len(LEVELS):
            return Node("not", None, (self.negated(),)) if self.take("!") else self.postfix()
        node = self.binary(level + 1)
        while self.sign() in LEVELS[level]:
            node = Node(self.next()[1], None, (node, self.binary(level + 1)))
        return node

    def negated(self) -> Node:
        return Node("not", None, (self.negated(),)) if self.take("!") else self.postfix()

    def postfix(self) -> Node:
        node = self.primary()
        while True:
            if self.take("."):
                node = self.property(node)
            elif self.take("["):
                key = Node("all") if self.take("*") else self.binary(0)
                self.expect("]")
                node = (
                    Node("all", None, (node,)) if key.kind == "all" and not key.parts else Node("property", None, (node, key))
                )
            else:
                return node

    def property(self, of: Node) -> Node:
        if self.take("*"):
            return Node("all", None, (of,))
        kind, text = self.next()
        if kind != "name":
            raise WorkflowError(f"unexpected {text!r} in {self.text!r}")
        return Node("property", None, (of, Node("value", text)))

    def primary(self) -> Node:
        kind, text = self.next()
        if text == "(":
            node = self.binary(0)
            self.expect(")")
            return node
        if kind == "string":
            return Node("value", text[1:-1].replace("''", "'"))
        if kind == "number":
            return Node("value", as_number(text))
        if kind == "name" and text in WORDS:
            return Node("value", WORDS[text])
        if kind == "name":
            return Node("call", text, self.arguments()) if self.take("(") else Node("name", text.lower())
        raise WorkflowError(f"unexpected {text!r} in {self.text!r}")

    def arguments(self) -> tuple[Node, ...]:
        found: list[Node] = []
        while not self.take(")"):
            if found:
                self.expect(",")
            found.append(self.binary(0))
        return tuple(found)

    def sign(self) -> str:
        return self.tokens[self.at][1] if self.at < len(self.tokens) and self.tokens[self.at][0] == "sign" else ""

    def take(self, sign: str) -> bool:
        taken = self.sign() == sign
        self.at += taken
        return taken

    def expect(self, sign: str) -> None:
        if not self.take(sign):
            raise WorkflowError(f"{sign!r} is missing in {self.text!r}")

    def next(self) -> tuple[str, str]:
        if self.at == len(self.tokens):
            raise WorkflowError(f"{self.text!r} ends too early")
        self.at += 1
        return self.tokens[self.at - 1]
