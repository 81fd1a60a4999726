"""What the script of the boards copies, and that strangers' strings stay text wherever it puts them."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Sequence
from html import unescape
from pathlib import Path

import board_page
import browser
import pytest
from board_page import PAGE, Plain
from board_use import CLIPBOARD, Open, copied, entries, in_order, says, status
from cmarkgfm import github_flavored_markdown_to_html
from playwright.sync_api import Browser, expect

from referee.presentation.site.downloads.board_data import COLUMNS

pytest_plugins = ["board_fixtures"]

HOSTILE = (
    "<script>alert(1)</script>",
    "</td></tr></table></div><script>alert(1)</script>",
    "</bdi><img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "<iframe srcdoc='<script>alert(1)</script>'>",
    "<!-- <style>*{display:none}</style>",
    '" onfocus="alert(1)" autofocus="',
    "' onmouseover='alert(1)",
    "[click](javascript:alert(1))",
    "![x](https://evil.example/x.png)",
    "javascript:alert(1)",
    "//evil.example/x",
    "https://evil.example/ www.evil.example",
    "{{ 7*7 }} ${alert(1)} `${alert(1)}`",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "<base href=//evil.example>",
    "<details open ontoggle=alert(1)>",
    "| a | table |",
    "=HYPERLINK(\"https://evil.example\")",
    "+cmd|' /C calc'!A0",
    "-2+3",
    "@SUM(1)",
    "\tTab and, comma",
    "two\r\nlines; and \"quotes\"",
    "}, url={https://evil.example}, note={",
    "\\input{/etc/passwd} 100 % & # $ _ ^ ~",
    "__proto__",
    "constructor",
    "\u202egnp.exe",
    "Z" * 80,
)  # fmt: skip


def test_a_csv_has_all_rows_of_the_view_and_no_others(open_page: Open, board: Plain) -> None:
    with open_page("?sort=seconds", **CLIPBOARD) as visit:
        says(visit, "207 of 207 results")
        text = copied(visit, "CSV")
        rows = list(csv.DictReader(io.StringIO(text)))
        assert text.split("\n")[0].split(",") == COLUMNS
        says(visit, "Copied 207 rows")
        assert [row["entry"] for row in rows] == in_order(board["rows"], "seconds", False)
        plain = {row["entry"]: row for row in board["rows"]}
        for row in rows:
            assert float(row["seconds"]) == plain[row["entry"]]["seconds"]
            assert row["score"] == ("" if plain[row["entry"]]["score"] is None else f"{plain[row['entry']]['score']:.0f}")
            assert row["techniques"].split("; ") == (plain[row["entry"]]["techniques"] or [""])


def test_a_json_is_the_boards_own_with_the_rows_of_the_view(open_page: Open, board: Plain) -> None:
    with open_page("?author=ada", **CLIPBOARD) as visit:
        expect(status(visit)).to_contain_text("of 207")
        plain = json.loads(copied(visit, "JSON"))
        assert plain == board | {"rows": [row for row in board["rows"] if "ada" in row["authors"]]}


def test_a_bibtex_has_an_entry_for_each_row(open_page: Open) -> None:
    with open_page("?find=entry-00001", **CLIPBOARD) as visit:
        says(visit, "1 of 207 results")
        text = copied(visit, "BibTeX")
        says(visit, "Copied 1 row")
        assert re.fullmatch(
            r"@misc\{mlgolf-digits-entry-00001,\n"
            r"  title = \{\{[\w ]+\}\},\n"
            r"  author = \{\{[\w-]+\}( and \{[\w-]+\})?\},\n"
            r"  year = \{2026\},\n"
            r"  howpublished = \{ML Golf, digits, laptop-ss\},\n"
            r"  note = \{nonzero \d+\},\n"
            r"  url = \{http://127\.0\.0\.1:\d+/entries/digits/entry-00001/\},\n"
            r"\}\n",
            text,
        )


def test_a_markdown_table_has_the_rows_of_the_view(open_page: Open, board: Plain) -> None:
    with open_page(**CLIPBOARD) as visit:
        page = github_flavored_markdown_to_html(copied(visit, "Markdown"))
        says(visit, "Copied 167 rows")
        assert page.count("<tr>") == 168
        assert "/entries/digits/entry-00001/" in page


def test_a_link_to_the_view_is_copied(open_page: Open) -> None:
    with open_page("?sort=-seconds", **CLIPBOARD) as visit:
        says(visit, "207 of 207 results")
        visit.page.get_by_role("button", name="Copy link").click()
        says(visit, "Copied the link")
        assert visit.page.evaluate("navigator.clipboard.readText()") == visit.page.url


def test_a_box_of_text_has_a_button_that_copies_it(open_page: Open) -> None:
    with open_page(**CLIPBOARD) as visit:
        visit.page.get_by_role("button", name="Copy", exact=True).click()
        expect(visit.page.locator(".golf-copied [role=status]")).to_have_text("Copied")
        copied = visit.page.evaluate("navigator.clipboard.readText()").replace("\r\n", "\n")
        assert copied == unescape(board_page.COMMAND)


def test_where_a_page_may_not_copy_the_text_is_selected_in_a_dialog(open_page: Open, board: Plain) -> None:
    with open_page() as visit:
        visit.page.evaluate("Object.defineProperty(navigator, 'clipboard', {value: undefined})")
        button = visit.page.get_by_role("button", name="Copy as CSV")
        button.click()
        says(visit, "Select and copy 167 rows")
        text = visit.page.evaluate("document.activeElement.value.slice(0, document.activeElement.selectionEnd)")
        assert len(list(csv.reader(io.StringIO(text)))) == 168
        visit.page.keyboard.press("Escape")
        expect(visit.page.get_by_role("dialog")).to_have_count(0)
        expect(button).to_be_focused()


# Strangers' strings


@pytest.fixture(scope="module")
def sites(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Sites whose strangers wrote what breaks out, and words, in every field that takes text."""
    folder = tmp_path_factory.mktemp("strangers")
    written = {"hostile": HOSTILE, "harmless": [f"word{number}" for number in range(len(HOSTILE))]}
    return {name: board_page.site(folder / name, strangers(texts)) for name, texts in written.items()}


