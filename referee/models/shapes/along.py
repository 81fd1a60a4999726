"""Along axes: sums, extremes, running sums, softmax and normalisation."""

from __future__ import annotations

from referee.models.shapes.call import INT64, Call, DType, Shape, axis_of, refuse, stretched
from referee.models.shapes.elementwise import same


def reduce(call: Call) -> list[tuple[DType, Shape]]:
    """Without the axes that are summed up, or with 1 in their place."""
    rank = len(call.shape())
    stated = call.ints(1) if call.has(1) else call.get("axes")
    if not stated:
        axes = set() if call.get("noop_with_empty_axes") else set(range(rank))
    else:
        axes = {axis_of(axis, rank) for axis in stated}
    if any(call.shape()[axis] == 0 for axis in axes):
        refuse(f"there is nothing along an axis of {call.shape()}")
    keep = call.get("keepdims")
    shape = (1 if axis in axes else size for axis, size in enumerate(call.shape()) if keep or axis not in axes)
    return [(call.value(0).dtype, tuple(shape))]


def arg(call: Call) -> list[tuple[DType, Shape]]:
    """The place of the largest or smallest along one axis."""
    axis = axis_of(call.get("axis"), len(call.shape()))
    kept = (1,) if call.get("keepdims") else ()
    return [(INT64, (*call.shape()[:axis], *kept, *call.shape()[axis + 1 :]))]


def top_k(call: Call) -> list[tuple[DType, Shape]]:
    """The k largest along an axis, and their places."""
    axis, k = axis_of(call.get("axis"), len(call.shape())), call.ints(1)
    if k is None or len(k) != 1 or not 0 <= k[0] <= call.shape()[axis]:
        refuse(f"k must be one number, at most the size of axis {axis} of {call.shape()}")
    shape = (*call.shape()[:axis], k[0], *call.shape()[axis + 1 :])
    return [(call.value(0).dtype, shape), (INT64, shape)]


def cumulate(call: Call) -> list[tuple[DType, Shape]]:
    """Along one axis, which must be known, and by ONNX a number without axes of its own."""
    axis_of(_only(call.ints(1)), len(call.shape()))
    if call.shape(1) != ():
        refuse(f"the axis must be a number of shape (), not {call.shape(1)}")
    return same(call)


def along_axis(call: Call) -> list[tuple[DType, Shape]]:
    """Of the shape of the input, which must have the axis."""
    axis_of(call.get("axis"), len(call.shape()))
    return same(call)


def triangle(call: Call) -> list[tuple[DType, Shape]]:
    """Of the shape of the input; the diagonal must be known."""
    call.ints(1)
    if len(call.shape()) < 2:
        refuse(f"expected matrices, got the shape {call.shape()}")
    return same(call)


def normalize_channels(call: Call) -> list[tuple[DType, Shape]]:
    """Every further input is one number a channel."""
    if len(call.shape()) < 2 or any(value is not None and value.shape != call.shape()[1:2] for value in call.inputs[1:]):
        refuse(f"scale, bias, mean and variance must have one number for each channel of {call.shape()}")
    return same(call)


def normalize_groups(call: Call) -> list[tuple[DType, Shape]]:
    """Scale and bias have one number a channel."""
    groups = int(call.get("num_groups") or 0)
    if len(call.shape()) < 3 or groups < 1 or call.shape()[1] % groups:
        refuse(f"{groups} groups don't divide the channels of {call.shape()}")
    if any(call.shape(place) != call.shape()[1:2] for place in (1, 2)):
        refuse("scale and bias must have one number for each channel")
    return same(call)


def normalize_last(call: Call) -> list[tuple[DType, Shape]]:
    """Scale and bias stretch to the normalised axes."""
    first = axis_of(call.get("axis"), len(call.shape()))
    scale_rank = max((len(value.shape) for value in call.inputs[1:] if value is not None), default=0)
    if scale_rank > len(call.shape()) or stretched(call.shape(), call.shape(1)) != call.shape():
        refuse(f"the scale {call.shape(1)} does not fit the axes of {call.shape()} from {first}")
    if call.has(2) and stretched(call.shape(), call.shape(2)) != call.shape():
        refuse(f"the bias {call.shape(2)} does not fit the axes of {call.shape()} from {first}")
    return same(call)


def _only(numbers: tuple[int, ...] | None) -> int:
    if numbers is None or len(numbers) != 1:
        refuse("expected one number")
    return numbers[0]
