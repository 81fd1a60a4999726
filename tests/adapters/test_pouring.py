"""Poured pages are what MkDocs would have built, byte for byte."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from built_site import configured
from league_folder import HOSTILE, Folder

from referee.adapters.site.pouring import BODY, CARD, DESCRIPTION, TITLE, Poured, Pouring
from referee.ground.verdict import Verdict

ADDRESS = "https://golf.example/league/"
ALL_BY_MKDOCS = """
import sys
from referee.presentation.site import addresses
addresses.is_poured = lambda path: False
from mkdocs.__main__ import cli
cli(sys.argv[1:])
"""


def page(title: str, body: str = "<p>body</p>", description: str = "about it", card: str = "cards/a.png") -> str:
    """As the templates write one."""
    said = {"title": title, "description": description, "card": card}
    front = "\n".join(f"{name}: {json.dumps(value)}" for name, value in said.items())
    return f"---\n{front}\nhide: [navigation, toc]\nsearch: {{exclude: true}}\n---\n\n{body}\n"


def themed(text: str, path: str, address: str = ADDRESS) -> str:
    """What a small theme makes of a mould."""
    front, body = text.split("\n---\n")
    said = dict(re.findall(r"^(\w+): (\S+)$", front, re.MULTILINE))
    canonical = f'<link rel="canonical" href="{address}{path.removesuffix(".md")}/">' if address else ""
    head = f'<title>{said["title"]}</title><meta name="description" content="{said["description"]}">{canonical}'
    return f'<html><head>{head}<meta content="{said["card"]}"></head><body>{body}</body></html>'


def poured(tmp_path: Path, pages: dict[str, str], address: str = ADDRESS) -> dict[str, str]:
    """Path -> page, through the small theme."""
    pouring = Pouring()
    pouring.begin(pages)
    found = {}
    for path, mould in pouring.moulds.items():
        found[path] = pouring.taken(path, themed(mould, path, address))
    pouring.pour(tmp_path)
    for path in pages.keys() - found.keys():
        found[path] = (tmp_path / path.removesuffix(".md") / "index.html").read_text(encoding="utf-8")
    return found


# With a small theme


def test_each_page_gets_its_own_parts(tmp_path):
    pages = {f"entries/digits/{name}.md": page(name, f"<p>{name}!</p>", f"about {name}", f"cards/{name}.png") for name in "abc"}
    for path, built in poured(tmp_path, pages).items():
        name = path[-4]
        said = (f"<title>{name}</title>", f'content="about {name}"', f"{ADDRESS}entries/digits/{name}/", f"cards/{name}.png")
        for part in (*said, f"<p>{name}!</p>"):
            assert part in built
        assert "golf-mould" not in built


def test_one_page_of_each_kind_and_depth_is_a_mould():
    pouring = Pouring()
    pouring.begin({path: page("x") for path in ("entries/a/x.md", "entries/b/y.md", "players/x.md", "players/y.md")})
    assert list(pouring.moulds) == ["entries/a/x.md", "players/x.md"]


def test_a_mould_has_marks_and_the_rest_of_the_front_matter():
    mould = Poured.of(page("Title", "<p>body</p>")).mould
    assert all(mark in mould for mark in (TITLE, DESCRIPTION, CARD, BODY))
    assert "hide: [navigation, toc]" in mould and "search: {exclude: true}" in mould
    assert "Title" not in mould and "<p>body</p>" not in mould


def test_other_pages_are_left_alone():
    pouring = Pouring()
    pouring.begin({"players/x.md": page("x")})
    assert pouring.taken("index.md", "<html>") == "<html>"


@pytest.mark.parametrize("output", ["", "<body>nothing</body>", f"<h1>{BODY}</h1><h1>{BODY}</h1>", f'<h1 id="x">{BODY}</h1>'])
def test_a_theme_that_does_not_show_the_body_once_is_an_error(output):
    """None, two, or another heading than the mould's."""
    pouring = Pouring()
    pouring.begin({"players/x.md": page("x")})
    with pytest.raises(ValueError, match=r"does not show the body of players/x\.md once"):
        pouring.taken("players/x.md", output)


def test_a_second_build_forgets_the_first(tmp_path):
    pouring = Pouring()
    pouring.begin({"players/x.md": page("x")})
    pouring.taken("players/x.md", themed(pouring.moulds["players/x.md"], "players/x.md"))
    pouring.begin({})
    pouring.pour(tmp_path)
    assert (pouring.pages, pouring.moulds, list(tmp_path.iterdir())) == ({}, {}, [])


def test_the_address_of_the_mould_stays_in_no_other_page(tmp_path):
    pages = {f"players/{name}.md": page(name) for name in ("ada", "bob")}
    built = poured(tmp_path, pages)
    assert "ada" not in built["players/bob.md"] and f"{ADDRESS}players/bob/" in built["players/bob.md"]


