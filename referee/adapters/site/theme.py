"""What the theme says wrongly to those who hear a page, put right in the pages that it has built."""

from __future__ import annotations

import re

_DIALOG = '<div class="md-search" data-md-component="search" role="dialog">'
_TWICE = re.compile(r"&amp;(amp|lt|gt|quot|#x27);")
"""how the theme writes what was HTML already"""
_FOOT = re.compile(r'(?<= aria-label=")(?:Previous|Next): [^"]*(?=")')
_LOST = "<h1>404 - Not found</h1>"
_FOUND = (
    "<p>Nothing stands at this address. Entries and players are found by the search, and every result stands on its board.</p>"
)


def mended(output: str) -> str:
    """A page whose search has a name, and whose links to its neighbours say their titles and no HTML; where there is none, a
    word on where to look.

    The search of Material for MkDocs 9.8 is a dialog without a name. Titles of pages are HTML, which the labels of these links
    escape once more: `a host&#x27;s` is then read aloud letter by letter.
    """
    named = output.replace(_DIALOG, _DIALOG.replace(">", ' aria-label="Search">'), 1)
    named = named.replace(_LOST, _LOST + _FOUND, 1)
    return _FOOT.sub(lambda label: _TWICE.sub(r"&\1;", label[0]), named)
