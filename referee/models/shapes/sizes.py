"""The arithmetic of sizes: small whole numbers that follow from shapes and stored numbers are known before anything runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import reduce as reduced
from typing import Any

import numpy as np
import numpy.typing as npt

from referee.ground.graph import Array
from referee.models.shapes.call import INT64, Call, DType, Shape, dtype_of
from referee.models.shapes.moving import reshape, slices, squeeze, unsqueeze

KNOWN_UP_TO = 64
"""numbers of a value that is followed through the arithmetic of sizes"""


def shape_of(call: Call) -> list[tuple[DType, Shape]]:
    """The sizes themselves."""
    return [(INT64, (len(_sizes_asked(call)),))]


def _sizes_asked(call: Call) -> Shape:
    return call.shape()[slice(call.get("start"), call.get("end"))]


def followed(call: Call) -> Array | None:
    """The content of a small whole-number output, where it follows from sizes and stored numbers."""
    if call.node.op == "Shape":
        return np.asarray(_sizes_asked(call), np.int64)
    given = [value.known for value in call.inputs if value is not None]
    known = [content for content in given if content is not None]
    if call.node.op not in _FOLLOWED or len(known) != len(given) or sum(content.size for content in known) > KNOWN_UP_TO:
        return None
    with np.errstate(all="ignore"):
        try:
            made: npt.NDArray[Any] = np.asarray(_FOLLOWED[call.node.op](call, known))
        except (ValueError, IndexError, TypeError, ZeroDivisionError, OverflowError):
            return None
    return made if made.dtype.kind in "iu" else None


def _sliced(call: Call, known: Sequence[Array]) -> Array:
    parts = [slice(None)] * known[0].ndim
    for axis, part in slices(call):
        parts[axis] = part
    return known[0][tuple(parts)]


def _divided(_: Call, known: Sequence[Array]) -> Array:
    # Whole numbers are divided towards zero.
    quotient = np.abs(known[0]) // np.abs(known[1])
    return np.asarray(np.sign(known[0]) * np.sign(known[1]) * quotient)


_FOLLOWED: Mapping[str, Callable[[Call, Sequence[Array]], Any]] = {
    "Identity": lambda call, known: known[0],
    "Cast": lambda call, known: known[0].astype(dtype_of(call.get("to"))),
    "Gather": lambda call, known: np.take(known[0], known[1], axis=call.get("axis")),
    "Concat": lambda call, known: np.concatenate(known, axis=call.get("axis")),
    "Slice": _sliced,
    "Squeeze": lambda call, known: known[0].reshape(squeeze(call)[0][1]),
    "Unsqueeze": lambda call, known: known[0].reshape(unsqueeze(call)[0][1]),
    "Reshape": lambda call, known: known[0].reshape(reshape(call)[0][1]),
    "Add": lambda call, known: known[0] + known[1],
    "Sub": lambda call, known: known[0] - known[1],
    "Mul": lambda call, known: known[0] * known[1],
    "Div": _divided,
    "Min": lambda call, known: reduced(np.minimum, known),
    "Max": lambda call, known: reduced(np.maximum, known),
}
"""the arithmetic of sizes"""
