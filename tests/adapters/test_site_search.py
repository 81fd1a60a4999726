"""Poured pages in the index of the search."""

from __future__ import annotations

import json
from html import escape
from pathlib import Path

import pytest
from league_folder import HOSTILE

from referee.adapters.site.pouring import Poured
from referee.adapters.site.search import MOST, add_to_the_search

OWN = {"location": "rules/", "title": "Rules", "text": "<p>rules</p>"}


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A built site with a page of its own in the index."""
    (tmp_path / "search").mkdir()
    index = {"config": {"lang": ["en"], "separator": "[\\s]"}, "docs": [OWN]}
    (tmp_path / "search/search_index.json").write_text(json.dumps(index), encoding="utf-8")
    return tmp_path


def poured(title: str, description: str = "") -> Poured:
    return Poured(title=title, description=description, card="", head="", body="")


def index(site: Path) -> dict:
    return json.loads((site / "search/search_index.json").read_text(encoding="utf-8"))


def test_pages_are_added_behind_those_of_mkdocs(site):
    add_to_the_search(site, {"entries/digits/a.md": poured("a: Digits", "a, by ada"), "players/ada.md": poured("ada")})
    assert index(site)["docs"] == [
        OWN,
        {"location": "entries/digits/a/", "title": "a: Digits", "text": "a, by ada"},
        {"location": "players/ada/", "title": "ada", "text": ""},
    ]


def test_how_the_index_is_searched_stays(site):
    before = index(site)["config"]
    add_to_the_search(site, {"players/ada.md": poured("ada")})
    assert index(site)["config"] == before


@pytest.mark.parametrize("payload", HOSTILE)
def test_what_was_escaped_stays_escaped(site, payload):
    """The theme prints titles and texts as HTML."""
    add_to_the_search(site, {"players/ada.md": poured(escape(payload), escape(payload))})
    added = index(site)["docs"][1]
    assert added["title"] == added["text"] == escape(payload)


def test_a_large_league_is_cut_evenly_by_its_folders(site):
    """The first of each: there the best ranks come first."""
    pages = {f"entries/{game}/e{number:04}.md": poured("x") for game in ("a", "b") for number in range(MOST)}
    add_to_the_search(site, pages)
    found = [one["location"] for one in index(site)["docs"][1:]]
    assert len(found) == MOST
    assert found[: MOST // 2] == [f"entries/a/e{number:04}/" for number in range(MOST // 2)]
    assert found[MOST // 2] == "entries/b/e0000/"


def test_each_of_many_folders_has_its_first_page(site):
    add_to_the_search(site, {f"entries/g{game:04}/{name}.md": poured("x") for game in range(MOST + 5) for name in "ab"})
    assert [one["location"] for one in index(site)["docs"][1:4]] == ["entries/g0000/a/", "entries/g0001/a/", "entries/g0002/a/"]
    assert len(index(site)["docs"]) == MOST + 6


def test_a_site_without_a_search_stays_without(tmp_path):
    add_to_the_search(tmp_path, {"players/ada.md": poured("ada")})
    assert list(tmp_path.iterdir()) == []


def test_a_league_without_pages_adds_none(site):
    add_to_the_search(site, {})
    assert index(site)["docs"] == [OWN]
