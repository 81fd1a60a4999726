"""The operators that a graph may use, a row each: what it makes of shapes, what it costs, what a positive scale does to it.

Their attributes, with types and defaults, come from ONNX's own schemas. All are deterministic functions of one example and
of the stored tensors: no control flow, no randomness, nothing for training alone, nothing that makes large tensors out of
small numbers (ConstantOfShape, Range), nothing that looks up strings. What onnx.reference 1.23 gets wrong, or lacks, is left
out too, for it is the second opinion about every model: ConvTranspose in groups, pooling with automatic padding, AveragePool
with ceil_mode, DequantizeLinear before opset 19, and what the shape rules say. GroupNormalization before opset 21 was
withdrawn by ONNX.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum

from referee.models.shapes import along, elementwise, moving, products, sizes, windows
from referee.models.shapes.call import Call, Rule, Shape

OPSETS = range(17, 24)
"""Opset versions that are read; torch exports 20 by default."""


class Scale(Enum):
    """What becomes of an operator in the network of absolute weights that the path norm runs."""

    NONE = "not positively homogeneous: refused where the architecture is"
    LINEAR = "linear in its inputs: stays"
    PRODUCT = "linear in one input while the other is stored: stays"
    QUOTIENT = "linear in the first input while the second is stored: stays"
    IDENTITY = "no larger than its input: becomes Identity"
    SUM = "no larger than the sum of its inputs: becomes a sum"
    SIZES = "looks at sizes alone: stays"
    OWN = "has a rule of its own in models.path_norm"


Work = Callable[[Call, Shape], int]
"""(node with its inputs, shape of the first output) -> multiply-adds"""


def numbers(call: Call, out: Shape) -> int:
    """One for each number that is read or written, whichever are more."""
    return max(math.prod(out), *(value.size for value in call.inputs if value is not None), 0)


def of_sum(call: Call, out: Shape) -> int:
    """One less than there are inputs for each number made, and at least one."""
    return math.prod(out) * max(1, sum(value is not None for value in call.inputs) - 1)


def nothing(call: Call, out: Shape) -> int:
    """Moving numbers about is free."""
    return 0


def of_gemm(call: Call, out: Shape) -> int:
    """m n k."""
    return math.prod(out) * int(call.shape(0)[0 if call.get("transA") else 1])


def of_matmul(call: Call, out: Shape) -> int:
    """Numbers made, times the length of the common axis."""
    return math.prod(out) * call.shape(0)[-1]


def of_einsum(call: Call, out: Shape) -> int:
    """The sizes of all axes, multiplied."""
    return math.prod(products.einsum_sizes(call)[0].values())


def of_conv(call: Call, out: Shape) -> int:
    """Numbers made, times the size of a kernel."""
    return math.prod(out) * math.prod(call.shape(1)[1:])


def of_conv_transpose(call: Call, out: Shape) -> int:
    """Numbers read, times the size of a kernel."""
    return math.prod(call.shape(0)) * math.prod(call.shape(1)[1:])


def of_pool(call: Call, out: Shape) -> int:
    """Numbers made, times the size of the window."""
    return math.prod(out) * math.prod(call.get("kernel_shape") or ())


@dataclass(frozen=True, slots=True)
class Operator:
    """A row of the table of operators."""

    name: str
    shape: Rule
    scale: Scale = Scale.NONE
    work: Work = numbers
    structure: tuple[int, ...] = ()
    """inputs that decide a shape: whole numbers, known before anything runs; those that do nothing else are no weights"""
    only: Mapping[str, tuple[object, ...]] | None = None
    """attribute -> the values that it may have"""
    since: int = 0
    """the first opset in which it is read"""


def _unary(names: str, scale: Scale = Scale.NONE) -> list[Operator]:
    return [Operator(name, elementwise.same, scale) for name in names.split()]


def _reduce(names: str, scale: Scale = Scale.NONE) -> list[Operator]:
    return [Operator(name, along.reduce, scale, structure=(1,)) for name in names.split()]


def _moving(name: str, shape: Rule, *structure: int, scale: Scale = Scale.LINEAR) -> Operator:
    return Operator(name, shape, scale, nothing, structure)


_INFERENCE = {"training_mode": (0,)}
_POOLED = {"storage_order": (0,), "auto_pad": ("NOTSET", "VALID")}
OPERATORS: Mapping[str, Operator] = {
    operator.name: operator
    for operator in (
        *_unary("Relu Abs Neg", Scale.IDENTITY),
        Operator("LeakyRelu", elementwise.same, Scale.OWN),
        Operator("PRelu", elementwise.prelu, Scale.OWN),
        *_unary("Acos Acosh Asin Asinh Atan Atanh Ceil Celu Cos Cosh Elu Erf Exp Floor Gelu HardSigmoid HardSwish Log Mish"),
        *_unary("Not Reciprocal Round Selu Sigmoid Sign Sin Sinh Softplus Softsign Sqrt Tan Tanh ThresholdedRelu"),
        Operator("Softmax", along.along_axis),
        Operator("LogSoftmax", along.along_axis),
        Operator("Hardmax", along.along_axis),
        Operator("Clip", elementwise.clip),
        Operator("Cast", elementwise.cast, work=nothing),
        Operator("QuantizeLinear", elementwise.quantize),
        Operator("DequantizeLinear", elementwise.dequantize, since=19),
        Operator("Add", elementwise.broadcast, Scale.LINEAR),
        Operator("Sub", elementwise.broadcast, Scale.SUM),
        Operator("Sum", elementwise.broadcast, Scale.LINEAR, of_sum),
        Operator("Mean", elementwise.mean, Scale.LINEAR),
        Operator("Max", elementwise.broadcast, Scale.SUM, of_sum),
        Operator("Min", elementwise.broadcast, Scale.SUM, of_sum),
        Operator("Mul", elementwise.broadcast, Scale.PRODUCT),
        Operator("Div", elementwise.broadcast, Scale.QUOTIENT),
        *(Operator(name, elementwise.broadcast) for name in ("Mod", "And", "Or", "Xor")),
        Operator("Pow", elementwise.same_as_first_of_two),
        *(Operator(name, elementwise.truth) for name in ("Equal", "Greater", "GreaterOrEqual", "Less", "LessOrEqual")),
        Operator("Where", elementwise.broadcast),
        Operator("Gemm", products.gemm, Scale.PRODUCT, of_gemm),
        Operator("MatMul", products.matmul, Scale.PRODUCT, of_matmul),
        Operator("Einsum", products.einsum, Scale.PRODUCT, of_einsum),
        Operator("Conv", windows.conv, Scale.PRODUCT, of_conv),
        Operator("ConvTranspose", windows.conv_transpose, Scale.PRODUCT, of_conv_transpose, only={"group": (1,)}),
        Operator("MaxPool", windows.max_pool, Scale.OWN, of_pool, only=_POOLED),
        Operator("AveragePool", windows.pool, Scale.LINEAR, of_pool, only={**_POOLED, "ceil_mode": (0,)}),
        Operator("GlobalAveragePool", windows.global_pool, Scale.LINEAR),
        Operator("GlobalMaxPool", windows.global_max_pool, Scale.OWN),
        Operator("BatchNormalization", along.normalize_channels, Scale.OWN, only=_INFERENCE),
        Operator("InstanceNormalization", along.normalize_channels),
        Operator("GroupNormalization", along.normalize_groups, since=21),
        Operator("LayerNormalization", along.normalize_last),
        Operator("RMSNormalization", along.normalize_last),
        *_reduce("ReduceSum ReduceMean", Scale.LINEAR),
        *_reduce("ReduceMax ReduceMin ReduceL1", Scale.SUM),
        *_reduce("ReduceL2 ReduceLogSum ReduceLogSumExp ReduceProd ReduceSumSquare"),
        Operator("ArgMax", along.arg),
        Operator("ArgMin", along.arg),
        Operator("TopK", along.top_k, structure=(1,)),
        Operator("CumSum", along.cumulate, Scale.LINEAR, structure=(1,)),
        Operator("Shape", sizes.shape_of, Scale.SIZES, nothing),
        _moving("Identity", elementwise.same),
        _moving("Concat", moving.concat),
        _moving("DepthToSpace", moving.depth_to_space),
        _moving("Expand", moving.expand, 1),
        _moving("Flatten", moving.flatten),
        _moving("Gather", moving.gather, scale=Scale.QUOTIENT),
        _moving("GatherElements", moving.gather_elements, scale=Scale.QUOTIENT),
        _moving("Pad", moving.pad, 1, 3),
        _moving("Reshape", moving.reshape, 1),
        _moving("Slice", moving.slice_, 1, 2, 3, 4),
        _moving("SpaceToDepth", moving.space_to_depth),
        _moving("Split", moving.split, 1),
        _moving("Squeeze", moving.squeeze, 1),
        _moving("Tile", moving.tile, 1),
        _moving("Transpose", moving.transpose),
        _moving("Trilu", along.triangle, 1),
        _moving("Unsqueeze", moving.unsqueeze, 1),
    )
}
ALLOWED = frozenset(OPERATORS) | {"Constant"}
"""A Constant is read as a stored tensor."""