def strangers(texts: Sequence[str]) -> Plain:
    """A board on which each text stands wherever one may; half of the rows did not qualify."""
    board = board_page.results(len(texts), len(texts))
    for row, text in zip(board["rows"], [*texts, *texts], strict=True):
        row |= {"title": text, "entry": text, "authors": [text, "ada"], "techniques": [text], "reason": text}
        row["page"] = row["page"] and f"entries/{text}"
        row["shown"] |= dict.fromkeys(("score", "gap", "fit", "heldout", "seconds", "joules", "date"), text)
        row["verdict"] = row["verdict"] if row["rank"] else text
    board["par"] |= {"source": texts[0], "shown": texts[0]}
    return board


def test_strangers_strings_become_text_and_run_nothing(open_page: Open, sites: dict[str, Path]) -> None:
    """The table and the controls have the same elements and attributes' names whether strangers wrote words or attacks."""
    outline = "(live) => [...live.querySelectorAll('*')].map((one) => [one.tagName, ...one.getAttributeNames()].join(' '))"
    outlines = {}
    for name, site in sites.items():
        with open_page("?sort=score", site=site) as visit:
            says(visit, f"{2 * len(HOSTILE)} of {2 * len(HOSTILE)} results")
            visit.page.mouse.move(640, 600)
            for _ in range(20):
                visit.page.keyboard.press("Tab")
            outlines[name] = visit.page.locator(".golf-live").evaluate(outline)
            titles = visit.page.locator("tbody .golf-title").all_text_contents()
            links = visit.page.locator("tbody a").evaluate_all("(links) => links.map((link) => new URL(link.href).origin)")
            origin = visit.page.evaluate("location.origin")
        assert set(links) == {origin}
        assert titles[: len(HOSTILE)] == (list(HOSTILE) if name == "hostile" else titles[: len(HOSTILE)])
    # `sparse` has no row that another lacks: only the choices may differ, where two texts are one.
    assert outlines["hostile"] == outlines["harmless"]


