"""A model's graph as a picture: SVG made here, with the same in words and as a table. All names in it are strangers'."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from markupsafe import Markup

from referee.ground.graph import Graph, Node
from referee.presentation import words
from referee.presentation.site.model.layout import GAP_DOWN, Layout, Point, lay_out
from referee.presentation.site.model.sketch import NAMES, Box, Known, Sketch, names_of, shape_in_words, sketch

LISTED = 200
"""operators in the table"""
FRAME = 9.0
"""pixels between a folded block and its frame"""


def draw(graph: Graph, key: str) -> Markup:
    """A figure of a graph: the operators from the input down to the output, and a table of them. Holds no blank line.

    Args:
        graph: as the judge reads it; the names in it may be anything
        key: makes the ids in the figure unique on its page; characters that an id can't have become `-`
    """
    known, key = Known(graph), re.sub(r"[^A-Za-z0-9_-]", "-", key)
    drawn = sketch(known)
    lines = [
        Markup('<figure class="golf-graph" data-search-exclude>'),
        Markup("<figcaption>{}</figcaption>").format(_caption(known, drawn)),
        Markup('<div class="golf-scroll" role="region" tabindex="0" aria-label="The graph of the model">'),
        *_svg(drawn, _in_words(known), key),
        Markup("</div>"),
        *_table(known),
        Markup("</figure>"),
    ]
    return Markup("\n").join(lines)


def _svg(sketch: Sketch, told: str, key: str) -> Iterator[Markup]:
    layout = lay_out([box.size for box in sketch.boxes], sketch.edges)
    width, height = round(layout.width), round(layout.height)
    yield Markup(
        '<svg viewBox="0 0 {0} {1}" width="{0}" height="{1}" role="img" aria-labelledby="{2}-title {2}-desc" font-size="13">'
    ).format(width, height, key)
    yield Markup('<title id="{}-title">The graph of the model</title>').format(key)
    yield Markup('<desc id="{}-desc">{}</desc>').format(key, told)
    yield Markup(
        '<marker id="{}-tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" '
        'markerUnits="userSpaceOnUse" orient="auto"><path class="golf-graph-tip" d="M0 0.5L8 4L0 7.5z"/></marker>'
    ).format(key)
    yield from _frames(sketch, layout)
    yield from _lines(layout, key)
    for box, place in zip(sketch.boxes, layout.places, strict=True):
        yield _drawn(box, place)
    yield Markup("</svg>")


def _frames(sketch: Sketch, layout: Layout) -> Iterator[Markup]:
    """Around each block that stands for several, with how many."""
    for block, times in sketch.folded:
        left, top, right, bottom = _extent(sketch, layout, block)
        text = f"× {times}"
        wide = 8 * len(text) + 8
        yield Markup(
            '<g class="golf-graph-block"><title>{} equal blocks, one behind the other</title>'
            '<rect x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}" rx="8"/>'
        ).format(times, left, top, right - left, bottom - top)
        yield Markup(
            '<rect class="golf-graph-times" x="{:.1f}" y="{:.1f}" width="{}" height="18" rx="9"/>'
            '<text x="{:.1f}" y="{:.1f}" text-anchor="middle" font-size="12">{}</text></g>'
        ).format(right - wide, top - 9, wide, right - wide / 2, top + 4, text)


def _extent(sketch: Sketch, layout: Layout, block: Sequence[int]) -> tuple[float, float, float, float]:
    """Left, top, right and bottom of a frame around boxes, and around the ways from one to another."""
    down = [(layout.places[box][1], sketch.boxes[box].size[1]) for box in block]
    top, bottom = min(y for y, _ in down), max(y + height for y, height in down)
    sides = [(layout.places[box][0], sketch.boxes[box].size[0] / 2) for box in block]
    sides += [(end[0], 0.0) for origin, _, _, end in layout.ways if origin in block and end[1] < bottom]
    left, right = min(x - half for x, half in sides), max(x + half for x, half in sides)
    return left - FRAME, top - FRAME, right + FRAME, bottom + FRAME


def _lines(layout: Layout, key: str) -> Iterator[Markup]:
    if layout.ways:
        passing = "".join(_curve(start, top) + f"V{foot[1]:.1f}" for _, start, top, foot in layout.ways)
        yield Markup('<path class="golf-graph-line" d="{}"/>').format(passing)
    for start, end in layout.arrows:
        yield Markup('<path class="golf-graph-line" d="{}" marker-end="url(#{}-tip)"/>').format(_curve(start, end), key)


def _curve(start: Point, end: Point) -> str:
    """Leaves downwards and arrives downwards."""
    (x, y), (to_x, to_y) = start, end
    if abs(x - to_x) < 0.05:
        return f"M{x:.1f} {y:.1f}V{to_y:.1f}"
    bend = min((to_y - y) / 2, GAP_DOWN)
    return f"M{x:.1f} {y:.1f}C{x:.1f} {y + bend:.1f} {to_x:.1f} {to_y - bend:.1f} {to_x:.1f} {to_y:.1f}"


def _drawn(box: Box, place: Point) -> Markup:
    (x, y), (width, height) = place, box.size
    rect = Markup('<rect x="{:.1f}" y="{:.1f}" width="{:.0f}" height="{:.0f}" rx="{}"/>').format(
        x - width / 2, y, width, height, height / 2 if box.kind == "end" else 4
    )
    text = Markup('<text x="{:.1f}" y="{:.1f}" text-anchor="middle">{}</text>').format(
        x, y + (18.5 if box.detail else 19.5), box.text
    )
    detail = Markup('<text class="golf-graph-shape" x="{:.1f}" y="{:.1f}" text-anchor="middle" font-size="11.5">{}</text>')
    more = detail.format(x, y + 35, box.detail) if box.detail else ""
    told = Markup("<title>{}</title>").format(box.told) if box.told else ""
    return Markup('<g class="golf-graph-box golf-graph-box--{}">{}{}{}{}</g>').format(box.kind, told, rect, text, more)


def _caption(known: Known, sketch: Sketch) -> str:
    said = f"The graph that was judged: {_count(len(known.graph.nodes), 'operator')}, {_count(known.numbers, 'stored number')}."
    if sketch.folded:
        said += " Equal blocks in a row are drawn once, with how often they stand there."
    return said + (f" {_count(sketch.left_out, 'operator')} in the middle left out." if sketch.left_out else "")


def _in_words(known: Known) -> str:
    graph = known.graph
    common = Counter(node.op for node in graph.nodes).most_common()
    kinds = [f"{words.plain(op, 40)} {count}" for op, count in common[:NAMES]]
    kinds += [f"{len(common) - NAMES} more kinds"] if len(common) > NAMES else []
    told = f" ({', '.join(kinds)})" if kinds else ""
    holding = sum(bool(known.stored(node)) for node in graph.nodes)
    taken = Counter(source for sources in known.inputs for source in sources)
    chain = max(taken.values(), default=0) < 2 and all(len(sources) < 2 for sources in known.inputs)
    return (
        f"An input of {shape_in_words(graph.input_shape)}, {_count(len(graph.nodes), 'operator')}"
        f"{told}, an output of {shape_in_words(graph.output_shape)}. "
        f"{holding} of them hold weights, {_count(known.numbers, 'number')}. "
        f"{'It is a chain: nothing branches.' if chain else 'It branches.'}"
    )


def _count(number: int, of: str) -> str:
    return f"{number:,} {of}{'s' * (number != 1)}"


def _table(known: Known) -> Iterator[Markup]:
    nodes = known.graph.nodes
    yield Markup(
        "<details><summary>Data</summary>"
        '<div class="golf-scroll" role="region" tabindex="0" aria-label="The operators of the model">'
    )
    yield Markup(
        '<table class="golf-board golf-graph-table"><thead><tr><th scope="col" class="golf-number">#</th><th scope="col">'
        'operator</th><th scope="col">takes</th><th scope="col">makes</th><th scope="col">weights</th></tr></thead><tbody>'
    )
    for number, node in enumerate(nodes[:LISTED]):
        yield _row(known, number, node)
    if len(nodes) > LISTED:
        yield Markup('<tr><td colspan="5">… {} more</td></tr>').format(_count(len(nodes) - LISTED, "operator"))
    yield Markup("</tbody></table></div></details>")


def _row(known: Known, number: int, node: Node) -> Markup:
    stored = known.stored(node)
    weights = [f"{words.plain(name, 40)} {shape_in_words(shape)}" for name, shape in stored[:NAMES]]
    weights += [f"{len(stored) - NAMES} more"] if len(stored) > NAMES else []
    made = node.outputs[0] if node.outputs else ""
    shape = f": {shape_in_words(known.shapes[made])}" if made in known.shapes else ""
    return Markup(
        '<tr><td class="golf-number">{}</td><th scope="row"><bdi>{}</bdi></th><td>{}</td><td>{}{}</td><td>{}</td></tr>'
    ).format(
        number + 1,
        words.plain(node.op, 40),
        _listed(names_of(name for name in node.inputs if name not in known.weights)),
        _listed(names_of(node.outputs)),
        shape,
        _listed(weights),
    )


def _listed(names: Iterable[str]) -> Markup:
    return Markup(", ").join(Markup("<bdi>{}</bdi>").format(name) for name in names)
