"""The inert model: a straight-line graph of operators over named tensors, as plain values.

Readers of model files build it, scores read it, and it is written out again before anything runs it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
Attribute = int | float | str | tuple[int, ...] | tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Node:
    """One application of an ONNX operator; an omitted optional input is the empty name."""

    name: str
    op: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    attributes: Mapping[str, Attribute]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Graph:
    """One float32 input whose first axis is the batch, one float32 output, nodes in topological order."""

    opset: int
    input: str
    input_shape: tuple[int, ...]
    """without the batch axis"""
    output: str
    output_shape: tuple[int, ...]
    """without the batch axis"""
    nodes: tuple[Node, ...]
    tensors: Mapping[str, Array]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Model:
    """What is scored."""

    graph: Graph
    weights: Mapping[str, Array]
    """the tensors that count: those handed in, all of them, 1-D ones too"""
    canonical: bytes
    """the model as a file, rebuilt with names, metadata and defaults stripped"""
    measured: Mapping[str, float] = field(default_factory=dict)
    """score -> value, for those that take a run of the graph or a walk over its shapes"""


def zero_is_positive(array: Array) -> Array:
    """-0.0 becomes +0.0: equal in value, but it would inflate a compressed file."""
    return np.asarray(array + array.dtype.type(0)) if array.dtype.kind == "f" else array


def is_finite(array: Array) -> bool:
    """Whether no value is NaN or infinite; integers and booleans always are finite."""
    return bool(np.isfinite(array).all()) if array.dtype.kind == "f" else True
