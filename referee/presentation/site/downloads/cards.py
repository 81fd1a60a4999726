"""Social cards: what a page looks like where it is linked to, as a PNG of 1200 x 630.

The font comes with a package, so that every machine draws the same. It has Latin, Greek and Cyrillic letters; only for a card
with others the fonts of the machine are asked as well, and what none of them has is drawn as an empty box.
"""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from resvg_py import svg_to_bytes

from referee.presentation.site.boards import Board, Standing
from referee.presentation.site.downloads.text_width import wrapped
from referee.presentation.words import plain

WIDTH, HEIGHT = 1200, 630
"""of the drawing"""
PIXELS = 600
"""across: the least that networks show large, in a quarter of the time of 1200"""
LEAGUE = "ML Golf"
LEDE = "Find the model with the lowest score that fits the data perfectly, within a fixed time on fixed hardware."
_GROUND, _TEXT, _DIM, _LINE, _FLAG, _POLE = "#1d4a37", "#fdfcf9", "#c3d8cb", "#3b7458", "#e4573d", "#c9a86a"
_FAMILY = "Source Sans Pro"
_MARGIN, _ROOM, _TO_FLAG = 80, 1040, 940
_NARROWER = 0.86
"""of Verdana's, the widths of this font"""
_IN_FONT = re.compile(
    r"[ -~\xa0-\u017e\u0386\u0388-\u038a\u038c\u038e-\u03a1\u03a3-\u03ce\u0400-\u045f\u1ea0-\u1ef9"
    r"\u2012-\u2015\u2018-\u201a\u201c-\u201e\u2020-\u2022\u2026\u2030\u2039\u203a\u20ac\u2190-\u2193\u2212\u2260\u2264\u2265]*"
)
_GREEN = (
    "M22 112C18 56 78 18 152 16s150 30 152 88-52 98-128 100S26 168 22 112z",
    "M54 114c-4-42 44-68 98-70s114 22 116 62-42 72-98 74-112-24-116-66z",
    "M96 118c-2-28 30-46 68-47s74 14 75 41-30 47-67 48-74-14-76-42z",
    "M140 122c-1-15 16-25 35-25s38 7 38 22-16 25-36 26-36-8-37-23z",
)
"""contour lines, as on the home page"""
_SLOPES = ("#1f4d3a", "#21503d", "#235340", "#255643")


def card(title: str, lines: tuple[str, ...] = (), label: str = LEAGUE, figure: str = "") -> bytes:
    """A card; what is too long is wrapped, then cut off with an ellipsis.

    Args:
        title: the largest text
        lines: up to two, small; a single one without a figure is wrapped
        label: a small line above the title
        figure: a number that the card is about
    """
    told = [plain(text, 400) for text in (title, label, figure, *lines)]
    return svg_to_bytes(
        svg_string=_drawn(told[0], told[1], told[2], told[3:]),
        skip_system_fonts=all(map(_IN_FONT.fullmatch, told)),
        font_files=_fonts(),
        width=PIXELS,
    )


def home_card() -> bytes:
    """The card of the home page: what the game is."""
    return card(LEDE)


def board_card(standing: Standing, board: Board) -> bytes:
    """The card of a board: its record, by whom, and par."""
    rules, record = standing.game.rules, board.record
    par = f"par {board.say(rules.par.score)}" if rules.par and board.par_place is not None else ""
    label = f"{LEAGUE} · {board.class_}"
    if record is None:
        nobody = "Nobody has qualified yet" if board.played else "Nobody has played here yet"
        return card(rules.title, (nobody, par), label)
    more = " · ".join(filter(None, (record.date, f"{len(board.ranked)} ranked", par)))
    return card(rules.title, (f"{record.title}, by {', '.join(record.authors)}", more), label, f"{record.score} {board.score}")


@cache
def _fonts() -> list[str]:
    folder = files("font_source_sans_pro") / "files"
    return [str(folder / f"SourceSansPro-{face}.ttf") for face in ("Regular", "Semibold")]


def _drawn(title: str, label: str, figure: str, lines: list[str]) -> str:
    size = {"width": f"{WIDTH}", "height": f"{HEIGHT}", "viewBox": f"0 0 {WIDTH} {HEIGHT}"}
    svg = Element("svg", {"xmlns": "http://www.w3.org/2000/svg", **size})
    SubElement(svg, "rect", {"width": "100%", "height": "100%", "fill": _GROUND})
    _green(svg)
    _text(svg, _rows(label, 34, 1), 112, 34, _DIM)
    if figure or lines:
        titles = _rows(title, 60, 2)
        _text(svg, titles, 194, 60, _TEXT, bold=True)
        _below(svg, 200 + 78 * len(titles), figure, lines)
    else:
        _text(svg, _rows(title, 66, 4, _ROOM - 160), 212, 66, _TEXT, bold=True)
    return ElementTree.tostring(svg, encoding="unicode")


def _below(svg: Element, y: int, figure: str, lines: list[str]) -> None:
    """What stands under the title: a figure and what there is to it, or lines alone, from `y` on."""
    if figure:
        _text(svg, _rows(figure, 104, 1, _TO_FLAG), 432, 104, _TEXT, bold=True)
        _text(svg, [row for line in lines[:2] for row in _rows(line, 36, 1)], 506, 36, _DIM)
        return
    most = 4 if len(lines) == 1 else 1
    _text(svg, [row for line in lines[:2] for row in _rows(line, 38, most, _TO_FLAG)], y, 38, _DIM)


def _green(svg: Element) -> None:
    """The putting green, cut off by the right and lower edges."""
    group = SubElement(svg, "g", {"transform": "translate(690 176) scale(2.05)", "fill": "none"})
    for path, ground in zip(_GREEN, _SLOPES, strict=True):
        SubElement(group, "path", {"d": path, "fill": ground, "stroke": _LINE, "stroke-width": "1.2"})
    SubElement(group, "path", {"d": "M180 122V52", "stroke": _POLE, "stroke-width": "3"})
    SubElement(group, "path", {"d": "M180 52l36 13-36 13z", "fill": _FLAG})


def _rows(text: str, size: int, most: int, room: int = _ROOM) -> list[str]:
    return wrapped(text, size * _NARROWER, room, most)


def _text(svg: Element, rows: list[str], y: int, size: int, colour: str, *, bold: bool = False) -> None:
    weight = {"font-weight": "600"} if bold else {}
    style = {"x": f"{_MARGIN}", "font-family": _FAMILY, "font-size": f"{size}", "fill": colour} | weight
    for number, row in enumerate(rows):
        SubElement(svg, "text", style | {"y": f"{y + round(number * 1.3 * size)}"}).text = row
