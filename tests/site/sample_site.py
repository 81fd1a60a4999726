"""The sample league's site as it is published: below a path of its own, as GitHub Pages serves a project's."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

import browser
from built_site import configured, mkdocs
from league_folder import Folder
from playwright.sync_api import Browser

ADDRESS = "https://golf.example/league/"
PATH = "/league"
PUBLISHED = {"SITE_URL": ADDRESS, "GITHUB_REPOSITORY": "golf/league", "GITHUB_SERVER_URL": "https://github.com"}
POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline'; script-src-attr 'none'; style-src 'self' 'unsafe-inline';"
    " img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'"
)
"""what the theme needs and no more: it has scripts in its pages, but neither it nor a stranger may have one in an attribute"""

KINDS: Mapping[str, str] = {
    "home": "/",
    "competition": "/competitions/digits/",
    "competition with a par": "/competitions/modular-addition/",
    "competition with a score of its own": "/competitions/meetings/",
    "doubtful competition": "/competitions/outer-norm/",
    "board": "/boards/digits/laptop-ss/",
    "board where nobody qualified": "/boards/digits/laptop-s/",
    "board with a par": "/boards/modular-addition/laptop-ss/",
    "doubtful board": "/boards/outer-norm/laptop-ss/",
    "entry": "/entries/digits/lottery-ticket/",
    "entry with a story": "/entries/digits/told/",
    "entry that failed": "/entries/digits/slow-0/",
    "entry of earlier rules": "/entries/digits/of-old/",
    "player": "/players/ada/",
    "players": "/ranking/",
    "records": "/records/",
    "what happened": "/changes/",
    "hardware": "/hardware/",
    "data": "/data/",
    "scores": "/scores/",
    "operators": "/operators/",
    "questions": "/faq/",
    "rules": "/rules/",
    "enter": "/enter/",
    "architecture": "/architecture/",
    "not found": "/404.html",
}
"""every kind of page -> one that has all that such a page can have"""


@dataclass(frozen=True, kw_only=True)
class Built:
    """A site in a folder that can be served."""

    folder: Path

    @property
    def site(self) -> Path:
        """Where the home page stands."""
        return self.folder / PATH.strip("/")

    @property
    def pages(self) -> list[Path]:
        """Every page, in order."""
        return sorted(self.site.rglob("*.html"))

    @contextmanager
    def open(self, chromium: Browser, path: str, **options: object) -> Iterator[browser.Visit]:
        """A page in the browser; nothing may fail there, run that should not, or be asked for elsewhere."""
        with (
            browser.served(self.folder, POLICY) as address,
            browser.visit(chromium, address, PATH + path, **options) as visit,
        ):
            yield visit
            if options.get("java_script_enabled", True):
                assert visit.witnessed() == []
            assert visit.elsewhere == []
            assert visit.faults == []


def built(folder: Folder) -> Built:
    """Build a league's site with this repository's configuration, as its workflow does."""
    site = Built(folder=folder.root / "served")
    with mock.patch.dict(os.environ, PUBLISHED):
        done = mkdocs(configured(folder), site.site)
    assert done.returncode == 0, done.stderr
    return site
