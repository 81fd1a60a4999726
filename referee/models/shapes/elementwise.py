"""Number by number: functions, comparisons, conversions, and arithmetic of shapes that stretch to each other."""

from __future__ import annotations

import numpy as np

from referee.models.shapes.call import BOOL, Call, DType, Shape, dtype_of, refuse, stretched


def same(call: Call) -> list[tuple[DType, Shape]]:
    """Of the type and shape of the first input."""
    return [(call.value(0).dtype, call.shape())]


def truth(call: Call) -> list[tuple[DType, Shape]]:
    """A comparison: truth values in the common shape."""
    return [(BOOL, common_shape(call))]


def broadcast(call: Call) -> list[tuple[DType, Shape]]:
    """Of the type of the last input, in the common shape of all."""
    given = [value for value in call.inputs if value is not None]
    if not given:
        refuse("it has no input")
    return [(given[-1].dtype, common_shape(call))]


def mean(call: Call) -> list[tuple[DType, Shape]]:
    """The first input has the common shape: onnx.reference adds the others to it in place."""
    if call.shape() != common_shape(call):
        refuse(f"the others would stretch the first input, {call.shape()}; put the largest first, or use Sum")
    return same(call)


def same_as_first_of_two(call: Call) -> list[tuple[DType, Shape]]:
    """Of the type of the first input, in the common shape."""
    return [(call.value(0).dtype, stretched(call.shape(0), call.shape(1)))]


def common_shape(call: Call) -> Shape:
    """The shape that all inputs stretch to, by numpy's rules."""
    shape: Shape = ()
    for value in call.inputs:
        shape = stretched(shape, value.shape if value is not None else ())
    return shape


def prelu(call: Call) -> list[tuple[DType, Shape]]:
    """The slopes stretch to the first input, which keeps its shape."""
    if stretched(call.shape(), call.shape(1)) != call.shape():
        refuse("the slopes have more numbers than the input")
    return same(call)


def cast(call: Call) -> list[tuple[DType, Shape]]:
    """Of another type."""
    return [(dtype_of(call.get("to")), call.shape())]


def quantize(call: Call) -> list[tuple[DType, Shape]]:
    """Of the type of the zero point; uint8 where there is none."""
    return [(call.value(2).dtype if call.has(2) else np.dtype("uint8"), call.shape())]


def dequantize(call: Call) -> list[tuple[DType, Shape]]:
    """Of the type of the scale."""
    return [(call.value(1).dtype, call.shape())]


def clip(call: Call) -> list[tuple[DType, Shape]]:
    """The bounds are single numbers."""
    if any(value is not None and value.size != 1 for value in call.inputs[1:]):
        refuse("the bounds must be single numbers")
    return same(call)