def test_a_site_without_an_address_has_no_canonical_links(tmp_path):
    for built in poured(tmp_path, {f"players/{name}.md": page(name) for name in ("ada", "bob")}, "").values():
        assert "canonical" not in built


@pytest.mark.parametrize("text", [*HOSTILE, "\\1 \\g<0>", "{0} %s $1", BODY])
def test_what_a_page_says_is_taken_as_it_stands(tmp_path, text):
    """No part of it is a pattern, a format, or a mark."""
    path, body = "players/bob.md", f"<p>{text}</p>".replace("\n", " ")
    built = poured(tmp_path, {"players/ada.md": page("ada"), path: page("bob", body, description="x")})
    assert built[path].split("<body>")[1] == f"\n{body}\n</body></html>"


@pytest.mark.parametrize("mark", [TITLE, DESCRIPTION, CARD])
def test_a_strangers_mark_is_text(tmp_path, mark):
    """In the title of an entry, which its description tells."""
    built = poured(tmp_path, {"players/ada.md": page("ada"), "players/bob.md": page(mark, description=f"about {mark}")})
    assert f"<title>{mark}</title>" in built["players/bob.md"]
    assert f'content="about {mark}"' in built["players/bob.md"]


def test_a_description_that_names_the_moulds_page_stays_as_it_is(tmp_path):
    said = "better than entries/digits/a"
    built = poured(tmp_path, {"entries/digits/a.md": page("a"), "entries/digits/b.md": page("b", description=said)})
    assert said in built["entries/digits/b.md"]


def test_a_page_is_its_parts_again():
    text = page("a: b", "<p>one</p>\n<p>two</p>", 'said "so"')
    parts = Poured.of(text)
    assert (parts.title, parts.description, parts.card) == ("a: b", 'said "so"', "cards/a.png")
    assert parts.head == "hide: [navigation, toc]\nsearch: {exclude: true}"
    assert parts.body == "<p>one</p>\n<p>two</p>"


# With MkDocs and the theme of this site


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A small league's site, poured, and built by MkDocs page by page."""
    folder = Folder(tmp_path_factory.mktemp("poured") / "league")
    folder.competition(title='Digits & "fewest" <weights>')
    folder.competition("parity")
    for number, text in enumerate(HOSTILE[:6]):
        said = {"title": text[:80], "authors": [f"player-{number}", "Ada"], "notes": text, "techniques": [text[:40]]}
        folder.result(f"e{number}", [100 + number] * 3, said=said, day=number + 1)
    folder.result("index", (500, 500, 500), said={"title": "日本 \\1 a: b #c"})
    folder.result("broken", (0,), verdict=Verdict.CRASHED, game="parity", said={"authors": ["index"]})
    where = configured(folder)
    for program, out in ((["-m", "mkdocs"], "poured"), (["-c", ALL_BY_MKDOCS], "whole")):
        command = [sys.executable, *program, "build", "--strict", "--site-dir", str(folder.root / out)]
        told = os.environ | {"NO_MKDOCS_2_WARNING": "1", "SITE_URL": ADDRESS, "GITHUB_REPOSITORY": "golf/league"}
        done = subprocess.run(command, cwd=where, capture_output=True, text=True, env=told)
        assert done.returncode == 0, done.stderr
    return folder.root / "poured", folder.root / "whole"


def html(site: Path) -> dict[str, str]:
    return {file.relative_to(site).as_posix(): file.read_text(encoding="utf-8") for file in sorted(site.rglob("*.html"))}


def test_pouring_adds_and_loses_no_page(built):
    both = [sorted(html(site)) for site in built]
    assert both[0] == both[1]
    assert "entries/digits/index_/index.html" in both[0] and "players/index_/index.html" in both[0]


def test_a_poured_page_is_what_mkdocs_builds(built):
    pages, whole = map(html, built)
    for path, text in pages.items():
        assert text == whole[path], path


def test_poured_pages_are_canonical_at_their_own_address(built):
    for path, text in html(built[0]).items():
        if path.startswith(("entries/", "players/")):
            assert re.findall(r'<link rel="canonical" href="([^"]+)"', text) == [ADDRESS + path.removesuffix("index.html")]


def test_no_mark_is_left_anywhere(built):
    for file in built[0].rglob("*"):
        if file.is_file() and file.suffix in (".html", ".json", ".xml", ".js"):
            assert b"golf-mould" not in file.read_bytes(), file


def test_entries_and_players_are_found_by_the_search(built):
    index = json.loads((built[0] / "search/search_index.json").read_text(encoding="utf-8"))
    found = {one["location"]: one for one in index["docs"]}
    assert {"entries/digits/e0/", "entries/digits/index_/", "entries/parity/broken/", "players/ada/"} <= set(found)
    assert "&lt;script&gt;alert(1)&lt;/script&gt;, by player-0, Ada" in found["entries/digits/e0/"]["text"]
    assert not [one for one in index["docs"] if "<script" in one["title"] + one["text"]]
