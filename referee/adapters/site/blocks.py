"""Large blocks of raw HTML are taken out of pages before Markdown and the search read them, and put back into what is built.

Both would go through every row of every table, to change nothing in the first case and to fill every reader's index with
numbers in the second. The reference and the documents stay as they are, so the search finds what they say.
"""

from __future__ import annotations

import re

LARGE = 2000
"""characters from which on it pays"""
_BLOCK = re.compile(r"(?:\A|(?<=\n\n))<(div|ol|table)\b[^\n]*\n.*?(?=\n\n|\Z)", re.DOTALL)
_PLACE = re.compile(r'<div id="golf-block-([0-9]+)"></div>')


class Blocks:
    """Those of one build."""

    def __init__(self) -> None:
        self._aside: list[str] = []

    def begin(self) -> None:
        """Forget an earlier build."""
        self._aside.clear()

    def set_aside(self, text: str) -> str:
        """The Markdown of a generated page with empty elements in place of its large blocks."""
        return _BLOCK.sub(self._marked, text)

    def put_back(self, output: str) -> str:
        """The built page, whole again. What a stranger wrote is no such element: its brackets are escaped."""
        return _PLACE.sub(lambda place: self._aside[int(place[1])], output)

    def _marked(self, block: re.Match[str]) -> str:
        if len(block[0]) < LARGE:
            return block[0]
        self._aside.append(block[0])
        return f'<div id="golf-block-{len(self._aside) - 1}"></div>'
