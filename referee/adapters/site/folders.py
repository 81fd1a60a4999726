"""Pages as folders: `rules.md` -> `rules/index.md`, at the same address.

Generators disagree about relative addresses in raw HTML: MkDocs leaves them as they are, Zensical takes them for addresses as
seen from the Markdown file and puts a `../` before them. Where each page is the index of a folder, both come to the same.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Mapping

from referee.presentation.site.addresses import HOME

_LINK = re.compile(r"(?<=\]\()(?P<to>[^)\s#:]+)(?=[)#])")


def in_folders(pages: Mapping[str, str], files: Collection[str]) -> dict[str, str]:
    """The same pages, each an index, and their Markdown links with them.

    Args:
        pages: path -> Markdown
        files: paths of whatever else a page may link to
    """
    known = {*pages, *files}
    return {index(path): _moved(text, path, known) for path, text in pages.items()}


def index(path: str) -> str:
    """Where a page then stands; a file stays."""
    home = posixpath.basename(path) == HOME
    return path if home or not path.endswith(".md") else f"{path.removesuffix('.md')}/{HOME}"


def _moved(text: str, path: str, known: Collection[str]) -> str:
    def link(found: re.Match[str]) -> str:
        to = posixpath.normpath(posixpath.join(posixpath.dirname(path), found["to"]))
        return posixpath.relpath(index(to), posixpath.dirname(index(path)) or ".") if to in known else found[0]

    # Raw HTML, where strangers' strings stand, has addresses that are right already.
    lines = text.split("\n")
    return "\n".join(line if line.lstrip().startswith("<") else _LINK.sub(link, line) for line in lines)
