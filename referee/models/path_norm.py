"""The path norm of a graph, by one forward pass of its network of absolute weights on an input of ones.

A path leads from an input or a bias to an output; the norm is the sum over all paths of the product of the absolute weights
on the way. Max-pooling passes every one of its inputs on, so it becomes a sum; BatchNormalization is folded into the layer
before it. Neyshabur, Tomioka and Srebro 2015; for pooling and biases Gonon et al. 2024, "A path-norm toolkit for modern
networks", theorem A.1.

What can be run this way is what the architecture rule `homogeneous` allows: every node is linear, or grows with a positive
scale of its input and with nothing else, so that no weight can be spelled as anything that the path norm does not count.

Float32 is not homogeneous at its ends. What rounds to zero counts too: where a node multiplies, its underflow joins the sum
as a bias of its own, or a weight of 2^-149 with one of 2^149 behind it would make a step of any height out of a gain of 1. A
folded bias counts the rounding of what cancels in it. What overflows for large inputs has no norm.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from referee.ground.errors import InvalidModel
from referee.ground.graph import Array, Attribute, Graph, Node
from referee.models.operators import OPERATORS, Scale, nothing
from referee.models.shapes.call import Value
from referee.models.shapes.windows import window
from referee.models.walk import call_of, free_prefix, label, needed, walk

SMALLEST = float(np.finfo(np.float32).tiny)
"""Down there another rounding than ours may be twice as large, or not zero: no gain of a folded layer is smaller."""
UNDERFLOW = 2.0**-110
"""Bound on what is lost below the smallest float32 in one node: 2^-126 for each of up to 65536 products."""
ROUNDING = 2.0**-18
"""of what cancels in a folded bias, 64 times float32's: x + 2^23 - 2^23 rounds x, and takes no weights where that is folded"""
LARGEST = 2.0**16
"""Inputs up to which nothing may overflow: zero times infinity, under a MaxPool that passes over NaN, is a step for nothing."""
_MULTIPLYING = frozenset(
    "Mul Div Gemm MatMul Einsum Conv ConvTranspose Mean ReduceMean AveragePool GlobalAveragePool BatchNormalization".split()
)
_AVERAGING = ("Mean", "ReduceMean", "AveragePool", "GlobalAveragePool")
_KEEPING = frozenset(name for name, operator in OPERATORS.items() if operator.work is nothing) | {"Identity"}
"""move numbers about, and make none that is larger"""


def absolute(graph: Graph) -> Graph:
    """The network of absolute weights: same input and output shapes, and the path norm is the sum of its outputs for ones.

    Raises:
        InvalidModel: a node is not positively homogeneous, and which.
    """
    values = walk(graph, 1).values
    building = _Building(graph, values, free_prefix(values))
    nodes: list[Node] = []
    for number, node in enumerate(graph.nodes):
        try:
            nodes += building.rewritten(node)
        except InvalidModel as refusal:
            raise InvalidModel(f"{label(node, number)}: {refusal}") from None
    # What was folded into another layer is not needed any more.
    nodes = list(needed(replace(graph, nodes=tuple(nodes))).nodes)
    output = building.finite_or_nan(nodes)
    tensors = {**graph.tensors, **building.tensors}
    weights = {name: np.abs(array) if array.dtype.kind == "f" else array for name, array in tensors.items()}
    return needed(replace(graph, nodes=tuple(nodes), tensors=weights, output=output))


