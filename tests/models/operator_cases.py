"""Uses of operators, a line each: what they are given, and models made of that."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import onnx
from onnx import ModelProto, NodeProto, TensorProto
from small_graphs import model, node, tensor

FIRST, COMMON, LATEST = 17, 20, 23


@dataclass(frozen=True)
class Case:
    """A node between the model's input and its output."""

    op: str
    inputs: tuple[Any, ...]
    """the name of a value in GIVEN, nothing (""), or the content of a stored tensor"""
    attributes: dict[str, Any]
    width: tuple[int, ...] = (3, 4)
    outputs: int = 1
    whole: bool = False
    """its outputs have no row for each example"""
    opsets: tuple[int, ...] = (FIRST, COMMON, LATEST)

    @property
    def known_in(self) -> list[int]:
        """The opsets that have the operator."""
        return [opset for opset in self.opsets if _has(self.op, opset)]

    def model(self, opset: int, cast: bool = True) -> ModelProto:
        """The node's outputs are `o0`, `o1`, ...; the model's is made of all of them, as float32 where they aren't yet."""
        places = [f"i{place}" if not isinstance(given, str) else given for place, given in enumerate(self.inputs)]
        stored = {f"i{place}": given for place, given in enumerate(self.inputs) if not isinstance(given, str)}
        named = [f"o{place}" for place in range(self.outputs)]
        nodes = [one for name, made in GIVEN.items() if name in places for one in made]
        nodes += [node(self.op, places, named, name="it", **self.attributes), *self._ends(named, cast)]
        return model(
            nodes, [*_CONSTANTS, *(proto(name, given) for name, given in stored.items())], width=self.width, opset=opset
        )

    def _ends(self, named: Sequence[str], as_float: bool) -> list[NodeProto]:
        stated = {"to": TensorProto.FLOAT} if as_float else {}
        cast = [node("Cast" if as_float else "Identity", [name], [f"{name}f"], **stated) for name in named]
        if self.whole:
            sums = [node("ReduceSum", [f"{name}f"], [f"{name}s"], keepdims=0) for name in named]
            return [*cast, *sums, node("Sum", ["x", *(f"{name}s" for name in named)], ["y"])]
        flat = [node("Flatten", [f"{name}f"], [f"{name}m"]) for name in named]
        return [*cast, *flat, node("Concat", [f"{name}m" for name in named], ["y"], axis=1)]


GIVEN: dict[str, list[NodeProto]] = {
    "x": [],
    "i": [node("Mul", ["x", "three"], ["x3"]), node("Cast", ["x3"], ["i"], to=TensorProto.INT64)],
    "b": [node("Greater", ["x", "zero"], ["b"])],
    "u": [node("Tanh", ["x"], ["u"])],
    "p": [node("Abs", ["x"], ["xa"]), node("Add", ["xa", "one"], ["p"])],
    "s": [node("Shape", ["x"], ["s"])],
}
"""the input; whole numbers; truth values; between -1 and 1; above 1; sizes"""
_CONSTANTS = [tensor("zero", 0), tensor("one", 1), tensor("three", 3)]
_TYPES = {"f": np.float32, "i": np.int64, "b": np.bool_, "u": np.uint8}


def proto(name: str, given: Any) -> TensorProto:
    """A stored tensor: numbers with a point are float32, whole ones int64, what has a type keeps it."""
    array = np.asarray(given)
    if isinstance(given, np.ndarray) and array.dtype != np.float64:
        return onnx.numpy_helper.from_array(array, name)
    return tensor(name, array, _TYPES[array.dtype.kind])


def case(op: str, *inputs: Any, **more: Any) -> Case:
    """A row of the table; what is no field of a Case is an attribute."""
    fields = {name: more.pop(name) for name in ("width", "outputs", "whole", "opsets") if name in more}
    return Case(op, inputs, more, **fields)


def _has(op: str, opset: int) -> bool:
    try:
        return bool(onnx.defs.get_schema(op, opset, ""))
    except onnx.defs.SchemaError:
        return False


def some(*shape: int) -> np.ndarray:
    """Fixed numbers of either sign, float32."""
    return np.random.default_rng(len(shape) + sum(shape)).standard_normal(shape).astype(np.float32)


