"""What an operator makes of the types and shapes of its inputs: one function for each family of operators.

A value that decides a shape (a target of Reshape, the axes of a sum) must be known before anything runs: stored, or computed
from sizes alone. So is a graph bounded before onnxruntime sees it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce as reduced
from typing import Any, NoReturn

import numpy as np
import numpy.typing as npt
from onnx import helper

from referee.ground.errors import InvalidModel
from referee.ground.graph import Array, Attribute, Node

Shape = tuple[int, ...]
DType = np.dtype[Any]
FLOAT, INT64, BOOL = np.dtype("float32"), np.dtype("int64"), np.dtype("bool")
MOST_AXES = 16
MOST_CHOICES = 32
KNOWN_UP_TO = 64
"""numbers of a value that is followed through the arithmetic of sizes"""


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


def stretched(one: Shape, other: Shape) -> Shape:
    """Two shapes broadcast against each other."""
    rank = max(len(one), len(other))
    sizes = zip((1,) * (rank - len(one)) + one, (1,) * (rank - len(other)) + other, strict=True)
    return tuple(_stretched(a, b, one, other) for a, b in sizes)


def _stretched(a: int, b: int, one: Shape, other: Shape) -> int:
    if a != b and 1 not in (a, b):
        refuse(f"shapes {one} and {other} don't fit each other")
    return b if a == 1 else a


def prelu(call: Call) -> list[tuple[DType, Shape]]:
    """The slopes stretch to the first input, which keeps its shape."""
    if stretched(call.shape(), call.shape(1)) != call.shape():
        refuse("the slopes have more numbers than the input")
    return same(call)


def cast(call: Call) -> list[tuple[DType, Shape]]:
    """Of another type."""
    return [(_dtype(call.get("to")), call.shape())]


def quantize(call: Call) -> list[tuple[DType, Shape]]:
    """Of the type of the zero point; uint8 where there is none."""
    return [(call.value(2).dtype if call.has(2) else np.dtype("uint8"), call.shape())]


def dequantize(call: Call) -> list[tuple[DType, Shape]]:
    """Of the type of the scale."""
    return [(call.value(1).dtype, call.shape())]


def gemm(call: Call) -> list[tuple[DType, Shape]]:
    """(m, k) x (k, n) + something that stretches to (m, n)."""
    (m, k), (k2, n) = _turned(call.shape(0), call.get("transA")), _turned(call.shape(1), call.get("transB"))
    if k != k2:
        refuse(f"it multiplies {call.shape(0)} with {call.shape(1)}")
    if call.has(2) and stretched((m, n), call.shape(2)) != (m, n):
        refuse(f"it adds {call.shape(2)} to {(m, n)}")
    return [(call.value(0).dtype, (m, n))]


def _turned(shape: Shape, turn: Any) -> tuple[int, int]:
    if len(shape) != 2:
        refuse(f"expected a matrix, got the shape {shape}")
    return (shape[1], shape[0]) if turn else (shape[0], shape[1])


def matmul(call: Call) -> list[tuple[DType, Shape]]:
    """As numpy.matmul: vectors, matrices, stacks of matrices."""
    one, other = call.shape(0), call.shape(1)
    if not one or not other:
        refuse("a single number can't be multiplied as a matrix")
    left, right = one if len(one) > 1 else (1, *one), other if len(other) > 1 else (*other, 1)
    if left[-1] != right[-2]:
        refuse(f"it multiplies {one} with {other}")
    made = (*stretched(left[:-2], right[:-2]), left[-2], right[-1])
    made = made if len(one) > 1 else (*made[:-2], made[-1])
    return [(call.value(0).dtype, made if len(other) > 1 else made[:-1])]


@dataclass(frozen=True, slots=True)
class Window:
    """How a kernel slides over the axes behind the first two."""

    kernel: Shape
    strides: Shape
    dilations: Shape
    pads: tuple[tuple[int, int], ...]
    """before and after, an axis"""
    out: Shape


def window(call: Call, kernel: Shape) -> Window:
    """The window of a convolution or of pooling, with its padding worked out."""
    sizes = call.shape()[2:]
    if len(kernel) != len(sizes) or not sizes or min(kernel) < 1:
        refuse(f"a window of {kernel} does not fit an input of {call.shape()}")
    strides, dilations = _axes_of(call, "strides", len(sizes)), _axes_of(call, "dilations", len(sizes))
    pads, out = [], []
    stated = call.get("pads") or (0,) * (2 * len(sizes))
    if len(stated) != 2 * len(sizes) or min(stated) < 0:
        refuse(f"pads {stated} are not {2 * len(sizes)} numbers that are not negative")
    for axis, size in enumerate(sizes):
        extent = (kernel[axis] - 1) * dilations[axis] + 1
        pad = (stated[axis], stated[len(sizes) + axis])
        auto = call.get("auto_pad") or "NOTSET"
        if auto.startswith("SAME"):
            missing = max(0, (-(-size // strides[axis]) - 1) * strides[axis] + extent - size)
            pad = (missing // 2, missing - missing // 2) if auto == "SAME_UPPER" else (missing - missing // 2, missing // 2)
        elif auto == "VALID":
            pad = (0, 0)
        elif auto != "NOTSET":
            refuse(f"auto_pad {auto[:20]} is not known")
        room = size + sum(pad) - extent
        if room < 0:
            refuse(f"a window of {kernel} does not fit an input of {call.shape()}")
        steps = -(-room // strides[axis]) if call.get("ceil_mode") else room // strides[axis]
        # A window that would start in the padding behind the input is left out.
        if call.get("ceil_mode") and steps * strides[axis] >= size + pad[0]:
            steps -= 1
        pads.append(pad)
        out.append(steps + 1)
    return Window(kernel, strides, dilations, tuple(pads), tuple(out))


def _axes_of(call: Call, name: str, axes: int) -> Shape:
    stated: Shape = call.get(name) or (1,) * axes
    if len(stated) != axes or min(stated) < 1:
        refuse(f"{name} {stated} are not {axes} numbers above 0")
    return stated


def conv(call: Call) -> list[tuple[DType, Shape]]:
    """(n, c, ...) with (o, c / group, ...) -> (n, o, ...)."""
    data, kernel, group = call.shape(0), call.shape(1), int(call.get("group"))
    _kernel_as_stated(call, kernel)
    if len(data) < 3 or group < 1 or kernel[1] * group != data[1] or kernel[0] % group:
        refuse(f"kernels {kernel} in {group} groups don't fit an input of {data}")
    if call.has(2) and call.shape(2) != kernel[:1]:
        refuse(f"a bias of {call.shape(2)} does not fit kernels {kernel}")
    return [(call.value(0).dtype, (data[0], kernel[0], *window(call, kernel[2:]).out))]


def conv_transpose(call: Call) -> list[tuple[DType, Shape]]:
    """(n, c, ...) with (c, o / group, ...) -> (n, o, ...); the padding must be stated."""
    data, kernel, group = call.shape(0), call.shape(1), int(call.get("group"))
    _kernel_as_stated(call, kernel)
    if len(data) < 3 or group < 1 or kernel[0] != data[1] or data[1] % group or len(kernel) != len(data):
        refuse(f"kernels {kernel} in {group} groups don't fit an input of {data}")
    if (call.get("auto_pad") or "NOTSET") != "NOTSET" or call.get("output_shape"):
        refuse("auto_pad and output_shape are not allowed; state pads and output_padding")
    axes = len(data) - 2
    strides, dilations = _axes_of(call, "strides", axes), _axes_of(call, "dilations", axes)
    pads, more = call.get("pads") or (0,) * (2 * axes), call.get("output_padding") or (0,) * axes
    if len(pads) != 2 * axes or len(more) != axes or min((*pads, *more)) < 0:
        refuse("pads or output_padding don't fit the number of axes")
    out = tuple(
        strides[axis] * (data[2 + axis] - 1) + more[axis] + (kernel[2 + axis] - 1) * dilations[axis] + 1
        - pads[axis] - pads[axes + axis]
        for axis in range(axes)
    )  # fmt: skip
    return [(call.value(0).dtype, (data[0], kernel[1] * group, *out))]


def _kernel_as_stated(call: Call, kernel: Shape) -> None:
    if len(kernel) < 3 or (call.get("kernel_shape") or kernel[2:]) != kernel[2:]:
        refuse(f"kernel_shape {call.get('kernel_shape')} is not that of the kernels {kernel}")


def pool(call: Call) -> list[tuple[DType, Shape]]:
    """(n, c, ...) -> (n, c, ...), and where it is asked for, the places of the largest."""
    if len(call.shape()) < 3:
        refuse(f"expected (batch, channels, ...), got the shape {call.shape()}")
    if call.get("ceil_mode") and (call.get("auto_pad") or "NOTSET") != "NOTSET":
        refuse("ceil_mode beside auto_pad is not allowed, for onnx.reference lacks it; state pads")
    slid = window(call, call.get("kernel_shape") or ())
    if any(max(pad) >= size for pad, size in zip(slid.pads, slid.kernel, strict=True)):
        refuse("the padding is as large as the window")
    for axis, size in enumerate(call.shape()[2:]):
        # Padding and window could grow together without end, and the output stay small.
        if slid.kernel[axis] > 2 * size + 1:
            refuse(f"a window of {slid.kernel} is more than twice as large as an input of {call.shape()}")
        # Such a window would give the smallest float there is, or nothing divided by nothing.
        if _sees_padding_alone(size, slid.strides[axis], slid.dilations[axis], slid.pads[axis][0]):
            refuse(f"a window of {slid.kernel} with dilations {slid.dilations} falls into the padding of {call.shape()}")
    shape = (*call.shape()[:2], *slid.out)
    return [(call.value(0).dtype, shape), (INT64, shape)]


def max_pool(call: Call) -> list[tuple[DType, Shape]]:
    """As `pool`; with strides of 1 onnx.reference pads images alone, and evenly."""
    made, pads = pool(call), call.get("pads") or (0,)
    step_by_step = {1} == {*(call.get("strides") or (1,)), *(call.get("dilations") or (1,))}
    if step_by_step and any(pads) and (len(call.shape()) != 4 or len(set(pads)) > 1 or call.get("ceil_mode")):
        refuse(f"with strides of 1 pads {pads} must be those of an image, all the same, and ceil_mode 0; use Pad")
    return made


def _sees_padding_alone(size: int, stride: int, dilation: int, before: int) -> bool:
    """Whether a window that starts in the padding, which is smaller than it, steps over all of an axis."""
    starts = range(-before, 0, stride)
    return dilation > size and (len(starts) > 2**16 or any(start % dilation >= size for start in starts))


def global_pool(call: Call) -> list[tuple[DType, Shape]]:
    """(n, c, ...) -> (n, c, 1, ...)."""
    if len(call.shape()) < 3:
        refuse(f"expected (batch, channels, ...), got the shape {call.shape()}")
    return [(call.value(0).dtype, (*call.shape()[:2], *(1,) * (len(call.shape()) - 2)))]


def global_max_pool(call: Call) -> list[tuple[DType, Shape]]:
    """(n, c, h, w) -> (n, c, 1, 1): onnx.reference takes the two middle axes of any other number."""
    if len(call.shape()) != 4:
        refuse(f"expected (batch, channels, height, width), got the shape {call.shape()}; use ReduceMax")
    return global_pool(call)


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


def clip(call: Call) -> list[tuple[DType, Shape]]:
    """The bounds are single numbers."""
    if any(value is not None and value.size != 1 for value in call.inputs[1:]):
        refuse("the bounds must be single numbers")
    return same(call)


def concat(call: Call) -> list[tuple[DType, Shape]]:
    """Sizes add up along one axis and agree along the others."""
    shapes = [value.shape for value in call.inputs if value is not None]
    if not shapes or not shapes[0]:
        refuse("single numbers can't be joined")
    axis = axis_of(call.get("axis"), len(shapes[0]))
    rests = {(*shape[:axis], *shape[axis + 1 :]) for shape in shapes}
    if len(rests) > 1 or len({len(shape) for shape in shapes}) > 1:
        refuse(f"shapes {shapes[:4]} can't be joined along axis {axis}")
    joined = sum(shape[axis] for shape in shapes)
    return [(call.value(0).dtype, (*shapes[0][:axis], joined, *shapes[0][axis + 1 :]))]


def expand(call: Call) -> list[tuple[DType, Shape]]:
    """Stretched to a known shape."""
    return [(call.value(0).dtype, stretched(call.shape(), _sizes(call.ints(1))))]


def tile(call: Call) -> list[tuple[DType, Shape]]:
    """Repeated a known number of times along each axis."""
    repeats = _sizes(call.ints(1))
    if len(repeats) != len(call.shape()):
        refuse(f"{len(repeats)} repeats for an input of {call.shape()}")
    return [(call.value(0).dtype, tuple(size * times for size, times in zip(call.shape(), repeats, strict=True)))]


def flatten(call: Call) -> list[tuple[DType, Shape]]:
    """A matrix: the axes before `axis`, and the others."""
    shape = call.shape()
    axis = axis_of(call.get("axis"), len(shape) + 1) if call.get("axis") >= 0 else axis_of(call.get("axis"), len(shape))
    return [(call.value(0).dtype, (math.prod(shape[:axis]), math.prod(shape[axis:])))]


def reshape(call: Call) -> list[tuple[DType, Shape]]:
    """A known shape; one size may be -1, and 0 copies the input's."""
    target, shape, size = list(call.ints(1) or ()), call.shape(), math.prod(call.shape())
    for axis, wanted in enumerate(target):
        if wanted == 0 and not call.get("allowzero"):
            target[axis] = shape[axis] if axis < len(shape) else refuse("a size of 0 copies an axis that is not there")
    if min(target, default=1) < -1 or target.count(-1) > 1:
        refuse(f"{tuple(target)} is no shape")
    if -1 in target:
        rest = -math.prod(target)
        target[target.index(-1)] = size // rest if rest > 0 and size % rest == 0 else refuse(_no_shape(shape, target))
    if math.prod(target) != size:
        refuse(_no_shape(shape, target))
    return [(call.value(0).dtype, tuple(target))]


