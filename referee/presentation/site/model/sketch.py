"""What of a graph is drawn: boxes, the edges between them, and which blocks stand for several."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import prod

from referee.ground.errors import InvalidModel
from referee.ground.graph import Graph, Node
from referee.models.operators import OPERATORS
from referee.models.walk import structure, walk
from referee.presentation import words
from referee.presentation.site.model.folding import Run, equal_blocks, shown
from referee.presentation.site.model.layout import Edge, tangle

DRAWN = 60
"""operators that are drawn"""
FOLDED_FROM = 30
"""more operators than that: equal blocks are drawn once"""
TANGLED = 600
"""lines from which on fewer operators are drawn"""
NAMES = 8
"""values of one operator that are named"""
Shape = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Box:
    """What is drawn of an operator."""

    kind: str
    """end: the input or the output; weights: it holds some; joins: it takes several values; more: stands for those left out"""
    text: str
    detail: str = ""
    told: str = ""
    """what the pointer is shown"""

    @property
    def size(self) -> tuple[float, float]:
        """Width and height in pixels, by the usual widths of letters of 13 and 11.5 pixels."""
        width = max(7.7 * len(self.text), 6.6 * len(self.detail)) + 26
        return max(88.0, round(width)), 44.0 if self.detail else 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Sketch:
    """What is drawn of a graph: the input, operators, the output."""

    boxes: tuple[Box, ...]
    edges: tuple[Edge, ...]
    folded: tuple[tuple[tuple[int, ...], int], ...]
    """(boxes of a block, how often it stands there)"""
    left_out: int
    """operators that have no box and are in no block that is drawn"""


class Known:
    """What the drawing asks a graph for. The graph is as the judge reads it; the names in it may be anything."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        known = all(node.op in OPERATORS for node in graph.nodes)
        given = structure(graph) if known else set()
        self.weights: dict[str, Shape] = {name: array.shape for name, array in graph.tensors.items() if name not in given}
        self.shapes: Mapping[str, Shape] = _shapes(graph) if known else {}
        self.inputs: list[list[int]] = []
        """of each operator, the numbers of those that it takes from, -1 for the graph's input"""
        makers = {graph.input: -1}
        for number, node in enumerate(graph.nodes):
            self.inputs.append(list(dict.fromkeys(makers[name] for name in node.inputs if name in makers)))
            makers |= dict.fromkeys(filter(None, node.outputs), number)
        self.last = makers.get(graph.output, -1)
        """the operator that makes the output"""

    def stored(self, node: Node) -> list[tuple[str, Shape]]:
        """Weights that an operator takes, the largest first."""
        named = ((name, self.weights[name]) for name in dict.fromkeys(node.inputs) if name in self.weights)
        return sorted(named, key=lambda weight: -prod(weight[1]))

    @property
    def numbers(self) -> int:
        """How many are stored."""
        return sum(map(prod, self.weights.values()))


def shape_in_words(shape: Shape) -> str:
    """`32 × 64`; of a single number `1`."""
    return " × ".join(map(str, shape)) or "1"


def _shapes(graph: Graph) -> dict[str, Shape]:
    """Of what each operator makes of one example."""
    try:
        values = walk(graph, 1).values
    except InvalidModel:
        return {}
    return {name: value.shape for name, value in values.items()}


def sketch(known: Known) -> Sketch:
    """As much as can be read: fewer operators where their lines would be a tangle."""
    nodes, runs = known.graph.nodes, list[Run]()
    if len(nodes) > FOLDED_FROM:
        kinds = [(node.op, tuple(shape for _, shape in known.stored(node))) for node in nodes]
        runs = equal_blocks(kinds, known.inputs)
        runs = [run for run in runs if known.last not in range(run.start, run.end - run.period)]
    most = DRAWN
    while True:
        tried = _of_shown(known, runs, *shown(len(nodes), runs, most))
        if most == 1 or tangle(len(tried.boxes), tried.edges) <= TANGLED:
            return tried
        most = max(1, most // 2)


def _of_shown(known: Known, runs: Sequence[Run], first: Sequence[int], last: Sequence[int]) -> Sketch:
    nodes, graph = known.graph.nodes, known.graph
    stands_for = list(range(len(nodes)))
    for run in runs:
        for number in range(run.start, run.end):
            stands_for[number] = run.start + (number - run.start) % run.period
    gap = 1 + len(first)
    box_of = {-1: 0} | {number: place for place, number in enumerate(first, 1)}
    box_of |= {number: place for place, number in enumerate(last, gap + 1)}
    left_out = sum(number not in box_of for number in stands_for)
    boxes = (
        _end("input", graph.input_shape, graph.input),
        *(_box(known, number) for number in first),
        *([Box("more", f"… {left_out} more operators …")] if left_out else []),
        *(_box(known, number) for number in last),
        _end("output", graph.output_shape, graph.output),
    )

    def box(number: int) -> int:
        return box_of.get(stands_for[number] if number >= 0 else -1, gap)

    edges = {(box(source), box(number)) for number in set(stands_for) for source in known.inputs[number]}
    edges.add((box(known.last), len(boxes) - 1))
    blocks = [({box(number) for number in range(run.start, run.end)} - ({gap} if left_out else set()), run) for run in runs]
    return Sketch(
        boxes=boxes,
        edges=tuple(sorted((above, below) for above, below in edges if above != below)),
        folded=tuple((tuple(sorted(block)), run.times) for block, run in blocks if block),
        left_out=left_out,
    )


def _end(text: str, shape: Shape, name: str) -> Box:
    return Box("end", text, shape_in_words(shape), words.plain(name, 60))


def _box(known: Known, number: int) -> Box:
    node = known.graph.nodes[number]
    stored = [shape for _, shape in known.stored(node) if shape]
    kind = "weights" if stored else "joins" if len(known.inputs[number]) > 1 else "plain"
    told = f"{', '.join(names_of(node.inputs))} → {', '.join(names_of(node.outputs))}"
    return Box(
        kind, words.plain(node.op, 20), words.plain(shape_in_words(stored[0]), 24) if stored else "", words.plain(told, 160)
    )


def names_of(names: Iterable[str]) -> list[str]:
    """The first names as they are shown, and how many more there are; omitted ones are left out."""
    named = [name for name in names if name]
    more = [f"{len(named) - NAMES} more"] if len(named) > NAMES else []
    return [*(words.plain(name, 40) for name in named[:NAMES]), *more]
