"""Thousands of pages that differ in their middle alone are poured into one that the theme has filled.

The theme takes milliseconds for a page, most of them for what is the same on every page: its head, its header, its
navigation. So MkDocs builds the first entry and the first player with marks in them, and the others are cut from these
moulds. That their links are relative, and all entries stand equally deep, makes it possible.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from referee.presentation.site.addresses import address

TITLE, DESCRIPTION, CARD, BODY = (f"golf-mould-{part}" for part in ("title", "description", "card", "body"))
_PLACE = f"<h1>{BODY}</h1>"
"""a heading, or the theme would add one"""
_HEAD = re.compile(r"^(title|description|card): (.*)$", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Poured:
    """A page whose body is one block of HTML."""

    title: str
    """as HTML, like the description"""
    description: str
    card: str
    """its social card, from the root of the site"""
    head: str
    """the rest of its front matter"""
    body: str

    @classmethod
    def of(cls, text: str) -> Poured:
        """The parts of a generated page."""
        head, body = text.removeprefix("---\n").split("\n---\n", 1)
        said = {name: json.loads(value) for name, value in _HEAD.findall(head)}
        return cls(head=re.sub(r"\n+", "\n", _HEAD.sub("", head)).strip("\n"), body=body.strip("\n"), **said)

    @property
    def mould(self) -> str:
        """The page with marks in place of what is its own."""
        said = "\n".join(f"{name}: {mark}" for name, mark in (("title", TITLE), ("description", DESCRIPTION), ("card", CARD)))
        return f"---\n{said}\n{self.head}\n---\n\n{_PLACE}\n"


class Pouring:
    """The pages of one build that are poured, and the moulds they come from."""

    def __init__(self) -> None:
        self.pages: dict[str, Poured] = {}
        self.moulds: dict[str, str] = {}
        """path of the first page of each folder -> what the generator shall build in its place"""
        self._taken: dict[str, _Mould] = {}

    def begin(self, pages: Mapping[str, str]) -> None:
        """Forget an earlier build.

        Args:
            pages: path -> Markdown
        """
        self.pages = {path: Poured.of(text) for path, text in pages.items()}
        firsts: dict[str, str] = {}
        for path in self.pages:
            firsts.setdefault(_family(path), path)
        self.moulds = {path: self.pages[path].mould for path in firsts.values()}
        self._taken = {}

    def taken(self, path: str, output: str) -> str:
        """What becomes of a page that the generator has built: a mould is kept, and the page cut from it."""
        if path not in self.moulds:
            return output
        if output.count(_PLACE) != 1:
            raise ValueError(f"the theme does not show the body of {path} once; without that no page can be poured")
        mould = self._taken[_family(path)] = _Mould(output, address(path))
        return mould.filled(self.pages[path], address(path))

    def pour(self, site: Path) -> None:
        """Write every page that the generator has not.

        Args:
            site: folder of the built site
        """
        for path, page in self.pages.items():
            if path in self.moulds:
                continue
            file = site / address(path) / "index.html"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(self._taken[_family(path)].filled(page, address(path)).encode())


class _Mould:
    """A page of the theme, cut where a page's own parts stand.

    Args:
        output: with the marks in it
        address: its own, which stands in it where the site has one: canonical links
    """

    def __init__(self, output: str, address: str) -> None:
        self._address = address
        marks = "|".join(map(re.escape, (TITLE, DESCRIPTION, CARD, _PLACE, address)))
        self._parts = re.split(f"({marks})", output)

    def filled(self, page: Poured, address: str) -> str:
        """Another page of its family."""
        said = {TITLE: page.title, DESCRIPTION: page.description, CARD: page.card, _PLACE: page.body, self._address: address}
        # Cut before it is filled: what a stranger has written may look like a mark.
        return "".join(said.get(part, part) for part in self._parts)


def _family(path: str) -> str:
    """Pages of one depth and kind: what a mould is good for."""
    return f"{path.split('/', 1)[0]} {path.count('/')}"
