"""Pages with a board, opened in the browser: `pytest_plugins = ["board_fixtures"]`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import board_page
import browser
import pytest
from board_page import PAGE, Plain
from board_use import Open
from browser import Visit
from playwright.sync_api import Browser

pytest_plugins = ["browser_fixtures"]


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site with 167 ranked results and 40 that did not qualify."""
    return board_page.site(tmp_path_factory.mktemp("small") / "site", board_page.results(167, 40))


@pytest.fixture(scope="session")
def board() -> Plain:
    """What stands on `small`."""
    return board_page.results(167, 40)


@pytest.fixture
def open_page(chromium: Browser, small: Path) -> Open:
    """Opens the page of `small`, or of another site, at an address; no script may fail there, and nothing leaves the site."""

    @contextmanager
    def opened(query: str = "", site: Path = small, **options: Any) -> Iterator[Visit]:
        with (
            browser.served(site, browser.STRICT) as address,
            browser.visit(chromium, address, PAGE + query, **options) as visit,
        ):
            yield visit
            assert visit.witnessed() == []
            assert visit.faults == []

    return opened
