"""Where the boxes of a drawing in layers stand, and the ways between them.

Sugiyama, Tagawa and Toda 1981, Methods for visual understanding of hierarchical system structures: the longest path gives
the layers, barycentres the order in them. Then each box is moved towards its neighbours as far as the order allows.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

Edge = tuple[int, int]
"""(vertex, a later vertex)"""
Point = tuple[float, float]

MARGIN = 16.0
GAP_ACROSS = 18.0
GAP_DOWN = 30.0
LANE = 6.0
"""width of a way that passes a layer"""
SWEEPS = 8
STIFF = 1e4
"""how much rather a box stays where it would be than a way beside it"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Places in pixels, from the top left corner."""

    width: float
    height: float
    places: tuple[Point, ...]
    """of each vertex: the middle across, and its upper side"""
    ways: tuple[tuple[int, Point, Point, Point], ...]
    """pieces of lines that pass beside boxes: the box that they come from, the start, where they pass from and to"""
    arrows: tuple[tuple[Point, Point], ...]
    """what ends at a box: from the foot of a box or of a way"""


class _Layers:
    """The vertices in layers, with a stand-in in each layer that a long edge passes; edges from one vertex share them."""

    def __init__(self, sizes: Sequence[tuple[float, float]], edges: Iterable[Edge]) -> None:
        self.sizes = list(sizes)
        self.real = len(sizes)
        edges = sorted(set(edges))
        self.layer = _longest_paths(len(sizes), edges)
        self.origin = list(range(len(sizes)))
        """of each stand-in the box that its way comes from, of each box itself"""
        self.links: list[Edge] = []
        for source, targets in _by_source(edges):
            self._link(source, targets)
        self.above: list[list[int]] = [[] for _ in self.sizes]
        self.below: list[list[int]] = [[] for _ in self.sizes]
        for upper, lower in self.links:
            self.above[lower].append(upper)
            self.below[upper].append(lower)
        self.rows: list[list[int]] = [[] for _ in range(max(self.layer, default=-1) + 1)]
        for vertex, layer in enumerate(self.layer):
            self.rows[layer].append(vertex)

    def _link(self, source: int, targets: Sequence[int]) -> None:
        at, passed = source, {self.layer[source]: source}
        for layer in range(self.layer[source] + 1, max(self.layer[target] for target in targets)):
            self.sizes.append((LANE, 0.0))
            self.layer.append(layer)
            self.origin.append(source)
            self.links.append((at, len(self.sizes) - 1))
            at = passed[layer] = len(self.sizes) - 1
        self.links += [(passed[self.layer[target] - 1], target) for target in targets]


def tangle(count: int, edges: Iterable[Edge]) -> int:
    """How many lines a layout would have: with a hostile graph, the square of the number of its vertices."""
    edges = sorted(set(edges))
    layer = _longest_paths(count, edges)
    return len(edges) + sum(max(layer[target] for target in targets) - layer[source] for source, targets in _by_source(edges))


def lay_out(sizes: Sequence[tuple[float, float]], edges: Iterable[Edge]) -> Layout:
    """Place boxes so that edges go down and seldom cross.

    Args:
        sizes: (width, height) of each vertex in pixels; vertex 0 is at the top
        edges: each to a vertex of a higher number
    """
    layers = _Layers(sizes, edges)
    _order(layers)
    across = _across(layers)
    heights = [max(layers.sizes[vertex][1] for vertex in row) for row in layers.rows]
    tops = [MARGIN + sum(heights[:row]) + GAP_DOWN * row for row in range(len(heights))]

    def top(vertex: int) -> Point:
        row = layers.layer[vertex]
        return across[vertex], tops[row] + (0.0 if vertex >= layers.real else (heights[row] - layers.sizes[vertex][1]) / 2)

    def foot(vertex: int) -> Point:
        row = layers.layer[vertex]
        x, y = top(vertex)
        return x, y + (heights[row] if vertex >= layers.real else layers.sizes[vertex][1])

    return Layout(
        width=max(across[vertex] + layers.sizes[vertex][0] / 2 for vertex in range(len(across))) + MARGIN,
        height=tops[-1] + heights[-1] + MARGIN,
        places=tuple(top(vertex) for vertex in range(layers.real)),
        ways=tuple(
            (layers.origin[lower], foot(upper), top(lower), foot(lower))
            for upper, lower in layers.links
            if lower >= layers.real
        ),
        arrows=tuple((foot(upper), top(lower)) for upper, lower in layers.links if lower < layers.real),
    )


