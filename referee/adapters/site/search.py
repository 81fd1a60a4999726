"""Poured pages in the index of the theme's search, which knows only what MkDocs has built."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

from referee.adapters.site.pouring import Poured
from referee.presentation.site.addresses import address

MOST = 300
"""pages that are added: every visitor's browser loads the index"""


def add_to_the_search(site: Path, pages: Mapping[str, Poured]) -> None:
    """Let entries and players be found by name; nothing where the site has no search.

    Titles and texts of the index are shown as HTML, and are HTML.
    """
    file = site / "search/search_index.json"
    if not file.is_file():
        return
    index = json.loads(file.read_text(encoding="utf-8"))
    index["docs"] += [{"location": address(path), "title": page.title, "text": page.description} for path, page in _some(pages)]
    file.write_text(json.dumps(index, ensure_ascii=False, separators=(",", ":")), encoding="utf-8")


def _some(pages: Mapping[str, Poured]) -> Iterator[tuple[str, Poured]]:
    """The first of each folder: there the best ranks come first."""
    folders = Counter(path.rsplit("/", 1)[0] for path in pages)
    seen: Counter[str] = Counter()
    for path, page in pages.items():
        folder = path.rsplit("/", 1)[0]
        seen[folder] += 1
        if seen[folder] <= max(MOST // len(folders), 1):
            yield path, page
