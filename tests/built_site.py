"""The site of a league in a temporary folder, built by MkDocs as this repository builds its own, as a browser finds it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

from league_folder import REPOSITORY, Folder

from referee.files import strict_yaml


class Page(HTMLParser):
    """What a browser would find in a page."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, tuple[tuple[str, str | None], ...]]] = []
        self.text = ""
        self.title = unescape("".join(re.findall(r"<title>(.*?)</title>", html)[:1]))
        self.story: list[tuple[str, tuple[tuple[str, str | None], ...]]] = []
        """elements of what the contestant tells: Markdown of theirs, which makes some"""
        self._open: str | None = None
        self._told = 0
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._told += bool(self._told) and tag == "div"
        self._told = self._told or int(tag == "div" and dict(attrs).get("class") == "golf-story")
        if self._told and dict(attrs).get("class") != "golf-story":
            self.story.append((tag, tuple(attrs)))
            return
        # What a page says about itself is text that stands in an attribute.
        about = tag == "meta" and dict(attrs).get("name") == "description"
        self.elements.append((tag, tuple((name, "" if about and name == "content" else value) for name, value in attrs)))
        self._open = tag

    def handle_endtag(self, tag: str) -> None:
        self._open = None
        self._told -= bool(self._told) and tag == "div"

    def handle_data(self, data: str) -> None:
        if self._open not in ("script", "style"):
            self.text += data

    @property
    def ids(self) -> set[str]:
        """What a link may point to."""
        return {value for _, attributes in self.elements for name, value in attributes if name in ("id", "name") and value}

    def dangers(self) -> Iterator[str]:
        """Whatever would run."""
        for tag, attributes in self.elements + self.story:
            for name, value in attributes:
                if name.startswith("on") or re.match(r"\s*(javascript|data|vbscript):", value or "", re.IGNORECASE):
                    yield f"{tag} {name}={value}"

    def loaded(self) -> Iterator[str]:
        """What is fetched to show the page."""
        for tag, attributes in self.elements:
            found = dict(attributes)
            if tag in ("script", "img", "iframe", "source", "video", "audio", "embed") and found.get("src"):
                yield str(found["src"])
            if tag == "link" and found.get("rel") not in ("prev", "next", "canonical"):
                yield str(found["href"])

    def links(self) -> Iterator[str]:
        return (
            value
            for tag, attributes in self.elements + self.story
            if tag == "a"
            for name, value in attributes
            if name == "href" and value
        )


def site(folder: Folder) -> dict[str, Page]:
    """Build a league's site with this repository's configuration; path below the site -> page."""
    out = folder.root / "out"
    done = mkdocs(configured(folder), out)
    assert done.returncode == 0, done.stderr
    return {page.relative_to(out).as_posix(): Page(page.read_text(encoding="utf-8")) for page in sorted(out.rglob("*.html"))}


def configured(folder: Folder) -> Path:
    config = {
        "INHERIT": f"{REPOSITORY}/mkdocs.yml",
        "docs_dir": f"{REPOSITORY}/site/pages",
        "hooks": [f"{REPOSITORY}/referee/adapters/site/mkdocs_hook.py"],
        "watch": [],
    }
    (folder.root / "mkdocs.yml").write_bytes(strict_yaml.write(config))
    return folder.root


def mkdocs(where: Path, out: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(out)]
    return subprocess.run(command, cwd=where, capture_output=True, text=True, env=os.environ | {"NO_MKDOCS_2_WARNING": "1"})


def target(out: Path, path: str, url: str) -> Path:
    """The file that a relative address on a page stands for."""
    start = out if url.startswith("/") else (out / path).parent
    file = start / unquote(urlsplit(url).path).lstrip("/") if urlsplit(url).path else out / path
    return file / "index.html" if file.is_dir() else file