def ints(*numbers: int) -> np.ndarray:
    """A list of whole numbers, which may be empty."""
    return np.asarray(numbers, np.int64)


U8, I8 = np.uint8, np.int8
IMAGE, LINE, SOLID = (4, 7, 6), (4, 9), (2, 4, 5, 3)
OLD, NEW, LATER = (FIRST,), (18, COMMON, LATEST), (19, COMMON, LATEST)
CASES = [
    *(case(op, "x") for op in "Relu Abs Neg Asinh Atan Ceil Celu Cos Cosh Elu Erf Exp Floor Gelu HardSigmoid".split()),
    *(case(op, "x") for op in "HardSwish Mish Round Selu Sigmoid Sign Sin Sinh Softplus Softsign Tan Tanh".split()),
    *(case(op, "x") for op in "ThresholdedRelu Softmax LogSoftmax Hardmax Identity LeakyRelu".split()),
    *(case(op, "u") for op in "Acos Asin Atanh".split()),
    *(case(op, "p") for op in "Acosh Log Reciprocal Sqrt".split()),
    *(case(op, "i") for op in "Abs Neg Sign Identity".split()),
    case("Not", "b"),
    case("Identity", "b"),
    case("Celu", "x", alpha=0.5),
    case("Elu", "x", alpha=2.0),
    case("HardSigmoid", "x", alpha=0.3, beta=0.1),
    case("Selu", "x", alpha=1.5, gamma=2.0),
    case("ThresholdedRelu", "x", alpha=0.2),
    case("LeakyRelu", "x", alpha=-0.5),
    case("Gelu", "x", approximate="tanh"),
    case("PRelu", "x", some(4)),
    case("PRelu", "x", some(3, 1)),
    case("PRelu", "x", some(1)),
    *(case(op, "x", axis=axis) for op in ("Softmax", "LogSoftmax", "Hardmax") for axis in (1, -2)),
    case("Clip", "x", -0.5, 0.5),
    case("Clip", "x", "", 0.5),
    case("Clip", "x", 0.1),
    case("Clip", "x"),
    *(case("Cast", "x", to=to) for to in (TensorProto.FLOAT16, TensorProto.INT32, TensorProto.BOOL, TensorProto.DOUBLE)),
    case("Cast", "b", to=TensorProto.INT64),
    case("Cast", "i", to=TensorProto.INT8),
    case("QuantizeLinear", "x", 0.05),
    case("QuantizeLinear", "x", 0.05, np.asarray(128, U8)),
    case("QuantizeLinear", "x", 0.05, np.asarray(-3, I8)),
    case("QuantizeLinear", "x", [0.1, 0.05, 0.2], np.asarray([0, 1, 2], I8), axis=1),
    case("DequantizeLinear", np.arange(12, dtype=I8).reshape(3, 4), 0.05, whole=True, opsets=LATER),
    case("DequantizeLinear", np.arange(12, dtype=U8).reshape(3, 4), 0.05, np.asarray(7, U8), whole=True, opsets=LATER),
    case("DequantizeLinear", np.arange(6, dtype=I8).reshape(3, 2), [0.1, 0.2, 0.3], np.zeros(3, I8), axis=0, whole=True,
         opsets=LATER),
    *(case(op, "x", some(4)) for op in "Add Sub Mul Div Max Min Sum Mean".split()),
    *(case(op, "x", some(4)) for op in "Equal Greater GreaterOrEqual Less LessOrEqual".split()),
    *(case(op, some(2, 1, 3, 1), "x", whole=True) for op in "Add Sub Mul Div Max Min Sum Greater LessOrEqual".split()),
    *(case(op, "i", ints(3, -2, 1, 5)) for op in "Add Sub Mul Div Max Min Mod Equal Greater Less".split()),
    *(case(op, "x", "x", some(3, 1)) for op in "Sum Mean Max Min".split()),
    *(case(op, "x") for op in "Sum Mean Max Min".split()),
    case("Mod", "x", some(4), fmod=1),
    *(case(op, "b", [True, False, True, True]) for op in "And Or Xor Equal".split()),
    case("Pow", "p", 1.5),
    case("Pow", "x", 2),
    case("Pow", 2.0, "x", whole=True),
    case("Pow", "p", some(3, 1)),
    case("Where", "b", "x", 0.0),
    case("Where", "b", some(3, 1), some(4)),
    case("Where", [True, False, True, True], "i", 7),
    case("Gemm", "x", some(4, 5), width=(4,)),
    case("Gemm", "x", some(4, 5), some(5), width=(4,), alpha=0.5, beta=-2.0),
    case("Gemm", "x", some(5, 4), some(1, 5), width=(4,), transB=1),
    case("Gemm", "x", some(4, 5), 0.5, width=(4,)),
    case("Gemm", "x", "x", width=(4,), transA=1, whole=True),
    case("Gemm", some(5, 4), "x", some(5, 1), width=(4,), transB=1, whole=True),
    case("MatMul", "x", some(4, 5)),
    case("MatMul", "x", some(4)),
    case("MatMul", some(3), "x"),
    case("MatMul", some(2, 3), "x"),
    case("MatMul", "x", some(2, 1, 4, 5), whole=True),
    case("MatMul", "x", some(4, 5), width=(4,)),
    case("Einsum", "x", some(4, 5), equation="nij,jk->nik"),
    case("Einsum", "x", "u", equation="n i j, n k j -> n i k"),
    case("Einsum", "x", "x", equation="nij,nij->n"),
    case("Einsum", "x", equation="nij->nji"),
    case("Einsum", "x", some(3, 4), equation="nab,ab->nab"),
    case("MatMul", "x", some(4), width=(4,)),
    case("Conv", "x", some(5, 4, 3, 3), width=IMAGE),
    case("Conv", "x", some(5, 4, 3, 3), some(5), width=IMAGE, pads=[1, 0, 2, 1], strides=[2, 1], dilations=[1, 2]),
    case("Conv", "x", some(6, 2, 3, 2), width=IMAGE, group=2, kernel_shape=[3, 2]),
    case("Conv", "x", some(8, 1, 3, 3), width=IMAGE, group=4, auto_pad="SAME_UPPER", strides=[2, 3]),
    case("Conv", "x", some(5, 4, 4, 2), width=IMAGE, auto_pad="SAME_LOWER", strides=[2, 1]),
    case("Conv", "x", some(5, 4, 4, 2), width=IMAGE, auto_pad="VALID", strides=[2, 2]),
    case("Conv", "x", some(5, 4, 3), width=LINE, pads=[1, 1]),
    case("Conv", "x", some(5, 2, 2, 3, 1), width=SOLID, pads=[1, 1, 0, 0, 1, 2]),
    case("ConvTranspose", "x", some(4, 3, 3, 3), width=IMAGE),
    case("ConvTranspose", "x", some(4, 3, 3, 2), some(3), width=IMAGE, strides=[2, 3], pads=[1, 0, 1, 1]),
    case("ConvTranspose", "x", some(4, 3, 3, 2), width=IMAGE, strides=[2, 2], output_padding=[1, 0], dilations=[2, 1]),
    case("ConvTranspose", "x", some(4, 3, 3), width=LINE, strides=[3]),
    *(case(op, "x", width=IMAGE, kernel_shape=[3, 2]) for op in ("MaxPool", "AveragePool")),
    *(case(op, "x", width=IMAGE, kernel_shape=[3, 2], strides=[2, 2], pads=[1, 0, 1, 1]) for op in ("MaxPool", "AveragePool")),
    case("MaxPool", "x", width=IMAGE, kernel_shape=[2, 3], strides=[2, 2], ceil_mode=1),
    case("MaxPool", "x", width=IMAGE, kernel_shape=[3, 3], pads=[1, 1, 1, 1]),
    *(case(op, "x", width=IMAGE, kernel_shape=[3, 3], strides=[2, 2], auto_pad="VALID") for op in ("MaxPool", "AveragePool")),
    *(case(op, "x", width=LINE, kernel_shape=[4], strides=[3], pads=[2, 1]) for op in ("MaxPool", "AveragePool")),
    *(case(op, "x", width=SOLID, kernel_shape=[2, 3, 2]) for op in ("MaxPool", "AveragePool")),
    case("MaxPool", "x", width=IMAGE, kernel_shape=[3, 2], dilations=[2, 3], pads=[1, 0, 1, 1]),
    case("MaxPool", "x", width=IMAGE, kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1], ceil_mode=1),
    case("AveragePool", "x", width=IMAGE, kernel_shape=[3, 3], pads=[1, 1, 1, 1], count_include_pad=1),
    case("AveragePool", "x", width=IMAGE, kernel_shape=[3, 3], strides=[2, 2], pads=[1, 0, 1, 1], count_include_pad=1),
    case("AveragePool", "x", width=IMAGE, kernel_shape=[2, 2], dilations=[2, 3], opsets=LATER),
    *(case("GlobalAveragePool", "x", width=width) for width in (IMAGE, LINE, SOLID)),
    case("GlobalMaxPool", "x", width=IMAGE),
    case("BatchNormalization", "x", some(4), some(4), some(4), some(4) ** 2, width=IMAGE),
    case("BatchNormalization", "x", some(4), some(4), some(4), some(4) ** 2, width=(4,), epsilon=0.1),
    case("InstanceNormalization", "x", some(4), some(4), width=IMAGE),
    case("InstanceNormalization", "x", some(4), some(4), width=LINE, epsilon=0.1),
    case("GroupNormalization", "x", some(4), some(4), width=IMAGE, num_groups=2, opsets=(21, 22, LATEST)),
    case("LayerNormalization", "x", some(4)),
    case("LayerNormalization", "x", some(3, 4), some(3, 4), axis=1, epsilon=0.1),
    case("LayerNormalization", "x", some(4), some(4), axis=-1),
    case("RMSNormalization", "x", some(4)),
    case("RMSNormalization", "x", some(3, 4), axis=-2, epsilon=0.1),
    *(case(op, "p", whole=True) for op in "ReduceSum ReduceMean ReduceMax ReduceMin ReduceL1 ReduceL2 ReduceProd".split()),
    *(case(op, "p", whole=True) for op in "ReduceLogSum ReduceLogSumExp ReduceSumSquare".split()),
    *(case(op, "p", axes=[-1], opsets=OLD) for op in "ReduceMean ReduceMax ReduceMin ReduceL1 ReduceL2 ReduceProd".split()),
    *(case(op, "p", axes=[1, 2], keepdims=0, opsets=OLD) for op in "ReduceLogSum ReduceLogSumExp ReduceSumSquare".split()),
    *(case(op, "x", axes=[1, 2], keepdims=0, opsets=OLD) for op in ("ReduceMax", "ReduceMin")),
    *(case(op, "p", [-1], opsets=NEW) for op in "ReduceMean ReduceMax ReduceMin ReduceL1 ReduceL2 ReduceProd".split()),
    *(case(op, "p", [1, 2], keepdims=0, opsets=NEW) for op in "ReduceLogSum ReduceLogSumExp ReduceSumSquare ReduceMax".split()),
    *(case(op, "x", ints(), opsets=NEW, whole=True) for op in "ReduceMean ReduceMax ReduceMin".split()),
    *(case(op, "x", noop_with_empty_axes=1, opsets=NEW) for op in "ReduceMean ReduceMax ReduceMin".split()),
    case("ReduceSum", "x", [-1, 1]),
    case("ReduceSum", "x", [2], keepdims=0),
    case("ReduceSum", "x", ints(), whole=True),
    case("ReduceSum", "x", ints(), noop_with_empty_axes=1),
    case("ReduceSum", "i", [1]),
    *(case(op, "x", axis=axis, keepdims=keep) for op in ("ArgMax", "ArgMin") for axis, keep in ((1, 0), (-1, 1))),
    *(case(op, "i", axis=1, select_last_index=1) for op in ("ArgMax", "ArgMin")),
    case("TopK", "x", [2], outputs=2),
    case("TopK", "x", [3], axis=1, largest=0, outputs=2),
    case("CumSum", "x", 1),
    case("CumSum", "x", -1, reverse=1),
    case("CumSum", "x", 2, exclusive=1),
    case("Shape", "x", whole=True),
    case("Shape", "x", whole=True, start=1, end=-1),
    case("Shape", "x", whole=True, start=-9, end=9),
    case("Concat", "x", "x", axis=1),
    case("Concat", "x", "p", "u", axis=-1),
    case("Concat", "s", ints(5), axis=0, whole=True),
    case("DepthToSpace", "x", width=(12, 2, 3), blocksize=2),
    case("DepthToSpace", "x", width=(12, 2, 3), blocksize=2, mode="CRD"),
    case("SpaceToDepth", "x", width=(3, 4, 6), blocksize=2),
    case("Expand", "x", [1, 3, 4]),
    case("Expand", "x", [2, 1, 1, 1], whole=True),
    case("Expand", some(4), "s", whole=True),
    case("Flatten", "x"),
    case("Flatten", "x", axis=-1, whole=True),
    case("Flatten", "x", axis=0, whole=True),
    case("Flatten", "x", axis=3, whole=True),
    case("Gather", "x", [0, -1, 1], axis=1),
    case("Gather", "x", [[0, -1], [3, 2]], axis=-1),
    case("Gather", "x", 1, axis=2),
    case("Gather", some(9, 2), np.asarray([[1, -9], [8, 1]]), whole=True),
    case("Gather", "s", 0, whole=True),
    case("GatherElements", some(2, 4), [[0, -1, 2], [1, 1, 1]], axis=1, whole=True),
    case("GatherElements", some(3, 4), [[0, -1, 2, 0], [1, 1, 1, -3]], whole=True),
    case("Pad", "x", [0, 1, 0, 0, 0, 2]),
    case("Pad", "x", [0, 0, 1, 0, 1, 0], 0.5),
    case("Pad", "x", [0, 1, 2, 0, 1, 1], mode="reflect"),
    case("Pad", "x", [0, 1, 2, 0, 1, 1], mode="edge"),
    case("Pad", "x", [1, 2], "", [-1], mode="reflect", opsets=NEW),
    case("Pad", "x", [1, 0, 0, 2], -1.0, [2, 1], opsets=NEW),
    case("Pad", "x", [1, 3], "", [2], mode="wrap", opsets=LATER),
    case("Reshape", "x", [0, -1]),
    case("Reshape", "x", [-1, 2, 6]),
    case("Reshape", "x", [0, 4, 3]),
    case("Reshape", "x", [-1, 12], allowzero=1),
    case("Reshape", "x", ints(-1), whole=True),
    case("Reshape", "x", "s"),
    case("Slice", "x", [1], [3], [1]),
    case("Slice", "x", [-1], [-99], [2], [-2]),
    case("Slice", "x", [99, -1], [-99, 0], [1, -1], [-1, -1]),
    case("Slice", "x", [0, 1], [99, 2**62], [-2, 2], [2, 1]),
    case("Slice", "x", [0, -99, 1], [2**62, 99, -1]),
    case("Slice", "s", [1], [3], whole=True),
    case("Split", "x", axis=2, outputs=2, opsets=OLD),
    case("Split", "x", axis=2, outputs=2, num_outputs=2, opsets=NEW),
    case("Split", "x", axis=-1, outputs=3, num_outputs=3, width=(3, 7), opsets=NEW),
    case("Split", "x", [1, 3], axis=-1, outputs=2),
    case("Squeeze", "x", width=(3, 1, 4, 1), whole=True),
    case("Squeeze", "x", [-1], width=(3, 1, 4, 1)),
    case("Squeeze", "x", [2, 4], width=(3, 1, 4, 1)),
    case("Tile", "x", [1, 2, 3]),
    case("Tile", "x", [2, 1, 1], whole=True),
    case("Transpose", "x", perm=[0, 2, 1]),
    case("Transpose", "x", whole=True),
    case("Trilu", "x"),
    case("Trilu", "x", 1, upper=0),
    case("Trilu", "x", -1),
    case("Unsqueeze", "x", [1]),
    case("Unsqueeze", "x", [-1, 2]),
]  # fmt: skip
