"""`referee site export`: the same league under MkDocs, ProperDocs and Zensical, so that it outlives any of them."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import links
import pytest
from built_site import Page
from league_folder import REPOSITORY, Folder
from sample_site import ADDRESS, PUBLISHED

pytest_plugins = ["site_fixtures"]
pytestmark = pytest.mark.slow

BUILD: Mapping[str, tuple[str, ...]] = {
    "mkdocs": ("build", "--strict", "--quiet"),
    "properdocs": ("build", "--strict", "--quiet", "--config-file", "mkdocs.yml"),
    "zensical": ("build", "--strict", "--config-file", "mkdocs.yml"),
}
Build = Callable[[str, str], Path]


@pytest.fixture(scope="module")
def build(tmp_path_factory: pytest.TempPathFactory, sample_folder: Folder, hostile_folder: Folder) -> Build:
    """Exports a league once, builds it once under a generator, gives the folder of the site."""
    leagues = {"sample": sample_folder, "hostile": hostile_folder}
    exported: dict[str, Path] = {}
    built: dict[tuple[str, str], Path] = {}

    def export(league: str) -> Path:
        root, folder = leagues[league].root, tmp_path_factory.mktemp(league) / "exported"
        shutil.copytree(REPOSITORY / "site", root / "site", dirs_exist_ok=True)
        shutil.copy(REPOSITORY / "mkdocs.yml", root / "mkdocs.yml")
        run(root, sys.executable, "-m", "referee", "site", "export", "--address", ADDRESS, str(folder))
        return folder

    def of(generator: str, league: str) -> Path:
        if league not in exported:
            exported[league] = export(league)
        if (generator, league) not in built:
            folder = tmp_path_factory.mktemp(generator) / "site"
            shutil.copytree(exported[league], folder)
            run(folder, str(Path(sys.executable).with_name(generator)), *BUILD[generator])
            built[generator, league] = folder / "built"
        return built[generator, league]

    return of


def run(where: Path, *command: str) -> None:
    environment = os.environ | PUBLISHED | {"NO_MKDOCS_2_WARNING": "1"}
    done = subprocess.run(command, cwd=where, capture_output=True, text=True, env=environment)
    assert done.returncode == 0, done.stdout + done.stderr


def files(site: Path) -> set[str]:
    """What is generated from the league and from its pages, without the generators' own files."""
    paths = {file.relative_to(site).as_posix() for file in site.rglob("*") if file.is_file()}
    return {path for path in paths if not path.startswith(("assets/", "search")) and not path.startswith("sitemap")} - {
        "objects.inv"
    }


@pytest.mark.parametrize("league", ["sample", "hostile"])
@pytest.mark.parametrize("generator", ["properdocs", "zensical"])
def test_another_generator_makes_the_same_pages_and_files(build: Build, generator: str, league: str) -> None:
    """Under its own strict mode."""
    assert files(build(generator, league)) == files(build("mkdocs", league))


@pytest.mark.parametrize("generator", BUILD)
def test_every_link_leads_somewhere(build: Build, generator: str) -> None:
    site = build(generator, "sample")
    assert [fault for fault in links.faults(site, ADDRESS) if "assets/" not in fault.split(":")[0]] == []


@pytest.mark.parametrize("generator", BUILD)
def test_a_board_has_its_rows_its_pictures_and_its_script(build: Build, generator: str) -> None:
    text = (build(generator, "sample") / "boards/digits/laptop-ss/index.html").read_text(encoding="utf-8")
    board = text.split('class="golf-live"')[1]
    assert board.count('<td class="golf-rank"><span class="golf-place') == 50
    assert text.count('<figure class="golf-chart"') == 4
    assert "board.js" in text
    assert (build(generator, "sample") / "boards/digits/laptop-ss.json").is_file()


@pytest.mark.parametrize("generator", BUILD)
def test_strangers_strings_do_nothing(build: Build, generator: str) -> None:
    """No page has a place where something would run, and each has the elements of MkDocs' own."""
    site = build(generator, "hostile")
    for file in sorted(site.rglob("*.html")):
        text = file.read_text(encoding="utf-8")
        page = Page(text)
        assert list(page.dangers()) == [], file
        assert not {"object", "embed", "base", "iframe", "math", "template"} & {tag for tag, _ in page.elements}, file
        assert not [one for one in re.findall(r"<script\b[^>]*>(.*?)</script>", text, re.DOTALL) if "pwned" in one], file
