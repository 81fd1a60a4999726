"""Where the files of a built site point to: pages, pictures, the feed, JSON, style sheets."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit
from xml.etree import ElementTree

ADDRESSES = {
    "href",
    "src",
    "xlink:href",
    "action",
    "formaction",
    "poster",
    "data",
    "srcset",
    "cite",
    "background",
    "data-board",
}
"""attributes whose value is an address"""
LOADED = {"script", "img", "iframe", "source", "video", "audio", "embed", "object", "track", "input", "image", "use", "base"}
"""elements that fetch what they name"""
LINKED = {"alternate", "canonical", "prev", "next", "author", "license"}
"""`rel` of what a `link` names and does not fetch"""
JSON_ADDRESSES = {"page", "json", "csv", "database", "feed", "address"}
"""keys of the league's JSON files whose value is an address from the root of the site"""


@dataclass(frozen=True, kw_only=True)
class Link:
    """An address that stands in a file."""

    address: str
    fetched: bool
    """whether a browser asks for it unasked"""


@dataclass
class Named(HTMLParser):
    """The links and ids of a page or of an SVG."""

    links: list[Link] = field(default_factory=list)
    ids: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        self.ids.update(value for name, value in found.items() if name == "id")
        fetched = tag in LOADED or (tag == "link" and not LINKED & set(found.get("rel", "").split()))
        for name in ADDRESSES & found.keys():
            self.links.append(Link(address=found[name], fetched=fetched))
        if tag == "meta" and found.get("property") == "og:image":
            self.links.append(Link(address=found["content"], fetched=False))
        for address in re.findall(r"url\(([^)]*)\)", found.get("style", "")):
            self.links.append(Link(address=address, fetched=True))


def faults(site: Path, address: str) -> Iterator[str]:
    """What is wrong with the links of a site, a sentence each.

    Args:
        address: where the site will be found, with a slash at its end
    """
    pages = {file: named(file) for file in site.rglob("*.html")}
    for file, page in pages.items():
        path = file.relative_to(site).as_posix()
        yield from (f"{path}: id {one!r} stands there {count} times" for one, count in page.ids.items() if count > 1)
    for file in sorted(site.rglob("*")):
        path = file.relative_to(site).as_posix()
        for link in links(file, pages):
            fault = _fault(site, address, path, link, pages)
            if fault:
                yield f"{path}: {link.address} {fault}"


def named(file: Path) -> Named:
    """What a page or a picture names."""
    parser = Named()
    parser.feed(file.read_text(encoding="utf-8"))
    parser.close()
    return parser


def links(file: Path, pages: dict[Path, Named]) -> Iterable[Link]:
    """The links of one file of any kind."""
    if file in pages:
        return pages[file].links
    if file.suffix == ".svg":
        return named(file).links
    if file.suffix == ".css":
        found = re.findall(r"url\(\s*['\"]?([^'\")]*)|@import\s+['\"]([^'\"]*)", file.read_text(encoding="utf-8"))
        return [Link(address=one or other, fetched=True) for one, other in found]
    if file.suffix == ".xml":
        return list(_of_xml(ElementTree.parse(file).getroot()))
    if file.suffix == ".json" and file.parent.name not in ("search", "schema"):
        return list(_of_json(json.loads(file.read_text(encoding="utf-8"))))
    return []


def _of_xml(root: ElementTree.Element) -> Iterator[Link]:
    for element in root.iter():
        name = element.tag.rpartition("}")[2]
        said = element.get("href") or (element.text if name in ("uri", "loc") else None)
        if said:
            yield Link(address=said, fetched=False)


def _of_json(value: Any) -> Iterator[Link]:
    for key, one in value.items() if isinstance(value, dict) else ():
        if key in JSON_ADDRESSES and isinstance(one, str):
            yield Link(address=f"\0{one}", fetched=False)
    for one in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _of_json(one)


def _fault(site: Path, root: str, path: str, link: Link, pages: dict[Path, Named]) -> str | None:
    """Why a link leads nowhere, or where it should not."""
    said = link.address
    if said.startswith("data:image/svg+xml"):
        return None
    if said.startswith("/") and path != "404.html":
        return "begins at the root of its server"
    whole = urljoin(root, said[1:]) if said.startswith("\0") else urljoin(root + path, said)
    if not whole.startswith(root):
        there = urlsplit(whole)
        if there.scheme not in ("http", "https"):
            return f"is of the kind {there.scheme}:"
        return "is fetched from elsewhere" if link.fetched else None
    file = site / unquote(urlsplit(whole).path).removeprefix(urlsplit(root).path)
    file = file / "index.html" if file.is_dir() else file
    if not file.is_file():
        return "is not there"
    anchor = unquote(urlsplit(whole).fragment)
    if anchor and not anchor.startswith("__") and file in pages and anchor not in pages[file].ids:
        return "names a place that is not on that page"
    return None
