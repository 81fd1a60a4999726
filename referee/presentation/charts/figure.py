"""The whole figure around a picture: caption, the svg with its text alternative, the data as a table.

A figure stands in a page of Markdown as raw HTML, so it has no blank line and no line that begins with a stranger's string:
whatever is shown goes through `words.plain`, which leaves no line break.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from markupsafe import Markup, escape

from referee.presentation import words

WIDTH = 400
"""of the viewBox; with texts of 12 units they are 10.7 px high on a phone that gives the chart 358 px"""


def figure(
    key: str,
    caption: str,
    described: str,
    drawing: str,
    *,
    height: float,
    columns: Sequence[str],
    rows: Iterable[Sequence[str]],
    drawn: tuple[int, int] = (0, 0),
    listed: tuple[int, int] = (0, 0),
    linked: bool = False,
) -> Markup:
    """Put a picture into its frame.

    Args:
        key: what makes the ids of this figure its own on a page; characters that an id can't have become `-`
        described: a sentence that tells what the picture shows
        drawing: what stands in the svg
        rows: cells of the table, as HTML; without any there is no table
        drawn: how many of how many values are shown; said beside the caption where some are not
        listed: how many of how many stand in the table; said above it where some do not
        linked: the drawing has links. It is no `img` then: what is inside an image can't be reached.
    """
    name = re.sub(r"[^A-Za-z0-9_-]", "-", key)
    return Markup(
        f'<figure class="golf-chart" data-search-exclude>\n<figcaption><bdi>{text(caption)}</bdi>{_some(drawn, "drawn")}'
        f'</figcaption>\n<svg viewBox="0 0 {WIDTH} {height:g}" role="{"group" if linked else "img"}"'
        f' aria-labelledby="{name}-title {name}-desc"><title id="{name}-title">{text(caption)}</title>'
        f'<desc id="{name}-desc">{text(described, 800)}</desc>\n{drawing}</svg>\n'
        f"{_table(name, columns, list(rows), listed)}</figure>"
    )


def _table(name: str, columns: Sequence[str], rows: Sequence[Sequence[str]], listed: tuple[int, int]) -> str:
    if not rows:
        return ""
    head = "".join(f'<th scope="col">{text(column)}</th>' for column in columns)
    return (
        f"<details><summary>Data{_some(listed, 'listed')}</summary>\n"
        f'<div class="golf-chart-data" role="group" tabindex="0" aria-labelledby="{name}-title">'
        f'<table class="golf-chart-table"><thead><tr>{head}</tr></thead>\n'
        f"<tbody>{''.join(map(_row, rows))}</tbody></table></div></details>\n"
    )


def _row(cells: Sequence[str]) -> str:
    """A line of the table; its first cell is what it is about."""
    first, *others = cells
    return f"<tr><th>{first}</th>{''.join(f'<td>{cell}</td>' for cell in others)}</tr>"


def text(stranger: str, most: int = 200) -> str:
    """Anybody's string as HTML and XML: on one line, escaped."""
    # What can be printed needs no second look at each character, and nearly all can.
    harmless = len(stranger) <= most and stranger.isprintable() and "##[" not in stranger
    return str(escape(stranger if harmless else words.plain(stranger, most)))


def link(inside: str, address: str | None, attributes: str = "") -> str:
    """HTML or SVG that leads somewhere, where there is an address."""
    return inside if address is None else f'<a href="{text(address, 2000)}"{attributes}>{inside}</a>'


def _some(counts: tuple[int, int], done: str) -> str:
    return "" if counts[0] == counts[1] else f" <small>({counts[0]:,} of {counts[1]:,} {done})</small>"
