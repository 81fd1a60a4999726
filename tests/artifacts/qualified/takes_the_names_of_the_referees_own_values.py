"""Calls its values what the referee calls those of its own, so that a careless referee would measure with other numbers."""

from collections.abc import Callable

from hostile import honest
from onnx import ModelProto

ATTACK = 29
NAMES = ("//t0", "//0", "//count", "h//gain", "/a//large", "0")


def _renamed(which: str, name: str) -> Callable[[ModelProto], None]:
    def rename(given: ModelProto) -> None:
        for one in given.graph.initializer:
            one.name = name if one.name == which else one.name
        for one in given.graph.node:
            one.input[:] = [name if known == which else known for known in one.input]
            one.output[:] = [name if known == which else known for known in one.output]

    return honest(rename)


globals().update({f"{which}_as_{name}": _renamed(which, name) for which in ("w1", "a") for name in NAMES})
