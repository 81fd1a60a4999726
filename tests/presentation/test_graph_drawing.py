"""The drawing of a model's graph: what stands where, what is left out and said, and that names stay text."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sample_graphs import Sketchbook, branches, chain, dense, of_nodes, one_node, residual, uneven

from referee.ground.graph import Graph
from referee.presentation.site.model.drawing import draw
from referee.presentation.site.model.folding import Run, equal_blocks, shown
from referee.presentation.site.model.layout import GAP_ACROSS, GAP_DOWN, Layout, lay_out, tangle
from referee.presentation.site.model.sketch import DRAWN, TANGLED, Known, sketch

GOLDEN = Path(__file__).with_name("golden")
SVG = "{http://www.w3.org/2000/svg}"
GRAPHS = {
    "one-node": one_node(),
    "chain": chain(2),
    "residual": residual(),
    "deep-residual": residual((6, 6)),
    "branches": branches(2),
    "wide": branches(30),
    "deep": chain(60),
    "uneven": uneven(200),
    "dense": dense(100),
    "empty": replace(one_node(), nodes=(), output="x"),
}
HOSTILE = (
    "<script>alert(1)</script>",
    "</text></svg><img src=x onerror=alert(1)>",
    "]]></desc></title><script>alert(1)</script>",
    '" onload="alert(1)',
    "' onmouseover='alert(1)",
    "&lt;script&gt;",
    "{0} {1.__class__} {",
    "```\n\n# heading\n\n<b>",
    "\u202egnp.exe\x00\x1b[31m",
    "Z" * 5000,
)


def drawn(graph: Graph) -> Layout:
    boxes = sketch(Known(graph))
    return lay_out([box.size for box in boxes.boxes], boxes.edges)


def texts(graph: Graph) -> list[str]:
    """Operators as they stand in the boxes, from the input to the output."""
    return [box.text for box in sketch(Known(graph)).boxes]


def svg_of(figure: str) -> ElementTree.Element:
    inside = re.search(r"<svg.*</svg>", figure, re.DOTALL)
    assert inside
    return ElementTree.fromstring(inside[0].replace("<svg", '<svg xmlns="http://www.w3.org/2000/svg"', 1))


class Elements(HTMLParser):
    """Elements with the names of their attributes, and the text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, ...]] = []
        self.text = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, *(name for name, _ in attrs)))

    def handle_endtag(self, tag: str) -> None:
        self.found.append((f"/{tag}",))

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.parametrize("name", ["chain", "residual", "branches", "deep"])
def test_drawings_are_as_they_were_looked_at(name):
    """UPDATE_GOLDEN=1 writes them."""
    file = GOLDEN / f"graph-{name}.html"
    figure = f"{draw(GRAPHS[name], 'entry')}\n"
    if os.environ.get("UPDATE_GOLDEN"):
        file.write_text(figure, encoding="utf-8")
    assert figure == file.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", GRAPHS)
def test_a_figure_is_one_block_of_html(name):
    """No blank line, and no line begins with anything but an element: Markdown leaves it alone."""
    figure = str(draw(GRAPHS[name], "k"))
    assert all(line.startswith("<") for line in figure.split("\n"))
    assert figure.startswith("<figure") and figure.endswith("</figure>")


@pytest.mark.parametrize("name", GRAPHS)
def test_the_picture_is_well_formed_and_named(name):
    svg = svg_of(str(draw(GRAPHS[name], "k")))
    ids = {element.get("id"): element for element in svg.iter() if element.get("id")}
    assert svg.get("role") == "img"
    assert [ids[label].tag for label in svg.get("aria-labelledby", "").split()] == [f"{SVG}title", f"{SVG}desc"]
    assert svg.get("viewBox") == f"0 0 {svg.get('width')} {svg.get('height')}"


def test_two_figures_of_a_page_share_no_id():
    ids = [re.findall(r' id="([^"]*)"', draw(chain(2), key)) for key in ("a", "b", 'c" d')]
    assert all(re.fullmatch(r"[\w-]+", one) for found in ids for one in found)
    assert [len(found) for found in ids] == [3, 3, 3] and len(set().union(*ids)) == 9


