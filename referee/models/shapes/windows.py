"""Kernels that slide: convolutions and pooling, over (batch, channels, ...)."""

from __future__ import annotations

from dataclasses import dataclass

from referee.models.shapes.call import INT64, Call, DType, Shape, refuse


@dataclass(frozen=True, slots=True)
class Window:
    """How a kernel slides over the axes behind the first two."""

    kernel: Shape
    strides: Shape
    dilations: Shape
    pads: tuple[tuple[int, int], ...]
    """before and after, an axis"""
    out: Shape
    beyond: tuple[int, ...]
    """how far the last window reaches beyond the input, which is more than its padding where sizes are rounded up"""


def window(call: Call, kernel: Shape) -> Window:
    """The window of a convolution or of pooling, with its padding worked out."""
    sizes = call.shape()[2:]
    if len(kernel) != len(sizes) or not sizes or min(kernel) < 1:
        refuse(f"a window of {kernel} does not fit an input of {call.shape()}")
    strides, dilations = _axes_of(call, "strides", len(sizes)), _axes_of(call, "dilations", len(sizes))
    pads, out, beyond = [], [], []
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
        beyond.append(steps * strides[axis] + extent - size - pad[0])
    return Window(kernel, strides, dilations, tuple(pads), tuple(out), tuple(beyond))


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