def _longest_paths(count: int, edges: Sequence[Edge]) -> list[int]:
    """The layer of each vertex. What hangs on nothing stands right above what it leads to."""
    layer, rooted = [0] * count, [True] + [False] * (count - 1)
    for source, target in sorted(edges, key=lambda edge: edge[1]):
        layer[target] = max(layer[target], layer[source] + 1)
        rooted[target] |= rooted[source]
    below: dict[int, int] = {}
    for source, target in reversed(edges):
        below[source] = min(below.get(source, layer[target]), layer[target])
        if not rooted[source]:
            layer[source] = below[source] - 1
    return layer


def _by_source(edges: Sequence[Edge]) -> Iterator[tuple[int, list[int]]]:
    targets: dict[int, list[int]] = {}
    for source, target in edges:
        targets.setdefault(source, []).append(target)
    yield from targets.items()


def _order(layers: _Layers) -> None:
    """Sort each row by the mean place of its neighbours, down and up in turn; the order with the fewest crossings stays."""
    best, fewest = [list(row) for row in layers.rows], _crossings(layers)
    for sweep in range(SWEEPS):
        if not fewest:
            break
        neighbours = layers.below if sweep % 2 else layers.above
        for row in reversed(layers.rows) if sweep % 2 else layers.rows:
            _sort(row, neighbours, _indices(layers))
        if (crossings := _crossings(layers)) < fewest:
            best, fewest = [list(row) for row in layers.rows], crossings
    layers.rows = best


def _sort(row: list[int], neighbours: Sequence[Sequence[int]], index: Sequence[int]) -> None:
    def barycentre(vertex: int) -> float:
        near = neighbours[vertex]
        return sum(index[other] for other in near) / len(near) if near else index[vertex]

    row.sort(key=barycentre)


def _indices(layers: _Layers) -> list[int]:
    index = [0] * len(layers.layer)
    for row in layers.rows:
        for place, vertex in enumerate(row):
            index[vertex] = place
    return index


def _crossings(layers: _Layers) -> int:
    index, count = _indices(layers), 0
    for row in layers.rows:
        ends: list[int] = []
        for upper in row:
            below = [index[lower] for lower in layers.below[upper]]
            count += sum(len(ends) - bisect_right(ends, end) for end in below)
            for end in below:
                insort(ends, end)
    return count


def _across(layers: _Layers) -> list[float]:
    """The middle of each vertex across, the leftmost side at the margin."""
    across = [0.0] * len(layers.layer)
    for row in layers.rows:
        _spread(layers, row, across, [0.0] * len(row))
    # The last sweep goes down, so that a chain is straight.
    for sweep in range(SWEEPS + 1):
        for row in reversed(layers.rows) if sweep % 2 else layers.rows:
            wish = _wish_from_below if sweep % 2 else _wish_from_above
            _spread(layers, row, across, [wish(layers, vertex, across) for vertex in row])
    left = min(x - layers.sizes[vertex][0] / 2 for vertex, x in enumerate(across))
    return [x - left + MARGIN for x in across]


def _wish_from_above(layers: _Layers, vertex: int, across: Sequence[float]) -> float:
    """A box: below those that it takes from, however far above they are. A way: straight on."""
    near = layers.above[vertex]
    near = [layers.origin[other] for other in near] if vertex < layers.real else near
    return _mean(near, vertex, across)


def _wish_from_below(layers: _Layers, vertex: int, across: Sequence[float]) -> float:
    """Above the boxes that it leads to; ways count where there are none."""
    near = layers.below[vertex]
    return _mean([other for other in near if other < layers.real] or near, vertex, across)


def _mean(near: Sequence[int], vertex: int, across: Sequence[float]) -> float:
    return sum(across[other] for other in near) / len(near) if near else across[vertex]


def _spread(layers: _Layers, row: Sequence[int], across: list[float], wishes: Sequence[float]) -> None:
    """As near to the wishes as the order and the gaps allow, by least squares: isotonic regression (Ayer et al. 1955)."""
    offsets, offset = [], 0.0
    for place, vertex in enumerate(row):
        half = layers.sizes[vertex][0] / 2
        offset += half + (layers.sizes[row[place - 1]][0] / 2 + GAP_ACROSS if place else 0)
        offsets.append(offset)
    blocks: list[tuple[float, float, int]] = []  # mean, weight, how many
    for place, vertex in enumerate(row):
        mean, weight, count = wishes[place] - offsets[place], STIFF if vertex < layers.real else 1.0, 1
        while blocks and blocks[-1][0] >= mean:
            before, heavy, more = blocks.pop()
            mean, weight, count = (mean * weight + before * heavy) / (weight + heavy), weight + heavy, count + more
        blocks.append((mean, weight, count))
    means = [mean for mean, _, count in blocks for _ in range(count)]
    for place, vertex in enumerate(row):
        across[vertex] = means[place] + offsets[place]
