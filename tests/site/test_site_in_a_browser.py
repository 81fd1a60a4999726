"""The built site in a browser: colours, narrow screens, the keyboard, no JavaScript, permalinks, copying, the search."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from board_use import CLIPBOARD, in_order
from built_site import Page
from playwright.sync_api import Browser, expect
from playwright.sync_api import Page as Opened
from sample_site import KINDS, PATH, Built

pytest_plugins = ["site_fixtures"]

DESK, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
ENTRY, PLAYER, BOARD = KINDS["entry"], KINDS["player"], KINDS["board"]
LIGHT, DARK = "rgb(253, 252, 249)", "rgb(18, 26, 22)"


def ground(page: Opened) -> str:
    """The colour that the page stands on."""
    return str(page.evaluate("getComputedStyle(document.body).backgroundColor"))


def tabbed(page: Opened, most: int = 200) -> Iterator[str]:
    """Press Tab again and again; what has the focus each time, as its tag and classes."""
    for _ in range(most):
        page.keyboard.press("Tab")
        yield str(page.evaluate("`${document.activeElement.tagName} ${document.activeElement.className}`"))


def tab_to(page: Opened, selector: str) -> None:
    """Go on with the keyboard until something has the focus, which can be seen there."""
    for _ in tabbed(page):
        if page.evaluate("(wanted) => document.activeElement.matches(wanted)", selector):
            assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none", selector
            return
    raise AssertionError(f"no {selector} was reached")


# Every kind of page


@pytest.mark.parametrize("kind", KINDS)
def test_a_page_fits_narrow_screens_and_nothing_fails_on_it(chromium: Browser, sample_site: Built, kind: str) -> None:
    """No script fails, nothing is asked for elsewhere, no policy is broken, and nothing stands to the right of a phone."""
    with sample_site.open(chromium, KINDS[kind], viewport=PHONE) as visit:
        visit.page.wait_for_load_state("networkidle")
        for width in (390, 320):
            visit.page.set_viewport_size({"width": width, "height": 844})
            visit.page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
            assert visit.page.evaluate("document.documentElement.scrollWidth") <= width
        assert visit.page.evaluate("document.querySelectorAll('h1').length") == 1
        assert visit.page.evaluate("document.querySelector('article').innerText.length") > 20


def test_no_page_has_a_script_in_an_attribute(sample_site: Built) -> None:
    """Handlers of events and addresses that run."""
    for page in sample_site.pages:
        assert list(Page(page.read_text(encoding="utf-8")).dangers()) == [], page


# Colours


@pytest.mark.parametrize(("scheme", "name", "colour"), [("light", "default", LIGHT), ("dark", "slate", DARK)])
def test_a_page_has_the_colours_that_the_system_asks_for(
    chromium: Browser, sample_site: Built, scheme: str, name: str, colour: str
) -> None:
    with sample_site.open(chromium, BOARD, color_scheme=scheme) as visit:
        expect(visit.page.locator("body")).to_have_attribute("data-md-color-scheme", name)
        assert ground(visit.page) == colour
        lines = "getComputedStyle(document.querySelector('.golf-chart .golf-line')).stroke"
        first = visit.page.evaluate(lines)
        visit.page.emulate_media(color_scheme="dark" if scheme == "light" else "light")
        expect(visit.page.locator("body")).not_to_have_attribute("data-md-color-scheme", name)
        assert visit.page.evaluate(lines) != first


def test_the_switch_of_colours_is_remembered(chromium: Browser, sample_site: Built) -> None:
    """The system's, then light, then dark; the next page is dark as well, though the system asks for light."""
    with sample_site.open(chromium, "/", color_scheme="light") as visit:
        for name in ("Colours of the system", "Light"):
            visit.page.locator(f"label[title='{name}']:visible").click()
        expect(visit.page.locator("body")).to_have_attribute("data-md-color-scheme", "slate")
        visit.page.locator(".golf-newest .golf-title").first.click()
        expect(visit.page.locator("body")).to_have_attribute("data-md-color-scheme", "slate")
        assert ground(visit.page) == DARK


# The keyboard


def test_the_first_key_leads_past_the_navigation(chromium: Browser, sample_site: Built) -> None:
    with sample_site.open(chromium, BOARD) as visit:
        tab_to(visit.page, ".md-skip")
        visit.page.keyboard.press("Enter")
        visit.page.keyboard.press("Tab")
        assert visit.page.evaluate("document.activeElement.closest('article') !== null")


def test_the_keyboard_alone_reaches_tabs_heads_rows_and_pictures_and_uses_them(chromium: Browser, sample_site: Built) -> None:
    with sample_site.open(chromium, BOARD) as visit:
        tab_to(visit.page, ".md-tabs__link")
        tab_to(visit.page, "[name=find]")
        visit.page.keyboard.type("net-0")
        expect(visit.page.locator(".golf-status").first).to_have_text("10 of 70 results")
        tab_to(visit.page, "thead [data-sort=seconds] button")
        visit.page.keyboard.press("Enter")
        expect(visit.page.locator("thead [data-sort=seconds]").first).to_have_attribute("aria-sort", "ascending")
        tab_to(visit.page, ".golf-chart summary")
        visit.page.keyboard.press("Enter")
        expect(visit.page.locator(".golf-chart-table").first).to_be_visible()


