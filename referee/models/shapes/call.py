"""What a rule for shapes gets to see of a node, and how it refuses one."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

import numpy as np
from onnx import helper

from referee.ground.errors import InvalidModel
from referee.ground.graph import Array, Attribute, Node

Shape = tuple[int, ...]
DType = np.dtype[Any]
FLOAT, INT64, BOOL = np.dtype("float32"), np.dtype("int64"), np.dtype("bool")
MOST_AXES = 16


@dataclass(frozen=True, slots=True, eq=False)
class Value:
    """What is known of a value before anything runs."""

    dtype: DType
    shape: Shape
    stored: bool = False
    """it depends on stored tensors and sizes alone"""
    known: Array | None = None
    """its content, where that may decide a shape"""

    @property
    def size(self) -> int:
        """How many numbers it holds."""
        return math.prod(self.shape)

    @property
    def nbytes(self) -> int:
        """Its size in memory."""
        return self.size * self.dtype.itemsize


@dataclass(frozen=True, slots=True)
class Call:
    """A node with what is known of its inputs."""

    node: Node
    inputs: tuple[Value | None, ...]
    defaults: Mapping[str, Attribute]

    def get(self, name: str) -> Any:
        """An attribute, at its default where it is not stated; None where there is no default."""
        return self.node.attributes.get(name, self.defaults.get(name))

    def has(self, place: int) -> bool:
        """Whether an input is given."""
        return len(self.inputs) > place and self.inputs[place] is not None

    def value(self, place: int) -> Value:
        """An input that must be given."""
        if not self.has(place):
            refuse(f"input {place} is missing")
        found = self.inputs[place]
        assert found is not None
        return found

    def shape(self, place: int = 0) -> Shape:
        """The shape of an input that must be given."""
        return self.value(place).shape

    def ints(self, place: int) -> tuple[int, ...] | None:
        """The content of an input that decides a shape; None where it is not given."""
        if not self.has(place):
            return None
        known = self.value(place).known
        if known is None or known.dtype.kind not in "iu" or known.ndim > 1:
            refuse(f"input {place} decides a shape, so it must be whole numbers that are stored or computed from sizes")
        return tuple(int(number) for number in known.reshape(-1))


Rule = Callable[[Call], Sequence[tuple[DType, Shape]]]


def refuse(why: str) -> NoReturn:
    """Say what is wrong with a node; the walk adds which one."""
    raise InvalidModel(why)


def stretched(one: Shape, other: Shape) -> Shape:
    """Two shapes broadcast against each other."""
    rank = max(len(one), len(other))
    sizes = zip((1,) * (rank - len(one)) + one, (1,) * (rank - len(other)) + other, strict=True)
    return tuple(_stretched(a, b, one, other) for a, b in sizes)


def _stretched(a: int, b: int, one: Shape, other: Shape) -> int:
    if a != b and 1 not in (a, b):
        refuse(f"shapes {one} and {other} don't fit each other")
    return b if a == 1 else a


def axis_of(axis: Any, rank: int) -> int:
    """An axis counted from the front."""
    if not isinstance(axis, int) or not -rank <= axis < rank:
        refuse(f"there is no axis {axis} among {rank}")
    return axis % rank


def dtype_of(code: Any) -> DType:
    try:
        return np.dtype(helper.tensor_dtype_to_np_dtype(code))
    except (KeyError, TypeError, ValueError):
        refuse(f"there is no type {code}")
