"""Whole sites, built once for all tests that ask for them: `pytest_plugins = ["site_fixtures"]`."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from hostile_league import hostile
from league_folder import REPOSITORY, Folder
from sample_league import sample
from sample_site import Built, built

pytest_plugins = ["browser_fixtures"]

PACKAGES = REPOSITORY / ".venv/site/node_modules"


@pytest.fixture(scope="session")
def sample_folder(tmp_path_factory: pytest.TempPathFactory) -> Folder:
    """A league that has every kind of page."""
    return sample(tmp_path_factory.mktemp("sample") / "league")


@pytest.fixture(scope="session")
def sample_site(sample_folder: Folder) -> Built:
    """Its site."""
    return built(sample_folder)


@pytest.fixture(scope="session")
def hostile_folder(tmp_path_factory: pytest.TempPathFactory) -> Folder:
    """A league whose every stranger tries to break out."""
    return hostile(tmp_path_factory.mktemp("strangers") / "league")


@pytest.fixture(scope="session")
def hostile_site(hostile_folder: Folder) -> Built:
    """Its site."""
    return built(hostile_folder)


@pytest.fixture(scope="session")
def npm_packages() -> Path:
    """Where the checkers of pages are installed, or a skip that MLGOLF_NO_SKIPS makes a failure."""
    if shutil.which("node") is None or not PACKAGES.is_dir():
        pytest.skip("no checkers of pages; install: sudo apt-get install nodejs npm, then make test")
    return PACKAGES