def test_strangers_strings_can_be_chosen_and_found(open_page: Open, sites: dict[str, Path]) -> None:
    with open_page(site=sites["hostile"]) as visit:
        visit.page.locator("[name=find]").focus()
        for text in ("__proto__", "constructor", HOSTILE[0], HOSTILE[2]):
            visit.page.locator("[name=technique]").select_option(text)
            says(visit, f"2 of {2 * len(HOSTILE)} results")
            assert entries(visit) == [text, text]


@pytest.mark.parametrize("kind", ["CSV", "JSON", "Markdown", "BibTeX"])
def test_copies_of_strangers_strings_stay_what_they_are(open_page: Open, sites: dict[str, Path], kind: str) -> None:
    count = 2 * len(HOSTILE)
    with open_page("?sort=score", site=sites["hostile"], **CLIPBOARD) as visit:
        says(visit, f"{count} of {count} results")
        text = copied(visit, kind)
    CHECKS[kind](text, count)


def check_csv(text: str, count: int) -> None:
    rows = list(csv.reader(io.StringIO(text)))
    assert len(rows) == 1 + count
    assert {len(row) for row in rows} == {len(rows[0])}
    assert not [cell for row in rows for cell in row if re.match(r"[=+@\t\r]|-\D|-\d+\D", cell)]
    stopped = [f"'{text}" if text[0] in "=+-@\t" else text for text in HOSTILE]
    assert [row[3].replace("\n", "\r\n") for row in rows[1 : len(HOSTILE) + 1]] == stopped


def check_json(text: str, count: int) -> None:
    rows = json.loads(text)["rows"]
    assert len(rows) == count
    assert [row["title"] for row in rows[: len(HOSTILE)]] == list(HOSTILE)


def check_markdown(text: str, count: int) -> None:
    page = github_flavored_markdown_to_html(text)
    assert page.count("<tr>") == 1 + count
    assert page.count("<td>") + page.count("<th>") == 11 * (1 + count)
    assert set(re.findall(r"<(\w+)", page)) == {"table", "thead", "tbody", "tr", "th", "td", "a"}
    assert all(address.startswith("http://127.0.0.1:") for address in re.findall(r'href="([^"]*)', page))


def check_bibtex(text: str, count: int) -> None:
    cited = text.split("\n\n")
    assert len(cited) == count
    for one in cited:
        depths = [one[:end].count("{") - one[:end].count("}") for end in range(1, len(one.strip()) + 1)]
        assert depths[-1] == 0
        assert all(depth > 0 for depth in depths[one.index("{") : -1])
        assert one.count(" = {") == 6
        assert re.match(r"@misc\{mlgolf-digits-[\w.:-]*,\n", one)
        assert "\\input" not in one


CHECKS = {"CSV": check_csv, "JSON": check_json, "Markdown": check_markdown, "BibTeX": check_bibtex}


def test_the_witness_can_see_a_script_run(chromium: Browser, tmp_path: Path) -> None:
    """The checks above would fail if a string were parsed as HTML."""
    site = board_page.site(tmp_path / "site", board_page.results(3))
    for policy, witnessed in ((None, ["alert 1"]), (browser.STRICT, ["script-src-attr inline"])):
        with browser.served(site, policy) as address, browser.visit(chromium, address, PAGE) as visit:
            visit.page.evaluate("document.body.innerHTML = '<img src=data:, onerror=alert(1)>'")
            visit.page.wait_for_function("window.witnessed.length")
            assert visit.witnessed() == witnessed
    with browser.served(site) as address, browser.visit(chromium, address, PAGE) as visit:
        visit.page.evaluate("fetch('https://evil.example/').catch(() => 0)")
        assert visit.elsewhere == ["https://evil.example/"]