def _no_shape(shape: Shape, target: Sequence[int]) -> str:
    return f"{shape} can't be reshaped to {tuple(target)}"


def shape_of(call: Call) -> list[tuple[DType, Shape]]:
    """The sizes themselves."""
    return [(INT64, (len(_sizes_asked(call)),))]


def _sizes_asked(call: Call) -> Shape:
    return call.shape()[slice(call.get("start"), call.get("end"))]


def squeeze(call: Call) -> list[tuple[DType, Shape]]:
    """Without axes of size 1: those named, or all."""
    shape, stated = call.shape(), call.ints(1)
    axes = {axis_of(axis, len(shape)) for axis in stated} if stated else {i for i, size in enumerate(shape) if size == 1}
    if any(shape[axis] != 1 for axis in axes):
        refuse(f"axes {sorted(axes)} of {shape} are not all of size 1")
    return [(call.value(0).dtype, tuple(size for axis, size in enumerate(shape) if axis not in axes))]


def unsqueeze(call: Call) -> list[tuple[DType, Shape]]:
    """With axes of size 1 put in."""
    stated = call.ints(1) or ()
    rank = len(call.shape()) + len(stated)
    axes = {axis_of(axis, rank) for axis in stated}
    if len(axes) != len(stated):
        refuse(f"axes {stated} are not all different")
    sizes = iter(call.shape())
    return [(call.value(0).dtype, tuple(1 if axis in axes else next(sizes) for axis in range(rank)))]


