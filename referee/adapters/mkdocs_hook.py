"""The hook that hands the generated pages to MkDocs: `hooks` in mkdocs.yml. What stands on them is `presentation.site`'s.

`mkdocs build` and `mkdocs serve` both come through here; the league is the one around mkdocs.yml.
"""

from __future__ import annotations

from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File, Files, InclusionLevel

from referee.files.league import League
from referee.ground.errors import InputError
from referee.presentation.site.pages import build, competition_page


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """List the competitions in the navigation."""
    section = next(item["Competitions"] for item in config.nav or [] if "Competitions" in item)
    section += [competition_page(name) for name in _league(config).competitions()]
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the generated pages. Boards stay out of the navigation, which must not grow with the league."""
    try:
        pages = build(_league(config), Path(config.docs_dir).parent / "templates")
    except InputError as error:
        raise PluginError(f"the league has faults; `referee check` lists them all:\n{error}") from error
    for path, content in pages.items():
        level = InclusionLevel.NOT_IN_NAV if path.startswith("boards/") else InclusionLevel.INCLUDED
        files.append(File.generated(config, path, content=content, inclusion=level))
    return files


def _league(config: MkDocsConfig) -> League:
    return League.at(Path(config.config_file_path).parent)
