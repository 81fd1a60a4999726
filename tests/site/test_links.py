"""Links of the built site: all lead somewhere, and nothing is fetched from elsewhere."""

from __future__ import annotations

from pathlib import Path

import links
import pytest
from sample_site import ADDRESS, Built

pytest_plugins = ["site_fixtures"]


def test_every_link_of_every_file_leads_somewhere_and_nothing_is_fetched_from_elsewhere(sample_site: Built) -> None:
    """Pages, SVG, the feed, the site map, JSON and style sheets; ids are unique; only 404.html begins at its server's root."""
    assert list(links.faults(sample_site.site, ADDRESS)) == []


def test_there_is_much_to_check(sample_site: Built) -> None:
    """A site that lost its boards, charts or files would pass as well."""
    found = {suffix: list(sample_site.site.rglob(f"*{suffix}")) for suffix in (".html", ".svg", ".json", ".xml")}
    assert {suffix: len(files) > 1 for suffix, files in found.items()} == dict.fromkeys(found, True)
    board = links.named(sample_site.site / "boards/digits/laptop-ss/index.html")
    assert sum("entries/" in link.address for link in board.links) > 50
    assert len(board.ids) > 20


@pytest.mark.parametrize(
    ("name", "text", "fault"),
    [
        ("index.html", "<a href=other/>", "other/ is not there"),
        ("index.html", "<a href=#nowhere>", "#nowhere names a place that is not on that page"),
        ("index.html", "<a href=page/#nowhere>", "page/#nowhere names a place that is not on that page"),
        ("index.html", "<svg><a xlink:href='gone.html'>", "gone.html is not there"),
        ("index.html", "<a href=/page/>", "/page/ begins at the root of its server"),
        (
            "index.html",
            "<script src=https://elsewhere.example/x.js>",
            "https://elsewhere.example/x.js is fetched from elsewhere",
        ),
        ("index.html", "<link rel=stylesheet href=//elsewhere.example/x.css>", "//elsewhere.example/x.css begins at the root"),
        ("index.html", "<p style='background: url(//x.example)'>", "//x.example begins at the root of its server"),
        ("index.html", "<a href=javascript:alert(1)>", "javascript:alert(1) is of the kind javascript:"),
        ("index.html", "<p id=a><p id=a>", "id 'a' stands there 2 times"),
        ("index.html", f"<a href={ADDRESS}gone/>", f"{ADDRESS}gone/ is not there"),
        (
            "picture.svg",
            "<svg><image href='https://x.example/y.png'/></svg>",
            "https://x.example/y.png is fetched from elsewhere",
        ),
        ("feed.xml", "<feed><link href='gone/'/></feed>", "gone/ is not there"),
        ("league.json", '{"boards": [{"page": "gone/"}]}', "\0gone/ is not there"),
        ("own.css", "p {background: url('gone.png')}", "gone.png is not there"),
        ("own.css", "@import 'https://x.example/y.css'", "https://x.example/y.css is fetched from elsewhere"),
    ],
)
def test_the_checker_finds(tmp_path: Path, name: str, text: str, fault: str) -> None:
    """Each kind of fault, once."""
    (tmp_path / "page").mkdir()
    (tmp_path / "page/index.html").write_text("<p id=here><a href=../>")
    (tmp_path / "index.html").write_text("<a href=page/#here>")
    assert list(links.faults(tmp_path, ADDRESS)) == []
    (tmp_path / name).write_text(text)
    found = list(links.faults(tmp_path, ADDRESS))
    assert len(found) == 1
    assert found[0].startswith(f"{name}: {fault}")
