"""Graphs to draw. Their weights are drawn from a fixed seed."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from referee.ground.graph import Array, Graph, Node

OPERATORS = "Relu Abs Neg Tanh Sigmoid Exp Sin Cos".split()


class Sketchbook:
    """A graph under construction."""

    def __init__(self, shape: tuple[int, ...]) -> None:
        self.shape = shape
        self.nodes: list[Node] = []
        self.tensors: dict[str, Array] = {}
        self._random = np.random.default_rng(0)

    def add(self, op: str, *inputs: str, weight: tuple[int, ...] | None = None, **attributes: int | tuple[int, ...]) -> str:
        """An operator over values and, where given its shape, a new weight; returns the name of what it makes."""
        made = f"v{len(self.nodes)}"
        if weight is not None:
            self.tensors[f"{made}.weight"] = self._random.standard_normal(weight).astype(np.float32)
            inputs = (*inputs, f"{made}.weight")
        self.nodes.append(Node("", op, inputs, (made,), attributes))
        return made

    def linear(self, at: str, into: int, out: int) -> str:
        return self.add("Gemm", at, weight=(out, into), transB=1)

    def conv(self, at: str, into: int, out: int, side: int = 3) -> str:
        return self.add("Conv", at, weight=(out, into, side, side), kernel_shape=(side, side), pads=(side // 2,) * 4)

    def graph(self, shape: tuple[int, ...], output: str | None = None) -> Graph:
        return Graph(
            opset=20,
            input="x",
            input_shape=self.shape,
            output=output or self.nodes[-1].outputs[0],
            output_shape=shape,
            nodes=tuple(self.nodes),
            tensors=self.tensors,
        )


def one_node() -> Graph:
    book = Sketchbook((64,))
    book.linear("x", 64, 10)
    return book.graph((10,))


def chain(layers: int, width: int = 32) -> Graph:
    """Gemm and Relu in turn."""
    book, at, into = Sketchbook((64,)), "x", 64
    for _ in range(layers - 1):
        at, into = book.add("Relu", book.linear(at, into, width)), width
    book.linear(at, into, 10)
    return book.graph((10,))


def residual(blocks: Sequence[int] = (1, 1)) -> Graph:
    """Stages of so many blocks; the first block of each stage but the first has a projection."""
    book = Sketchbook((3, 8, 8))
    at, channels = book.add("Relu", book.conv("x", 3, 8)), 8
    for stage, count in enumerate(blocks):
        for _ in range(count):
            wide = 8 * 2**stage
            inner = book.conv(book.add("Relu", book.conv(at, channels, wide)), wide, wide)
            skip = at if wide == channels else book.conv(at, channels, wide, 1)
            at, channels = book.add("Relu", book.add("Add", inner, skip)), wide
    book.linear(book.add("Flatten", book.add("GlobalAveragePool", at), axis=1), channels, 10)
    return book.graph((10,))


def branches(count: int) -> Graph:
    """So many layers beside each other, joined."""
    book = Sketchbook((64,))
    ends = [book.add("Relu", book.linear("x", 64, 32)) for _ in range(count)]
    book.linear(book.add("Concat", *ends, axis=1), 32 * count, 10)
    return book.graph((10,))


def uneven(count: int) -> Graph:
    """A chain of so many operators in which no block repeats for long."""
    book, at = Sketchbook((64,)), "x"
    for operator in np.random.default_rng(1).integers(len(OPERATORS), size=count):
        at = book.add(OPERATORS[operator], at)
    return book.graph((64,))


def dense(count: int) -> Graph:
    """Every operator takes from every one before it."""
    book, values = Sketchbook((64,)), ["x"]
    for _ in range(count):
        values.append(book.add("Sum", *values))
    return book.graph((64,))


def of_nodes(*nodes: tuple[str, Sequence[str], str]) -> Graph:
    """(operator, inputs, output) each; what is made by nothing is a vector of four weights."""
    made = {"x", *(output for _, _, output in nodes)}
    stored = {name: np.ones(4, np.float32) for _, inputs, _ in nodes for name in inputs if name not in made}
    return Graph(
        opset=20,
        input="x",
        input_shape=(4,),
        output=nodes[-1][2],
        output_shape=(4,),
        nodes=tuple(Node("", op, tuple(inputs), (output,), {}) for op, inputs, output in nodes),
        tensors=stored,
    )
