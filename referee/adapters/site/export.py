"""`referee site export`: the site's sources with everything generated in them, for any generator that reads mkdocs.yml.

What the hook does beyond that stays with MkDocs: pages are not poured, only those that the generator reads can be searched, and
heads name no feed and no card.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from referee.adapters.site.folders import in_folders, index
from referee.files import strict_yaml
from referee.files.league import League
from referee.ground.errors import Fault, InputError
from referee.presentation.site.addresses import Published, competition_page
from referee.presentation.site.pages import Content, build

SOURCES, TEMPLATES, CONFIG = "site/pages", "site/templates", "mkdocs.yml"
PAGES = "pages"
"""folder of the pages in what is exported"""
OUTSIDE = "boards/\nentries/\nplayers/\n"
"""pages that no navigation lists, which must not grow with the league"""


def export(league: League, folder: Path, published: Published) -> int:
    """Write `mkdocs.yml` and the pages into a new folder: all of it or nothing.

    Returns:
        how many files were generated

    Raises:
        InputError: the folder is there already and not empty, the league has no site, or its files have faults.
    """
    for needed in (CONFIG, SOURCES, TEMPLATES):
        if not (league.root / needed).exists():
            raise InputError([Fault(needed, "", "is missing; a league's site is made from it")])
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise InputError(f"{folder} is there already; name a new folder")
    config = _config(league, published)
    generated = build(league, league.root / TEMPLATES, published)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}.") as beside:
        whole = Path(beside) / "site"
        shutil.copytree(league.root / SOURCES, whole / PAGES, ignore=shutil.ignore_patterns("*.md"))
        (whole / CONFIG).write_bytes(strict_yaml.write(config))
        for path, content in _arranged(league.root / SOURCES, generated).items():
            file = whole / PAGES / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content.encode() if isinstance(content, str) else content)
        if folder.exists():
            for child in whole.iterdir():
                child.rename(folder / child.name)
        else:
            whole.rename(folder)
    return len(generated)


def _arranged(sources: Path, generated: Mapping[str, Content]) -> dict[str, Content]:
    """What is generated, and the pages that somebody wrote, each in a folder of its own."""
    written = {file.relative_to(sources).as_posix(): file for file in sources.rglob("*") if file.is_file()}
    pages = {path: file.read_text(encoding="utf-8") for path, file in written.items() if path.endswith(".md")}
    pages |= {path: str(text) for path, text in generated.items() if path.endswith(".md")}
    files = {path: content for path, content in generated.items() if not path.endswith(".md")}
    return {**in_folders(pages, {*written, *files}), **files}


def _config(league: League, published: Published) -> dict[str, Any]:
    plain = strict_yaml.parse((league.root / CONFIG).read_bytes(), CONFIG)
    if not isinstance(plain, dict) or not isinstance(plain.get("nav"), list):
        raise InputError([Fault(CONFIG, "nav", "expected a list; the site's navigation stands there")])
    kept = {key: value for key, value in plain.items() if key not in ("hooks", "watch")}
    competitions = [competition_page(name) for name in league.competitions()]
    nav = _placed([_listed(item, competitions) for item in plain["nav"]])
    address = {"site_url": published.address} if published.address else {}
    return {**kept, **address, "docs_dir": PAGES, "site_dir": "built", "nav": nav, "not_in_nav": OUTSIDE}


def _placed(nav: Any) -> Any:
    """A navigation with each page where it stands in what is exported."""
    if isinstance(nav, str):
        return index(nav)
    return {name: _placed(one) for name, one in nav.items()} if isinstance(nav, Mapping) else [_placed(one) for one in nav]


def _listed(item: Any, competitions: list[str]) -> Any:
    return {"Competitions": competitions} if isinstance(item, Mapping) and "Competitions" in item else item
