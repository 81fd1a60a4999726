"""Badges: one line of SVG for a contestant's README, where it is an image: no script, no font, nothing from elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from referee.ground.verdict import Verdict
from referee.presentation.site.boards import Board, Standing
from referee.presentation.site.downloads.text_width import fitted, text_width
from referee.presentation.site.lines import Line
from referee.presentation.words import plain

HEIGHT = 20
MOST = 260.0
"""pixels of text on either side"""
_SIZE, _PADDING = 11, 6
_LEFT, _TEXT = "#26352d", "#ffffff"
_RECORD, _RANKED, _BAD, _LIMIT, _OURS = "#8a5a00", "#1d6b45", "#9b2c20", "#6b4c1e", "#4b5563"
_COLOURS: Mapping[Verdict, str] = {
    Verdict.OVER_TIME: _LIMIT,
    Verdict.OVER_MEMORY: _LIMIT,
    Verdict.OVER_OUTPUT: _LIMIT,
    Verdict.DID_NOT_FIT: _LIMIT,
    Verdict.REFEREE_ERROR: _OURS,
}
"""verdict -> ground of its half; on all of them, white has a contrast of 4.5 or more"""


def badge(standing: Standing, board: Board, line: Line) -> str:
    """`ML Golf · digits laptop-ss | #1 · 122 nonzero`, or the verdict where it has no rank. 20 pixels high."""
    left = plain(f"ML Golf · {standing.game.name} {board.class_}")
    right = line.verdict.value if line.rank is None else plain(f"#{line.rank} · {line.score} {board.score}")
    return _drawn(fitted(left, _SIZE, MOST), fitted(right, _SIZE, MOST), _colour(line), f"{left}: {right}")


def _colour(line: Line) -> str:
    if line.rank is None:
        return _COLOURS.get(line.verdict, _BAD)
    return _RECORD if line.rank == 1 else _RANKED


def _drawn(left: str, right: str, colour: str, told: str) -> str:
    wide = [round(text_width(text, _SIZE)) for text in (left, right)]
    edge, width = wide[0] + 2 * _PADDING, sum(wide) + 4 * _PADDING
    size = {"width": f"{width}", "height": f"{HEIGHT}", "viewBox": f"0 0 {width} {HEIGHT}"}
    svg = Element("svg", {"xmlns": "http://www.w3.org/2000/svg", **size, "role": "img", "aria-label": told})
    SubElement(svg, "title").text = told
    for x, extent, ground in ((0, edge, _LEFT), (edge, width - edge, colour)):
        SubElement(svg, "path", {"d": _half(x, extent, left=x == 0), "fill": ground})
    style = {"fill": _TEXT, "font-family": "Verdana,DejaVu Sans,Geneva,sans-serif", "font-size": f"{_SIZE}"}
    group = SubElement(svg, "g", style)
    for x, text, extent in ((_PADDING, left, wide[0]), (edge + _PADDING, right, wide[1])):
        # The reader's font may be wider than any table.
        SubElement(group, "text", {"x": f"{x}", "y": "14", "textLength": f"{extent}"}).text = text
    return ElementTree.tostring(svg, encoding="unicode") + "\n"


def _half(x: int, extent: int, *, left: bool) -> str:
    """A rectangle whose outer corners are round."""
    if left:
        return f"M{extent} 0H3a3 3 0 0 0-3 3v{HEIGHT - 6}a3 3 0 0 0 3 3H{extent}z"
    return f"M{x} 0h{extent - 3}a3 3 0 0 1 3 3v{HEIGHT - 6}a3 3 0 0 1-3 3H{x}z"
