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

from referee.files import strict_yaml
from referee.files.league import League
from referee.ground.errors import Fault, InputError
from referee.presentation.site.addresses import Published, competition_page
from referee.presentation.site.pages import build

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
    config = _config(league)
    generated = build(league, league.root / TEMPLATES, published)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}.") as beside:
        whole = Path(beside) / "site"
        shutil.copytree(league.root / SOURCES, whole / PAGES)
        (whole / CONFIG).write_bytes(strict_yaml.write(config))
        for path, content in generated.items():
            file = whole / PAGES / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content.encode() if isinstance(content, str) else content)
        if folder.exists():
            folder.rmdir()
        whole.rename(folder)
    return len(generated)


def _config(league: League) -> dict[str, Any]:
    plain = strict_yaml.parse((league.root / CONFIG).read_bytes(), CONFIG)
    if not isinstance(plain, dict) or not isinstance(plain.get("nav"), list):
        raise InputError([Fault(CONFIG, "nav", "expected a list; the site's navigation stands there")])
    kept = {key: value for key, value in plain.items() if key not in ("hooks", "watch")}
    competitions = [competition_page(name) for name in league.competitions()]
    nav = [_listed(item, competitions) for item in plain["nav"]]
    return {**kept, "docs_dir": PAGES, "site_dir": "built", "nav": nav, "not_in_nav": OUTSIDE}


def _listed(item: Any, competitions: list[str]) -> Any:
    return {"Competitions": competitions} if isinstance(item, Mapping) and "Competitions" in item else item
