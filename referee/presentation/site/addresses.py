"""Where pages stand: their paths below the pages' folder, and how one page links to another.

Pages are taken to be folders: `boards/digits/laptop-ss.md` is served as `boards/digits/laptop-ss/`.
"""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import quote

HOME = "index.md"
PAGES = ("competition_page", "board_page", "board_file", "entry_page", "player_page", "badge_file", "card_file")
"""names of the functions that tell templates where something stands"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """What only the published site knows; empty where nobody said, and pages then do without."""

    address: str = ""
    """of the site, with a slash at its end: feeds and cards need whole addresses"""
    repository: str = ""
    """owner/name of the league's repository"""
    server: str = "https://github.com"

    def url(self, path: str) -> str:
        """The whole address of a page or file; relative to the site's root where the site has no address yet."""
        return self.address + quote(address(path), safe="/+-._~")

    def on_github(self, kind: str, path: str, at: str = "HEAD") -> str:
        """Where a file or folder of the repository is shown.

        Args:
            kind: `blob` for a file, `tree` for a folder, `raw` to download
            at: branch, tag or commit
        """
        return f"{self.server}/{self.repository}/{kind}/{quote(at)}/{quote(path)}" if self.repository else ""


def with_slash(site: str) -> str:
    """The address of a site as `Published` has it; none stays none."""
    return f"{site.rstrip('/')}/" if site else ""


def competition_page(name: str) -> str:
    """Where the page of a competition stands."""
    return f"competitions/{_own(name)}.md"


def board_page(name: str, class_: str) -> str:
    """Where the page of a board stands."""
    return f"boards/{name}/{class_}.md"


def frozen_name(class_: str, version: int, rules_sha256: str) -> str:
    """A board of earlier rules among the files of its class: two of one version differ in their rules."""
    return f"{class_}.v{version}-{rules_sha256[:8]}"


def board_file(name: str, class_: str, suffix: str) -> str:
    """Where a board stands as data.

    Args:
        class_: or the `frozen_name`: what the board calls its name
        suffix: `json` or `csv`
    """
    return f"boards/{name}/{class_}.{suffix}"


def entry_page(name: str, entry: str) -> str:
    """Where the page of an entry stands."""
    return f"entries/{name}/{_own(entry)}.md"


def badge_file(name: str, class_: str, entry: str) -> str:
    """Where the badge of an entry in a class stands."""
    return f"badges/{name}/{class_}/{entry}.svg"


def player_page(handle: str) -> str:
    """Where the page of a player stands. GitHub's handles don't tell small from large letters."""
    return f"players/{_own(handle.lower())}.md"


def is_poured(path: str) -> bool:
    """Whether a page is one of many that differ in their middle alone: its body is one block of HTML."""
    return path.startswith(("entries/", "players/")) and path.endswith(".md")


def card_file(page: str) -> str:
    """Where the social card of a page stands."""
    return f"cards/{address(page).strip('/') or 'index'}.png"


def address(path: str) -> str:
    """The address of a page or file below the site's root: `scores.md` -> `scores/`."""
    return "" if path == HOME else re.sub(r"\.md$", "/", path)


@lru_cache(maxsize=2**16)
def link(page: str, to: str) -> str:
    """The address of `to` as seen from `page`, for raw HTML, whose links no generator mends."""
    path = posixpath.relpath(address(to) or ".", address(page) or ".")
    return path + ("/" if to.endswith(".md") else "")


def _own(name: str) -> str:
    """`index` would be the page of the folder above; no name of a competition, entry or player ends in an underscore."""
    return "index_" if name == "index" else name