@pytest.mark.parametrize("name", GRAPHS)
def test_everything_stands_inside_the_picture_and_nothing_on_anything(name):
    boxes, layout = sketch(Known(GRAPHS[name])).boxes, drawn(GRAPHS[name])
    sides = [
        (x - w / 2, y, x + w / 2, y + h) for (x, y), (w, h) in zip(layout.places, (box.size for box in boxes), strict=True)
    ]
    for at, (left, top, right, bottom) in enumerate(sides):
        assert min(left, top) >= 0 and right <= layout.width and bottom <= layout.height
        for other in sides[:at]:
            assert right <= other[0] or other[2] <= left or bottom <= other[1] or other[3] <= top


@pytest.mark.parametrize("name", ["one-node", "chain", "residual", "deep-residual", "branches", "deep", "uneven", "empty"])
def test_chains_residual_networks_and_two_branches_fit_on_a_phone(name):
    assert drawn(GRAPHS[name]).width <= 358 - 2


def test_a_chain_is_straight():
    assert len({round(x, 6) for x, _ in drawn(chain(5)).places}) == 1


def test_what_a_skip_passes_stays_straight_and_the_skip_goes_around():
    layout, boxes = drawn(residual((1,))), sketch(Known(residual((1,)))).boxes
    assert max(layout.places)[0] - min(layout.places)[0] < 0.5
    rightmost = max(x + box.size[0] / 2 for (x, y), box in zip(layout.places, boxes, strict=True) if box.text == "Conv")
    assert layout.ways and all(end[0] > rightmost for *_, end in layout.ways)


def test_two_branches_stand_beside_each_other_and_meet_in_the_middle():
    places = dict(enumerate(drawn(branches(2)).places))
    (left, down), (right, also) = places[1], places[3]
    assert down == also and left < right
    assert places[5][0] == pytest.approx((left + right) / 2) == places[0][0]


def test_branches_in_the_wrong_order_are_uncrossed():
    """1 and 2 lead to 4 and 3."""
    layout = lay_out([(80, 30)] * 6, [(0, 1), (0, 2), (1, 4), (2, 3), (3, 5), (4, 5)])
    assert layout.places[1][0] < layout.places[2][0] and layout.places[4][0] < layout.places[3][0]


def test_an_operator_over_weights_alone_stands_above_what_takes_it():
    graph = of_nodes(
        ("Relu", ["x"], "a"), ("Abs", ["a"], "b"), ("Neg", ["w"], "c"), ("Exp", ["c"], "d"), ("Mul", ["b", "d"], "e")
    )
    boxes = sketch(Known(graph)).boxes
    middles = [y + box.size[1] / 2 for (_, y), box in zip(drawn(graph).places, boxes, strict=True)]
    assert middles[1:3] == middles[3:5]


@st.composite
def edges(draw: st.DrawFn) -> tuple[int, list[tuple[int, int]]]:
    count = draw(st.integers(1, 14))
    pairs = [(above, below) for below in range(count) for above in range(below)]
    return count, draw(st.lists(st.sampled_from(pairs), max_size=30)) if pairs else []


@given(edges(), st.lists(st.sampled_from([(88.0, 30.0), (120.0, 44.0), (190.0, 30.0)]), min_size=14, max_size=14))
@settings(max_examples=150, deadline=None)
def test_any_graph_flows_down_without_overlap(graph, sizes):
    """Boxes in a row keep their gap, all lines are inside the picture, each edge ends at its box and starts above it."""
    count, pairs = graph
    layout = lay_out(sizes[:count], pairs)
    rows: dict[float, list[tuple[float, float]]] = {}
    for (x, y), (width, height) in zip(layout.places, sizes, strict=False):
        rows.setdefault(y + height / 2, []).append((x - width / 2, x + width / 2))
    for row in map(sorted, rows.values()):
        assert all(after[0] - before[1] >= GAP_ACROSS - 1e-6 for before, after in pairwise(row))
    points = [
        *layout.places,
        *(end for way in layout.ways for end in way[1:]),
        *(end for arrow in layout.arrows for end in arrow),
    ]
    assert all(0 <= x <= layout.width and 0 <= y <= layout.height for x, y in points)
    assert len(layout.arrows) == len(set(pairs))
    assert all(end in layout.places and start[1] + GAP_DOWN <= end[1] + 1e-6 for start, end in layout.arrows)
    assert tangle(count, pairs) == len(layout.ways) + len(layout.arrows) + len({above for above, _ in pairs})