@dataclass
class _Building:
    graph: Graph
    values: Mapping[str, Value]
    prefix: str
    tensors: dict[str, Array] = field(default_factory=dict)
    """new ones"""
    inside: dict[str, tuple[Array, Array]] = field(default_factory=dict)
    """output -> (a, b): up to a * output + b is computed on the way to it, and must not overflow either"""

    def __post_init__(self) -> None:
        self.makers = {name: node for node in self.graph.nodes for name in node.outputs}
        self.uses = Counter(name for node in self.graph.nodes for name in node.inputs)

    def rewritten(self, node: Node) -> list[Node]:
        """What stands in the network of absolute weights in place of a node, with what its products may have lost."""
        made = self._rewritten(node)
        if node.op not in _MULTIPLYING or self.values[node.outputs[0]].dtype.kind != "f":
            return made
        product = f"{self.prefix}{node.outputs[0]}//product"
        lost = self.keep(node, "lost", np.asarray(UNDERFLOW, np.float32))
        return [*made[:-1], replace(made[-1], outputs=(product,)), Node("", "Add", (product, lost), node.outputs, {})]

    def finite_or_nan(self, nodes: list[Node]) -> str:
        """Add the norm as the output, NaN where LARGEST inputs could overflow anything on the way; gives its name.

        Every value grows at most as the input does, so the largest of the values for ones tells.
        """
        names = {what: f"{self.prefix}{what}" for what in ("largest", "most", "large", "nothing", "over", "output")}
        self.tensors |= {names["largest"]: np.asarray(LARGEST, np.float32), names["nothing"]: np.zeros((), np.float32)}
        most = [name for node in nodes if node.op not in _KEEPING for name in node.outputs[:1] if self._holds_floats(name)]
        nodes += [one for name in most for one in self._largest(name)]
        nodes += [
            Node("", "Max", (names["nothing"], *(f"{self.prefix}{name}//most" for name in most)), (names["most"],), {}),
            Node("", "Mul", (names["most"], names["largest"]), (names["large"],), {}),
            Node("", "Mul", (names["large"], names["nothing"]), (names["over"],), {}),
            Node("", "Add", (self.graph.output, names["over"]), (names["output"],), {}),
        ]
        return names["output"]

    def _largest(self, name: str) -> Iterator[Node]:
        """The largest number of a value, or of what is computed on the way to it."""
        at = f"{self.prefix}{name}//"
        if name in self.inside:
            self.tensors[f"{at}factor"], self.tensors[f"{at}offset"] = (one.astype(np.float32) for one in self.inside[name])
            yield Node("", "Mul", (name, f"{at}factor"), (f"{at}multiplied",), {})
            yield Node("", "Add", (f"{at}multiplied", f"{at}offset"), (f"{at}inside",), {})
        within = f"{at}inside" if name in self.inside else name
        yield Node("", "ReduceMax", (within,), (f"{at}most",), {"keepdims": 0})

    def _holds_floats(self, name: str) -> bool:
        value = self.values.get(name)
        return value is not None and value.dtype.kind == "f" and value.size > 0

    def _rewritten(self, node: Node) -> list[Node]:
        scale = OPERATORS[node.op].scale
        if scale is Scale.NONE:
            raise InvalidModel(f"{node.op} is not positively homogeneous, so a scale of the weights could hide in it")
        self._refuse_products(node, scale)
        # Whole numbers are places and sizes, not weights.
        if scale is Scale.SIZES or self.values[node.outputs[0]].dtype.kind != "f":
            return [node]
        if scale is Scale.IDENTITY:
            return [Node(node.name, "Identity", node.inputs[:1], node.outputs, {})]
        if scale is Scale.SUM:
            return [self._sum(node)]
        if scale is Scale.OWN:
            return list(_OWN[node.op](self, node))
        if node.op in _AVERAGING:
            self.inside[node.outputs[0]] = self._averaged(node), np.zeros(())
        if node.op == "Gemm":
            self.inside[node.outputs[0]] = np.asarray(1 / self._shrinking(node)), np.zeros(())
            factors = {name: abs(self._attribute(node, name)) for name in ("alpha", "beta")}
            return [replace(node, attributes={**node.attributes, **factors})]
        return [node]

    def _shrinking(self, gemm: Node) -> float:
        """What a product is multiplied by after it was computed, where that makes it smaller."""
        alpha = abs(self._attribute(gemm, "alpha"))
        if alpha == 0:
            raise InvalidModel("alpha is 0, so what it multiplies could be anything")
        return float(min(1, max(alpha, SMALLEST)))

    def _averaged(self, node: Node) -> Array:
        """How many numbers a mean divides by: their sum is computed first."""
        numbers = sum(self.values[name].size for name in node.inputs[: len(node.inputs) if node.op == "Mean" else 1])
        window = math.prod(self._attribute(node, "kernel_shape")) if node.op == "AveragePool" else 1
        return np.asarray(max(window, numbers / max(1, self.values[node.outputs[0]].size)))

    def stored(self, name: str) -> Array:
        """A tensor that must be stored, not computed: what is divided by, or folded, has to be known."""
        if name not in self.graph.tensors:
            raise InvalidModel(f'"{name[:40]}" must be a stored tensor, not a computed one')
        return np.asarray(self.graph.tensors[name])

    def keep(self, node: Node, what: str, array: Array) -> str:
        """Store a new tensor; gives its name."""
        name = f"{self.prefix}{node.outputs[0]}//{what}"
        self.tensors[name] = array
        return name

    def _attribute(self, node: Node, name: str) -> Any:
        return call_of(node, self.graph.opset, self.values).get(name)

    def _refuse_products(self, node: Node, scale: Scale) -> None:
        moving = [bool(name) and not self.values[name].stored for name in node.inputs]
        if scale is Scale.PRODUCT and sum(moving[:2]) > 1:
            raise InvalidModel("it multiplies activations with each other, which undoes any scale")
        if scale is Scale.QUOTIENT and moving[1]:
            raise InvalidModel("its second input depends on the example")
        if node.op == "Div" and self.values[node.outputs[0]].dtype.kind == "f":
            self.stored(node.inputs[1])

    def _sum(self, node: Node) -> Node:
        if not node.op.startswith("Reduce"):
            return Node(node.name, "Sum", node.inputs, node.outputs, {})
        stated = dict(node.attributes)
        axes = stated.pop("axes", None)
        inputs = node.inputs if axes is None else (node.inputs[0], self.keep(node, "axes", np.asarray(axes, np.int64)))
        return Node(node.name, "ReduceSum", inputs, node.outputs, stated)

    def leaky(self, node: Node) -> Iterator[Node]:
        """A slope above 1 is a gain."""
        alpha = max(1.0, abs(self._attribute(node, "alpha")))
        gain = self.keep(node, "gain", np.asarray(alpha, np.float32))
        yield Node(node.name, "Mul", (node.inputs[0], gain), node.outputs, {})

    def prelu(self, node: Node) -> Iterator[Node]:
        """As a LeakyRelu with a slope for each number."""
        gain = self.keep(node, "gain", np.maximum(1, np.abs(self.stored(node.inputs[1]))))
        yield Node(node.name, "Mul", (node.inputs[0], gain), node.outputs, {})

    def max_pool(self, node: Node) -> Iterator[Node]:
        """The sum over each window: a convolution of each channel with ones."""
        if len(node.outputs) > 1:
            raise InvalidModel("the places of the largest are no homogeneous function")
        call = call_of(node, self.graph.opset, self.values)
        slid, channels = window(call, call.get("kernel_shape")), call.shape()[1]
        before, after = [pad[0] for pad in slid.pads], [max(0, beyond) for beyond in slid.beyond]
        ones = self.keep(node, "ones", np.ones((channels, 1, *slid.kernel), np.float32))
        stated: dict[str, Attribute] = {
            "group": channels,
            "strides": slid.strides,
            "dilations": slid.dilations,
            "pads": (*before, *after),
        }
        yield Node(node.name, "Conv", (node.inputs[0], ones), node.outputs, stated)

    def global_max_pool(self, node: Node) -> Iterator[Node]:
        """The sum over all axes behind the channels."""
        axes = self.keep(node, "axes", np.arange(2, len(self.values[node.inputs[0]].shape), dtype=np.int64))
        yield Node(node.name, "ReduceSum", (node.inputs[0], axes), node.outputs, {"keepdims": 1})

    def batch_norm(self, node: Node) -> Iterator[Node]:
        """Folded into the convolution or the product before it, where nothing else uses that; else a gain and a bias."""
        scale, bias, mean, variance = (self.stored(name).astype(np.float64) for name in node.inputs[1:5])
        with np.errstate(all="ignore"):
            gain = scale / np.sqrt(variance + self._attribute(node, "epsilon"))
            gain = np.where((gain != 0) & (np.abs(gain) < SMALLEST), SMALLEST, gain)
            shift, slack = bias - gain * mean, ROUNDING * (np.abs(bias) + np.abs(gain * mean))
        before = self._foldable(node.inputs[0])
        if before is not None and (gain != 0).all():
            yield self._folded(before, node, gain, shift, slack)
            return
        rank = len(self.values[node.inputs[0]].shape)
        along = (-1, *(1,) * (rank - 2))
        scaled = f"{self.prefix}{node.outputs[0]}//scaled"
        gains, shifts = (array.reshape(along).astype(np.float32) for array in (gain, np.abs(shift) + slack))
        yield Node(node.name, "Mul", (node.inputs[0], self.keep(node, "gain", gains)), (scaled,), {})
        yield Node(node.name, "Add", (scaled, self.keep(node, "shift", shifts)), node.outputs, {})

    def _foldable(self, name: str) -> Node | None:
        maker = self.makers.get(name)
        if maker is None or maker.op not in ("Conv", "Gemm") or self.uses[name] != 1 or name == self.graph.output:
            return None
        given = [one for one in maker.inputs[1:3] if one]
        plain = maker.op == "Conv" or self.values[maker.inputs[0]].stored is False
        return maker if plain and all(one in self.graph.tensors for one in given) else None

    def _folded(self, before: Node, node: Node, gain: Array, shift: Array, slack: Array) -> Node:
        """The layer before with gain and shift in its weights; its own output is not needed any more."""
        weight = self.stored(before.inputs[1]).astype(np.float64)
        bias = self.stored(before.inputs[2]).astype(np.float64) if len(before.inputs) > 2 and before.inputs[2] else np.zeros(())
        stated = dict(before.attributes)
        if before.op == "Gemm":
            weight, bias = weight * self._attribute(before, "alpha"), bias * self._attribute(before, "beta")
            stated |= {"alpha": 1.0, "beta": 1.0}
        rows_first = before.op == "Conv" or self._attribute(before, "transB")
        along = (-1, *(1,) * (weight.ndim - 2)) if before.op == "Conv" else (-1,)
        shrinking = self._shrinking(before) if before.op == "Gemm" else 1.0
        # Without the gain, and in a Gemm without alpha: so it is computed.
        self.inside[node.outputs[0]] = (1 / np.abs(gain) / shrinking).reshape(along), np.asarray(np.abs(bias).max())
        weight = weight * (gain.reshape(-1, *(1,) * (weight.ndim - 1)) if rows_first else gain)
        with np.errstate(all="ignore"):
            bias = np.abs(gain * bias + shift) + ROUNDING * np.abs(gain * bias) + slack
            names = (self.keep(node, "weight", weight.astype(np.float32)), self.keep(node, "bias", bias.astype(np.float32)))
        return Node(node.name, before.op, (before.inputs[0], *names), node.outputs, stated)


_OWN: Mapping[str, Callable[[_Building, Node], Iterator[Node]]] = {
    "LeakyRelu": _Building.leaky,
    "PRelu": _Building.prelu,
    "MaxPool": _Building.max_pool,
    "GlobalMaxPool": _Building.global_max_pool,
    "BatchNormalization": _Building.batch_norm,
}