def transpose(call: Call) -> list[tuple[DType, Shape]]:
    """Axes in another order; reversed where none is stated."""
    shape = call.shape()
    order = call.get("perm") or tuple(reversed(range(len(shape))))
    if sorted(order) != list(range(len(shape))):
        refuse(f"perm {order} is no order of the axes of {shape}")
    return [(call.value(0).dtype, tuple(shape[axis] for axis in order))]


def slice_(call: Call) -> list[tuple[DType, Shape]]:
    """Known ranges of known axes."""
    shape = list(call.shape())
    for axis, part in slices(call):
        shape[axis] = len(range(*part.indices(shape[axis])))
    return [(call.value(0).dtype, tuple(shape))]


def slices(call: Call) -> list[tuple[int, slice]]:
    """Axis and range of a Slice, as Python means them."""
    starts, ends = call.ints(1) or (), call.ints(2) or ()
    axes = call.ints(3) if call.has(3) else tuple(range(len(starts)))
    steps = call.ints(4) if call.has(4) else (1,) * len(starts)
    if axes is None or steps is None or not len(starts) == len(ends) == len(axes) == len(steps) or 0 in steps:
        refuse("starts, ends, axes and steps don't belong together")
    rank = len(call.shape())
    numbered = [axis_of(axis, rank) for axis in axes]
    if len(set(numbered)) != len(numbered):
        refuse(f"axes {axes} are not all different")
    parts = []
    for axis, start, end, step in zip(numbered, starts, ends, steps, strict=True):
        size = call.shape()[axis]
        # -n - 1 and less is before the first element; Python would count such an end from the back again.
        parts.append((axis, slice(max(start, -size), end if step > 0 or end >= -size else None, step)))
    return parts


