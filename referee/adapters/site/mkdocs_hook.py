"""The hook that hands the generated pages to MkDocs: `hooks` in mkdocs.yml. What stands on them is `presentation.site`'s.

`mkdocs build` and `mkdocs serve` both come through here; the league is the one around mkdocs.yml. Its repository is told by
GITHUB_REPOSITORY, as a workflow has it, and where the site will be found by SITE_URL.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File, Files, InclusionLevel
from mkdocs.structure.pages import Page

from referee.adapters.site.blocks import Blocks
from referee.adapters.site.head import at_the_head, guarded
from referee.adapters.site.pouring import Pouring
from referee.adapters.site.search import add_to_the_search
from referee.adapters.site.theme import mended
from referee.files.kept_texts import KeptTexts
from referee.files.league import League
from referee.ground.errors import InputError
from referee.presentation.site.addresses import Published, competition_page, is_poured, with_slash
from referee.presentation.site.pages import Content, build, makers

KEPT = ".build/kept-pages.sqlite"
WITH_TABLES = ("boards/", "competitions/", "records.", "changes.", "ranking.", "hardware.", "data.", "index.")
"""generated pages whose tables grow with the league"""
_pouring, _blocks = Pouring(), Blocks()
"""of the build that runs: MkDocs gives a hook nothing that lasts from one event to the next"""


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """List the competitions in the navigation, and learn the site's address."""
    config.site_url = config.site_url or site_address(os.environ) or None
    section = next(item["Competitions"] for item in config.nav or [] if "Competitions" in item)
    section += [competition_page(name) for name in _league(config).competitions()]
    return config


def site_address(environment: Mapping[str, str]) -> str:
    """Where the site will be found: SITE_URL, or in a workflow the address that GitHub Pages gives; empty elsewhere."""
    told, owner_and_name = environment.get("SITE_URL", ""), environment.get("GITHUB_REPOSITORY", "")
    if told or not owner_and_name or environment.get("GITHUB_SERVER_URL") != "https://github.com":
        return told
    owner, name = owner_and_name.lower().split("/", 1)[0], owner_and_name.split("/", 1)[-1]
    return f"https://{owner}.github.io/" + ("" if name.lower() == f"{owner}.github.io" else f"{name}/")


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add what is generated. Of the pages that are poured, MkDocs sees the first of each kind alone."""
    pages = _built(config)
    _blocks.begin()
    _pouring.begin({path: str(text) for path, text in pages.items() if is_poured(path)})
    listed = set(_listed(config.nav))
    for path, content in {**pages, **_pouring.moulds}.items():
        if is_poured(path) and path not in _pouring.moulds:
            continue
        # What is in no navigation must not be put there, which would grow with the league.
        outside = path.endswith(".md") and path not in listed
        level = InclusionLevel.NOT_IN_NAV if outside else InclusionLevel.INCLUDED
        lean = _blocks.set_aside(str(content)) if path.startswith(WITH_TABLES) and path.endswith(".md") else content
        files.append(File.generated(config, path, content=lean, inclusion=level))
    return files


def on_post_page(output: str, page: Page, config: MkDocsConfig) -> str:
    """Add to a page's head what the theme has no place for; keep the moulds."""
    card = page.meta.get("card")
    headed = at_the_head(mended(output), page.file.src_uri, str(page.title), card and str(card), _published(config))
    whole = _blocks.put_back(guarded(headed, _published(config)))
    return _pouring.taken(page.file.src_uri, whole)


def on_post_template(output_content: str, template_name: str, config: MkDocsConfig) -> str:
    """The page that stands in for those that are not there is the theme's own, and guarded like the others."""
    return guarded(mended(output_content), _published(config)) if template_name == "404.html" else output_content


def on_post_build(config: MkDocsConfig) -> None:
    """Write the pages that are poured, and let them be found."""
    _pouring.pour(Path(config.site_dir))
    add_to_the_search(Path(config.site_dir), _pouring.pages)


def _built(config: MkDocsConfig) -> dict[str, Content]:
    templates = Path(config.docs_dir).parent / "templates"
    kept = KeptTexts(Path(config.config_file_path).parent / KEPT, makers(templates))
    # Reading a league makes millions of values that all stay; to look for garbage among them takes a fifth of the time.
    # What an earlier build of `mkdocs serve` has left is looked through once.
    gc.unfreeze()
    gc.disable()
    try:
        pages = build(_league(config), templates, _published(config), kept)
    except InputError as error:
        raise PluginError(f"the league has faults; `referee check` lists them all:\n{error}") from error
    finally:
        gc.enable()
        gc.freeze()
    kept.keep()
    return pages


def _published(config: MkDocsConfig) -> Published:
    return Published(
        address=with_slash(config.site_url or ""),
        repository=os.environ.get("GITHUB_REPOSITORY", ""),
        server=os.environ.get("GITHUB_SERVER_URL", "https://github.com"),
    )


def _league(config: MkDocsConfig) -> League:
    return League.at(Path(config.config_file_path).parent)


def _listed(nav: Any) -> Iterator[str]:
    """Paths of the pages in a navigation."""
    if isinstance(nav, str):
        yield nav
    elif nav:
        for item in nav.values() if isinstance(nav, dict) else nav:
            yield from _listed(item)
