"""Numbers in other places, and nothing computed."""

from __future__ import annotations

import math
from collections.abc import Sequence

from referee.models.shapes.call import Call, DType, Shape, axis_of, refuse, stretched

MOST_CHOICES = 32


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


def _sizes(numbers: tuple[int, ...] | None) -> Shape:
    if numbers is None or min(numbers, default=0) < 0:
        refuse("sizes must not be negative")
    return numbers