def test_boxes_say_operator_and_shape_of_the_largest_weight():
    boxes = sketch(Known(chain(2))).boxes
    assert [(box.kind, box.text, box.detail) for box in boxes] == [
        ("end", "input", "64"),
        ("weights", "Gemm", "32 × 64"),
        ("plain", "Relu", ""),
        ("weights", "Gemm", "10 × 32"),
        ("end", "output", "10"),
    ]


def test_numbers_that_only_decide_a_shape_are_no_weights():
    book = Sketchbook((8, 8))
    book.tensors["to"] = np.asarray([-1, 64])
    book.linear(book.add("Reshape", "x", "to"), 64, 10)
    boxes = sketch(Known(book.graph((10,)))).boxes
    assert [(box.kind, box.detail) for box in boxes[1:3]] == [("plain", ""), ("weights", "10 × 64")]


def test_the_same_is_told_in_words():
    (told,) = (element.text for element in svg_of(str(draw(residual((1,)), "k"))).iter(f"{SVG}desc"))
    assert told == (
        "An input of 3 × 8 × 8, 10 operators (Conv 3, Relu 3, Add 1, GlobalAveragePool 1, Flatten 1, Gemm 1), an output of 10. "
        "4 of them hold weights, 1,448 numbers. It branches."
    )


def test_the_table_tells_what_each_operator_takes_and_makes():
    table = Elements(str(draw(chain(2), "k")).split("<tbody>")[1]).text
    assert table.split("\n")[1:4] == [
        "1Gemmxv0: 1 × 32v0.weight 32 × 64",
        "2Reluv0v1: 1 × 32",
        "3Gemmv1v2: 1 × 10v2.weight 10 × 32",
    ]


def test_a_long_table_ends_and_says_so():
    figure = str(draw(uneven(250), "k"))
    assert figure.count('<th scope="row">') == 200
    assert "… 50 operators more</td>" in figure


def test_equal_blocks_are_drawn_once_with_how_often_they_stand_there():
    figure = str(draw(chain(60), "k"))
    # The first takes 64 numbers, the last makes 10.
    assert texts(chain(60)) == ["input", "Gemm", "Relu", "Gemm", "Relu", "Gemm", "output"]
    assert "× 58</text>" in figure and "Equal blocks in a row are drawn once" in figure


def test_a_few_operators_are_all_drawn():
    assert texts(chain(15)).count("Gemm") == 15


def test_residual_blocks_fold_with_their_skip_inside_the_frame():
    graph = residual((6,))
    found = sketch(Known(graph))
    layout, ((block, times),) = drawn(graph), found.folded
    assert times == 6 and [found.boxes[box].text for box in block].count("Conv") == 2
    frame = next(g for g in svg_of(str(draw(graph, "k"))).iter(f"{SVG}g") if g.get("class") == "golf-graph-block")[1]
    right = float(frame.get("x", "")) + float(frame.get("width", ""))
    assert layout.ways and all(float(frame.get("x", "")) < end[0] < right for *_, end in layout.ways)


def test_an_operator_that_takes_from_a_block_before_the_last_keeps_its_edges():
    """As in a U-net: with all forty folded into one, both would come from the same box."""
    nodes = [("Relu", ["x" if number == 0 else f"v{number - 1}"], f"v{number}") for number in range(40)]
    found = sketch(Known(of_nodes(*nodes, ("Add", ["v39", "v20"], "sum"))))
    (add,) = (place for place, box in enumerate(found.boxes) if box.text == "Add")
    assert found.boxes[add].kind == "joins"
    assert len({above for above, below in found.edges if below == add}) == 2
    assert equal_blocks(["Relu"] * 40, [[number - 1] for number in range(40)]) == [Run(0, 1, 40)]