def split(call: Call) -> list[tuple[DType, Shape]]:
    """Known parts of one axis, or equal ones."""
    shape = call.shape()
    axis, count = axis_of(call.get("axis"), len(shape)), len(call.node.outputs)
    parts = call.ints(1)
    if parts is None:
        each = -(-shape[axis] // count)
        parts = (*(each,) * (count - 1), shape[axis] - each * (count - 1))
    if len(parts) != count or min(parts) < 0 or sum(parts) != shape[axis]:
        refuse(f"axis {axis} of {shape} can't be split into {parts}")
    return [(call.value(0).dtype, (*shape[:axis], part, *shape[axis + 1 :])) for part in parts]


def gather(call: Call) -> list[tuple[DType, Shape]]:
    """The shape of the indices in place of one axis."""
    shape = call.shape()
    axis = axis_of(call.get("axis"), len(shape))
    return [(call.value(0).dtype, (*shape[:axis], *call.shape(1), *shape[axis + 1 :]))]


def gather_elements(call: Call) -> list[tuple[DType, Shape]]:
    """Of the shape of the indices, which is the input's but along the axis; no more than onnx.reference can choose from."""
    shape, indices = call.shape(), call.shape(1)
    axis = axis_of(call.get("axis"), len(shape))
    if len(indices) != len(shape) or (*indices[:axis], *indices[axis + 1 :]) != (*shape[:axis], *shape[axis + 1 :]):
        refuse(f"indices of {indices} don't fit an input of {shape}")
    if axis != call.get("axis"):
        refuse(f"the axis must be counted from the front: {axis}")
    if shape[axis] > MOST_CHOICES:
        refuse(f"it chooses from {shape[axis]}, at most {MOST_CHOICES}; use Gather")
    return [(call.value(0).dtype, call.shape(1))]


def pad(call: Call) -> list[tuple[DType, Shape]]:
    """Larger by known amounts, which onnx.reference wants not to be negative."""
    shape, pads = list(call.shape()), call.ints(1) or ()
    axes = call.ints(3) if call.has(3) else tuple(range(len(shape)))
    if axes is None or len(pads) != 2 * len(axes) or len(set(axes)) != len(axes):
        refuse(f"{len(pads)} pads for {call.shape()}")
    if min(pads, default=0) < 0:
        refuse(f"pads {pads} are negative; use Slice")
    for place, axis in enumerate(axes):
        at = axis_of(axis, len(shape))
        shape[at] += pads[place] + pads[len(axes) + place]
        if call.get("mode") == "reflect" and max(pads[place], pads[len(axes) + place]) >= call.shape()[at]:
            refuse(f"pads {pads} don't fit {call.shape()}")
    return [(call.value(0).dtype, tuple(shape))]


def depth_to_space(call: Call) -> list[tuple[DType, Shape]]:
    """(n, c b b, h, w) -> (n, c, h b, w b)."""
    block, shape = int(call.get("blocksize") or 0), call.shape()
    if len(shape) != 4 or block < 1 or shape[1] % (block * block):
        refuse(f"blocks of {block} don't fit {shape}")
    return [(call.value(0).dtype, (shape[0], shape[1] // block**2, shape[2] * block, shape[3] * block))]


def space_to_depth(call: Call) -> list[tuple[DType, Shape]]:
    """(n, c, h b, w b) -> (n, c b b, h, w)."""
    block, shape = int(call.get("blocksize") or 0), call.shape()
    if len(shape) != 4 or block < 1 or shape[2] % block or shape[3] % block:
        refuse(f"blocks of {block} don't fit {shape}")
    return [(call.value(0).dtype, (shape[0], shape[1] * block**2, shape[2] // block, shape[3] // block))]


def axis_of(axis: Any, rank: int) -> int:
    """An axis counted from the front."""
    if not isinstance(axis, int) or not -rank <= axis < rank:
        refuse(f"there is no axis {axis} among {rank}")
    return axis % rank


def _only(numbers: tuple[int, ...] | None) -> int:
    if numbers is None or len(numbers) != 1:
        refuse("expected one number")
    return numbers[0]


def _sizes(numbers: tuple[int, ...] | None) -> Shape:
    if numbers is None or min(numbers, default=0) < 0:
        refuse("sizes must not be negative")
    return numbers


def _dtype(code: Any) -> DType:
    try:
        return np.dtype(helper.tensor_dtype_to_np_dtype(code))
    except (KeyError, TypeError, ValueError):
        refuse(f"there is no type {code}")


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
    "Cast": lambda call, known: known[0].astype(_dtype(call.get("to"))),
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
