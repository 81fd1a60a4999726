"""How many non-zero weights touch an example: a graph that counts them, for models that leave most of themselves alone.

A weight of a product or a convolution touches an example where it meets a number that is not zero, at any place; a row of a
table where it is looked up; everything else (biases, gains) always. A tensor that is used twice counts the sum of its uses,
at most its non-zeros. After Shazeer et al. 2017, who count the parameters of the experts that a gate lets through.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from referee.ground.graph import Array, Graph, Node
from referee.models.shapes.call import Value
from referee.models.shapes.windows import window
from referee.models.walk import call_of, free_prefix, walk

LARGEST_LOOKUP = 2**24
"""numbers of the comparison that finds the rows looked up; above it a table counts whole"""


def counting(graph: Graph, weights: Mapping[str, Array]) -> Graph:
    """A graph whose output, for a batch of one example, is how many non-zeros of `weights` touch it.

    Returns:
        output (1,) float32
    """
    values = walk(graph, 1).values
    building = _Building(graph, values, free_prefix(values))
    totals = [building.touching(name, tensor) for name, tensor in weights.items()]
    total = building.add("Sum", building.constant(0), *totals)
    count = building.add("Reshape", total, building.constant((1,), np.int64))
    return replace(
        graph,
        nodes=(*graph.nodes, *building.nodes),
        tensors={**graph.tensors, **building.tensors},
        output=count,
        output_shape=(),
    )


@dataclass
class _Building:
    graph: Graph
    values: Mapping[str, Value]
    prefix: str
    nodes: list[Node] = field(default_factory=list)
    tensors: dict[str, Array] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.users: dict[str, list[Node]] = {}
        for node in self.graph.nodes:
            for name in dict.fromkeys(node.inputs):
                self.users.setdefault(name, []).append(node)

    def touching(self, name: str, tensor: Array) -> str:
        """The count of one tensor, as the name of a value ()."""
        most = self.constant(np.count_nonzero(tensor))
        counts = [count for node in self.users.get(name, ()) for count in self.uses(node, name, tensor)]
        if not counts or None in counts:
            return most
        return self.add("Min", self.add("Sum", *(count for count in counts if count)), most)

    def uses(self, node: Node, name: str, tensor: Array) -> Iterator[str | None]:
        """The count of each use in a node; None where all of the tensor is used."""
        for place in (place for place, given in enumerate(node.inputs) if given == name):
            other = self.values[node.inputs[0]]
            if place != (0 if node.op == "Gather" else 1) or (other.stored and node.op != "Gather"):
                yield None
            elif node.op == "MatMul" and tensor.ndim == 2:
                yield self.product(node.inputs[0], np.count_nonzero(tensor, axis=1))
            elif node.op == "Gemm" and not node.attributes.get("transA"):
                yield self.product(node.inputs[0], np.count_nonzero(tensor, axis=0 if node.attributes.get("transB") else 1))
            elif node.op == "Conv":
                yield self.convolution(node, tensor)
            elif node.op == "Gather" and tensor.ndim and node.attributes.get("axis", 0) in (0, -tensor.ndim):
                yield self.lookup(node.inputs[1], tensor)
            else:
                yield None

    def product(self, data: str, counts: Array) -> str:
        """data (..., k): the rows of the matrix that meet a non-zero anywhere, each with its count (k,)."""
        rank = len(self.values[data].shape)
        met = self.met(data)
        if rank > 1:
            met = self.largest(met, range(rank - 1))
        return self.weighed(met, counts)

    def convolution(self, node: Node, kernels: Array) -> str | None:
        """A place of the kernels meets what stands under it in any window: pooling with strides and dilations swapped."""
        call = call_of(node, self.graph.opset, self.values)
        slid, group = window(call, kernels.shape[2:]), int(call.get("group"))
        met = self.met(node.inputs[0])
        pads = self.constant((0, 0, *(pad[0] for pad in slid.pads), 0, 0, *slid.beyond), np.int64)
        padded = self.add("Pad", met, pads)
        swapped = {"kernel_shape": slid.out, "strides": slid.dilations, "dilations": slid.strides}
        under = self.add("MaxPool", padded, **swapped)
        # (o, c / group, ...) -> (c, ...): of each group's kernels, the non-zeros at each place.
        by_group = np.count_nonzero(kernels.reshape(group, -1, *kernels.shape[1:]), axis=1)
        return self.weighed(self.flat(under), by_group.reshape(-1))

    def lookup(self, places: str, table: Array) -> str | None:
        """The rows that are looked up anywhere, each with its count."""
        if self.values[places].size * len(table) > LARGEST_LOOKUP:
            return None
        as_int = self.add("Cast", places, to=7)
        # An index may count from the back.
        negative = self.add("Cast", self.add("Less", as_int, self.constant(0, np.int64)), to=7)
        front = self.add("Add", as_int, self.add("Mul", negative, self.constant(len(table), np.int64)))
        column = self.add("Reshape", front, self.constant((-1, 1), np.int64))
        found = self.add("Cast", self.add("Equal", column, self.constant(np.arange(len(table)), np.int64)), to=1)
        return self.weighed(self.largest(found, range(1)), np.count_nonzero(table.reshape(len(table), -1), axis=1))

    def met(self, data: str) -> str:
        """1 where a value is not zero, else 0; float32."""
        return self.add("Sign", self.add("Abs", self.add("Cast", data, to=1)))

    def largest(self, data: str, axes: range) -> str:
        """Over the first axes, which vanish."""
        if self.graph.opset >= 18:
            return self.add("ReduceMax", data, self.constant(tuple(axes), np.int64), keepdims=0)
        return self.add("ReduceMax", data, axes=tuple(axes), keepdims=0)

    def flat(self, data: str) -> str:
        return self.add("Reshape", data, self.constant((-1,), np.int64))

    def weighed(self, met: str, counts: Array) -> str:
        return self.add("ReduceSum", self.add("Mul", met, self.constant(counts)), keepdims=0)

    def add(self, op: str, *inputs: str, **attributes: object) -> str:
        made = f"{self.prefix}{len(self.nodes)}"
        self.nodes.append(Node("", op, inputs, (made,), attributes))  # type: ignore[arg-type]
        return made

    def constant(self, content: object, dtype: type = np.float32) -> str:
        made = f"{self.prefix}t{len(self.tensors)}"
        self.tensors[made] = np.asarray(content, dtype)
        return made