def test_an_output_from_the_middle_of_equal_blocks_is_not_folded():
    nodes = [("Relu", ["x" if number == 0 else f"v{number - 1}"], f"v{number}") for number in range(40)]
    found = sketch(Known(replace(of_nodes(*nodes), output="v10")))
    assert not found.folded


def test_of_two_hundred_operators_the_first_forty_and_the_last_twenty_are_drawn():
    graph = uneven(200)
    found = texts(graph)
    operators = [node.op for node in graph.nodes]
    assert found == ["input", *operators[:40], "… 140 more operators …", *operators[-20:], "output"]
    assert "140 operators in the middle left out." in draw(graph, "k")


def test_what_would_be_a_tangle_is_drawn_in_part():
    """A hundred operators, each over all before it: some 5000 edges."""
    found = sketch(Known(dense(100)))
    assert tangle(len(found.boxes), found.edges) <= TANGLED
    assert 4 < len(found.boxes) < DRAWN
    assert found.left_out + len(found.boxes) - 3 == 100
    assert len(draw(dense(100), "k")) < 100_000


@given(st.lists(st.sampled_from("ab"), min_size=1, max_size=60), st.integers(1, 70))
@settings(deadline=None)
def test_every_operator_is_drawn_or_in_a_block_or_left_out(kinds, most):
    inputs = [[number - 1] for number in range(len(kinds))]
    runs = equal_blocks(kinds, inputs)
    for run in runs:
        block = kinds[run.start : run.start + run.period]
        assert kinds[run.start : run.end] == block * run.times and run.times > 1
    assert all(before.end <= after.start for before, after in pairwise(runs))
    first, last = shown(len(kinds), runs, most)
    standing = len(kinds) - sum(run.period * (run.times - 1) for run in runs)
    assert len(first) + len(last) == min(most, standing)
    assert sorted({*first, *last}) == [*first, *last]


def test_blocks_must_take_from_the_same_places():
    """The third operator takes from the graph's input, not from the second."""
    assert equal_blocks("aaaaa", [[-1], [0], [1], [2], [3]]) == [Run(0, 1, 5)]
    assert equal_blocks("aaaaa", [[-1], [0], [-1], [2], [3]]) == []


@pytest.mark.parametrize("hostile", HOSTILE)
def test_names_of_strangers_stay_text(hostile):
    """Operators, inputs, outputs, tensors: the elements are those of a harmless twin."""

    def named(name: str) -> Graph:
        graph = of_nodes(("Mul", ["x", name], f"{name}1"), (name, [f"{name}1"], name + "2"))
        return replace(graph, input="x", nodes=(*graph.nodes, replace(graph.nodes[0], name=name, outputs=(f"{name}3",))))

    figure, twin = str(draw(named(hostile), "k")), str(draw(named("harmless"), "k"))
    assert Elements(figure).found == Elements(twin).found
    assert all(line.startswith("<") for line in figure.split("\n"))
    svg_of(figure)
    assert len(figure) < len(twin) + 3000


def test_the_test_of_names_can_fail():
    assert Elements(f"<b>{HOSTILE[0]}</b>").found != Elements("<b>harmless</b>").found


def classes() -> Iterator[str]:
    for graph in GRAPHS.values():
        for names in re.findall(r'class="([^"]*)"', draw(graph, "k")):
            yield from (name for name in names.split() if name.startswith("golf-graph"))


def test_every_kind_of_thing_that_is_drawn_has_its_colours():
    """In model.css; the picture itself has none, so that it follows the scheme of the page."""
    style = (Path(__file__).parents[2] / "site/pages/assets/model.css").read_text(encoding="utf-8")
    plain = {"golf-graph-box--plain", "golf-graph-shape"}
    assert {name for name in classes() if f".{name}" not in style} <= plain
    assert not re.search(r'(fill|stroke|style)="', "".join(draw(graph, "k") for graph in GRAPHS.values()))
