"""One browser for all tests that ask for it: `pytest_plugins = ["browser_fixtures"]`."""

from __future__ import annotations

from collections.abc import Iterator

import browser
import pytest
from playwright.sync_api import Browser


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The browser, or a skip that MLGOLF_NO_SKIPS makes a failure."""
    if browser.CHROMIUM is None:
        pytest.skip("no chromium; install: sudo apt-get install chromium")
    with browser.started() as started:
        yield started