def test_a_row_opens_by_the_keyboard(chromium: Browser, sample_site: Built) -> None:
    with sample_site.open(chromium, BOARD) as visit:
        tab_to(visit.page, "tbody .golf-title")
        visit.page.keyboard.press("Enter")
        expect(visit.page).to_have_url(re.compile(rf"{PATH}/entries/digits/numpy-prune/$"))
        expect(visit.page.locator(".golf-copied button").first).to_be_visible()
        tab_to(visit.page, ".golf-change summary")
        visit.page.keyboard.press("Enter")
        expect(visit.page.locator(".golf-change pre")).to_be_visible()


# Without JavaScript


@pytest.mark.parametrize("size", [DESK, PHONE])
def test_a_board_reads_without_javascript(chromium: Browser, sample_site: Built, size: dict[str, int]) -> None:
    """Rows, pictures, verdicts, files; and nothing in the page that would need a script to do something."""
    with sample_site.open(chromium, BOARD, viewport=size, java_script_enabled=False) as visit:
        article = visit.page.locator("article")
        assert article.locator(".golf-live").first.locator("tbody .golf-rank").count() == 50
        expect(article.locator("tbody .golf-title").first).to_be_visible()
        assert article.locator("figure.golf-chart svg:visible").count() == 4
        assert article.locator("button, input, select, form").count() == 0
        article.locator(".golf-chart summary").first.click()
        expect(article.locator(".golf-chart-table").first).to_be_visible()
        expect(article.get_by_text("did-not-fit").first).to_be_visible()
        article.locator("tbody .golf-title").first.click()
        expect(visit.page.locator("h1")).to_have_text("Half-way brain damage, in numpy")


@pytest.mark.parametrize("kind", ["home", "competition", "entry with a story", "player", "hardware"])
def test_a_page_reads_without_javascript_and_has_no_dead_controls(chromium: Browser, sample_site: Built, kind: str) -> None:
    with sample_site.open(chromium, KINDS[kind], java_script_enabled=False) as visit:
        expect(visit.page.locator("h1")).to_be_visible()
        assert visit.page.locator("article :is(button, input, select, form)").count() == 0
        assert visit.page.locator("article").inner_text().count("\n") > 10


# The board, the files, the search


def test_an_address_shows_the_view_that_it_was_taken_from(chromium: Browser, sample_site: Built) -> None:
    with sample_site.open(chromium, f"{BOARD}?sort=-score&find=net") as visit:
        expect(visit.page.locator(".golf-status").first).to_contain_text("60 of 70 results")
        shown = visit.page.locator(".golf-live").first.locator("tbody .golf-by code").all_inner_texts()
        rows = visit.page.evaluate("fetch('../laptop-ss.json').then((answer) => answer.json())")["rows"]
        nets = [row for row in rows if re.match(r"net-\d\d$", row["entry"])]
        assert len(shown) >= 50
        assert shown == in_order(nets, "score", True)[: len(shown)]


def test_a_board_of_earlier_rules_has_its_own_results(chromium: Browser, sample_site: Built) -> None:
    with sample_site.open(chromium, BOARD) as visit:
        old = visit.page.locator(".golf-live").nth(1)
        old.locator("summary").first.click()
        old.locator("[name=find]").fill("of-old")
        expect(old.get_by_role("status")).to_have_text("2 of 2 results")
        expect(old.locator("tbody")).to_contain_text("crashed")


def test_what_is_to_be_copied_is_copied_whole(chromium: Browser, sample_site: Built) -> None:
    """The commands, the citation; and code of Markdown pages, which has one button each."""
    for kind, many in (("entry", 2), ("enter", 5)):
        with sample_site.open(chromium, KINDS[kind], **CLIPBOARD) as visit:
            boxes = visit.page.locator(".golf-copied")
            assert boxes.count() >= many
            for box in boxes.all()[:3]:
                assert box.locator("button").count() == 1
                box.get_by_role("button", name="Copy").click()
                expect(box.get_by_role("status")).to_have_text("Copied")
                assert visit.page.evaluate("navigator.clipboard.readText()") == box.locator("pre").text_content()


@pytest.mark.parametrize(
    ("typed", "lands", "says"),
    [
        ("winning tickets", ENTRY, "Winning tickets, by pruning and rewinding"),
        ("lottery-ticket", ENTRY, "Winning tickets, by pruning and rewinding"),
        ("Karl-Friedrich", "/players/karl-friedrich/", "Karl-Friedrich"),
        ("half-way brain", "/entries/digits/numpy-prune/", "Half-way brain damage, in numpy"),
    ],
)
def test_the_search_finds_entries_and_players(chromium: Browser, sample_site: Built, typed: str, lands: str, says: str) -> None:
    with sample_site.open(chromium, "/") as visit:
        visit.page.locator(".md-search__input").press_sequentially(typed)
        found = visit.page.locator(f".md-search-result__link[href*='{PATH}{lands}']").first
        expect(found).to_be_attached()
        found.click()
        expect(visit.page).to_have_url(re.compile(rf"{PATH}{lands}"))
        expect(visit.page.locator("h1")).to_have_text(says)


def test_a_page_that_is_not_there_says_so_and_finds_its_own_files(chromium: Browser, sample_site: Built) -> None:
    """GitHub Pages shows 404.html at any depth, so its addresses begin at the root of the server."""
    with sample_site.open(chromium, KINDS["not found"]) as visit:
        expect(visit.page.locator("article")).to_contain_text("Nothing stands at this address.")
        assert ground(visit.page) == LIGHT
        visit.page.locator(".md-tabs__link", has_text="League").click()
        expect(visit.page.locator("h1")).to_have_text(re.compile("Records"))
