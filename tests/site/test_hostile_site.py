"""A site full of strings that try to break out, in a browser: nothing runs, nothing is fetched, and they read as written."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import quote

import pytest
from browser import Visit
from built_site import Page
from hostile_league import HANDLES, MARKED, STRINGS
from playwright.sync_api import Browser, expect
from sample_site import PATH, Built

from referee.presentation.words import plain

pytest_plugins = ["site_fixtures"]
pytestmark = pytest.mark.slow

BOARDS = ("/boards/digits/laptop-ss/", "/boards/digits/laptop-s/")
EVERY = 30
"""the entry pages that are opened in every run; the slow tests open all"""


def pages(site: Path) -> tuple[list[str], list[str]]:
    """Addresses of the pages of entries, and of the others."""
    every = [f"/{file.relative_to(site).as_posix().removesuffix('index.html')}" for file in sorted(site.rglob("*.html"))]
    return [one for one in every if one.startswith("/entries/")], [one for one in every if not one.startswith("/entries/")]


def nothing_happened(visit: Visit) -> None:
    """No script of a stranger ran, none was kept from running, nobody was called, and nothing failed."""
    assert visit.page.evaluate("window.pwned") is None
    assert visit.witnessed() == []
    assert visit.faults == []
    assert visit.page.url.startswith("http://127.0.0.1:")


def walk(chromium: Browser, site: Built, addresses: list[str]) -> None:
    with site.open(chromium, addresses[0]) as visit:
        for address in addresses:
            visit.page.goto(visit.page.url.split(PATH)[0] + PATH + quote(address))
            visit.page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
            expect(visit.page.locator("h1")).to_have_count(1)
            nothing_happened(visit)


def test_nothing_runs_on_any_kind_of_page(chromium: Browser, hostile_site: Built) -> None:
    """Every page but those of entries, and some of theirs."""
    entries, others = pages(hostile_site.site)
    assert len(entries) > 60
    walk(chromium, hostile_site, [*others, *entries[::EVERY]])


def test_nothing_runs_on_the_page_of_any_entry(chromium: Browser, hostile_site: Built) -> None:
    walk(chromium, hostile_site, pages(hostile_site.site)[0])


def test_no_page_has_a_place_where_something_would_run(hostile_site: Built) -> None:
    """Nor is anything on any page fetched from elsewhere."""
    for file in hostile_site.pages:
        page = Page(file.read_text(encoding="utf-8"))
        assert list(page.dangers()) == [], file
        assert [one for one in page.loaded() if "//" in one.removeprefix("https://golf.example/")] == [], file


@pytest.mark.parametrize("board", BOARDS)
def test_nothing_runs_on_a_board_that_is_used(chromium: Browser, hostile_site: Built, board: str) -> None:
    """Sorted by each column, filtered by hostile words and by hostile techniques; rows that are then made say their titles."""
    with hostile_site.open(chromium, board) as visit:
        page = visit.page
        for head in page.locator(".golf-live").first.locator("thead [data-sort]").all():
            head.locator("button").click()
        find, technique = page.locator("[name=find]").first, page.locator("[name=technique]").first
        for text in MARKED:
            find.fill(text[:80])
            titles = page.locator(".golf-live").first.locator("tbody .golf-title")
            expect(titles.filter(has_text=plain(text[:30]).strip()).first).to_be_visible()
        find.fill("")
        for number in range(1, technique.locator("option").count(), 7):
            technique.select_option(index=number)
        nothing_happened(visit)


@pytest.mark.parametrize("name", ["find", "technique", "q", "h"])
def test_nothing_runs_from_an_address(chromium: Browser, hostile_site: Built, name: str) -> None:
    """The theme's own parameters too: `q` opens its search, `h` marks words."""
    with hostile_site.open(chromium, BOARDS[0]) as visit:
        for text in MARKED[:3]:
            visit.page.goto(f"{visit.page.url.split('?')[0]}?{name}={quote(text)}")
            expect(visit.page.locator(".golf-tools").first).to_be_attached()
            nothing_happened(visit)


def test_nothing_runs_in_the_search(chromium: Browser, hostile_site: Built) -> None:
    """Titles that are found stand among its results as text."""
    with hostile_site.open(chromium, "/") as visit:
        typed = visit.page.locator(".md-search__input")
        for word in ("script", "onerror", "pwned", "<img src", "iframe srcdoc", "javascript:"):
            typed.fill("")
            typed.press_sequentially(word)
            expect(visit.page.locator(".md-search-result__meta")).to_contain_text("matching document")
            nothing_happened(visit)
        typed.fill("")
        typed.press_sequentially("script")
        found = visit.page.locator(".md-search-result__list")
        expect(found.locator(".md-search-result__item").first).to_be_visible()
        assert found.locator("img, script, iframe, object, [onerror], [href^=javascript]").count() == 0


def test_strings_read_as_they_were_written(chromium: Browser, hostile_site: Built) -> None:
    """In a row that the server sent, in one that the script made, on the entry's page and in its tab."""
    rows = json.loads((hostile_site.site / "boards/digits/laptop-s.json").read_text(encoding="utf-8"))["rows"]
    titles = {row["entry"]: row["title"] for row in rows}
    assert titles == {f"machine-{number:03}": plain(text[:80]) for number, text in enumerate(STRINGS)}
    with hostile_site.open(chromium, BOARDS[1]) as visit:
        sent = visit.page.locator(".golf-live").first.locator("tbody tr").first
        assert sent.locator(".golf-title").text_content() == titles[sent.locator("code").inner_text()]
        visit.page.locator("thead [data-sort=title] button").first.click()
        expect(visit.page.locator(".golf-status").first).to_contain_text("results")
        for made in visit.page.locator(".golf-live").first.locator("tbody tr").all()[:20]:
            assert made.locator(".golf-title").text_content() == titles[made.locator("code").inner_text()]
    name = f"machine-{len(STRINGS) - 1:03}"
    with hostile_site.open(chromium, f"/entries/digits/{name}/") as visit:
        assert visit.page.locator("h1").inner_text() == titles[name]
        expect(visit.page.locator(".golf-facts").first).to_contain_text(plain(STRINGS[-1])[:40])


@pytest.mark.parametrize("handle", HANDLES)
def test_a_handle_that_means_something_to_scripts_is_a_handle(chromium: Browser, hostile_site: Built, handle: str) -> None:
    """It can be chosen on a board, and has a page."""
    with hostile_site.open(chromium, f"{BOARDS[1]}?author={handle}") as visit:
        expect(visit.page.locator("[name=author]").first).to_have_value(handle)
        row = visit.page.locator("tbody .golf-by a", has_text=handle).first
        row.click()
        expect(visit.page.locator("h1")).to_have_text(handle)


def test_the_witness_sees_a_stranger_who_breaks_out(chromium: Browser, hostile_site: Built, tmp_path: Path) -> None:
    """The checks above would fail if a string stood in a page as HTML."""
    page = tmp_path / "league/index.html"
    page.parent.mkdir()
    for text, sign in ((MARKED[2], "pwned"), (MARKED[0], "script-src-attr")):
        page.write_text(f"<!doctype html><title>x</title><link rel=icon href=data:,><h1>{text}</h1>", encoding="utf-8")
        with (
            pytest.raises(AssertionError),
            Built(folder=tmp_path).open(chromium, "/") as visit,
        ):
            visit.page.wait_for_function("window.pwned || window.witnessed.length")
            assert sign == ("pwned" if visit.page.evaluate("window.pwned") else visit.witnessed()[0].split()[0])
            nothing_happened(visit)
