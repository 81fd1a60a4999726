"""GitHub's Markdown. Strangers' text goes in through `code` and `block` alone."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from referee.presentation import words

_APART = "<!-- -->"


def code(text: str, most: int = 200) -> str:
    """A stranger's text that means nothing in GitHub's Markdown, in the middle of a line: `words.plain` inside <code>.

    A sign that is neither letter, digit nor space is an entity, so that it is no Markdown and no HTML. The element is there
    because GitHub looks for @name, #123, commits and emoji after that, in all text that stands outside of <code>.
    """
    return f"<code>{''.join(map(_sign, words.plain(text, most)))}</code>"


def block(*lines: str, most: int = 200) -> str:
    """Lines to copy, each as `words.plain`, in a fence that none of them ends."""
    shown = [words.plain(line, most) for line in lines]
    longest = max((len(run) for line in shown for run in re.findall("`+", line)), default=0)
    fence = "`" * max(3, longest + 1)
    return "\n".join((fence, *shown, fence))


def table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; its cells are Markdown without line breaks and without `|`."""
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (headings, ["---"] * len(headings), *rows))


def folded(summary: str, text: str) -> str:
    """Markdown that opens when its summary is clicked; the summary is HTML."""
    return f"<details><summary>{summary}</summary>\n\n{text}\n\n</details>"


def _sign(character: str) -> str:
    if character.isalnum() or character == " ":
        return character
    # The parser looks for addresses in what entities have become, in <code> as well. A comment ends what it reads as one text.
    return f"&#{ord(character)};{_APART if character in '@:' else ''}"
