"""The script of the boards in a browser: what it adds to a page."""

from __future__ import annotations

import re
from pathlib import Path

import board_page
import browser
import pytest
from board_page import PAGE, Plain
from board_use import CLIPBOARD, VALUES, Open, entries, in_order, says, sort_by, status
from playwright.sync_api import Browser, expect

pytest_plugins = ["board_fixtures"]

# Without the script, and before it is used


def test_a_page_reads_without_javascript_and_shows_no_dead_controls(open_page: Open, chromium: Browser, small: Path) -> None:
    with (
        browser.served(small) as address,
        browser.visit(chromium, address, PAGE, java_script_enabled=False) as visit,
    ):
        assert len(entries(visit)) == 50
        assert visit.page.locator("button, input, select, details, form").count() == 0
        expect(visit.page.locator(".golf-more")).to_be_visible()


def test_the_results_are_fetched_once_and_not_before_they_are_needed(open_page: Open) -> None:
    with open_page() as visit:
        visit.page.wait_for_load_state("networkidle")
        assert f"/{board_page.DATA}" not in visit.asked
        sort_by(visit, "seconds")
        says(visit, "207 of 207 results")
        sort_by(visit, "score")
        visit.page.locator("[name=find]").fill("adam")
        expect(status(visit)).not_to_contain_text("207 of")
        assert visit.asked.count(f"/{board_page.DATA}") == 1


def test_rows_that_the_script_makes_are_those_that_the_server_sent(open_page: Open) -> None:
    with open_page() as visit:
        body = visit.page.locator("table tbody")
        before = body.evaluate("(body) => [...body.rows].map((row) => row.outerHTML)")
        sort_by(visit, "seconds")
        says(visit, "207 of 207 results")
        visit.page.get_by_role("button", name="Reset").click()
        says(visit, "167 ranked results")
        after = body.evaluate("(body) => [...body.rows].map((row) => row.outerHTML)")
        assert len(before) == 51  # with the line of the par
        assert after[: len(before)] == before


def test_a_board_of_three_offers_no_more_rows(open_page: Open, tmp_path: Path) -> None:
    with open_page(site=board_page.site(tmp_path / "site", board_page.results(3))) as visit:
        sort_by(visit, "rank")
        says(visit, "3 of 3 results")
        assert entries(visit) == ["entry-00003", "entry-00002", "entry-00001"]
        assert visit.page.locator(".golf-rest button").count() == 0


# Sorting


def test_a_head_sorts_by_value_and_again_reverses(open_page: Open, board: Plain) -> None:
    with open_page() as visit:
        for column in VALUES:
            # The page begins sorted by rank, so that the first press reverses it.
            for descending in [True] if column == "rank" else [False, True]:
                sort_by(visit, column)
                head = visit.page.locator(f'thead [data-sort="{column}"]')
                expect(head).to_have_attribute("aria-sort", "descending" if descending else "ascending")
                expect(visit.page.locator("thead [aria-sort]")).to_have_count(1)
                assert entries(visit) == in_order(board["rows"], column, descending)[:50], column


def test_titles_sort_by_the_alphabet_whatever_their_case(open_page: Open, board: Plain) -> None:
    with open_page() as visit:
        sort_by(visit, "title")
        says(visit, "207 of 207 results")
        titles = visit.page.locator("tbody .golf-title").all_inner_texts()
        parts = [re.fullmatch(r"(.*?) net (\d+)", title) for title in titles]
        keys = [(part[1].lower(), int(part[2])) for part in parts if part]
        assert len(keys) == 50
        assert keys == sorted(keys)


def test_focus_stays_on_the_head_that_was_pressed(open_page: Open) -> None:
    with open_page() as visit:
        visit.page.locator('thead [data-sort="seconds"] button').focus()
        visit.page.keyboard.press("Enter")
        says(visit, "207 of 207 results")
        assert visit.page.evaluate("document.activeElement.closest('th').dataset.sort") == "seconds"


# Filtering


def test_all_words_must_stand_in_title_entry_authors_or_techniques(open_page: Open, board: Plain) -> None:
    where = ["\n".join([row["title"], row["entry"], *row["authors"], *row["techniques"]]).lower() for row in board["rows"]]
    with open_page() as visit:
        for text in ("PRUNING", "adam  ada", "tiny net", "entry-0001", "emmy sparse lottery", "nothing has this"):
            matches = [all(word in one for word in text.lower().split()) for one in where]
            visit.page.locator("[name=find]").fill("")
            visit.page.locator("[name=find]").press_sequentially(text)
            says(visit, f"{sum(matches)} of 207 results")
            assert entries(visit) == [row["entry"] for row, one in zip(board["rows"], matches, strict=True) if one][:50]
            assert (visit.page.get_by_text("No result matches.").count() == 1) == (not any(matches))


@pytest.mark.parametrize(("name", "key"), [("technique", "techniques"), ("author", "authors"), ("verdict", "verdict")])
def test_a_select_offers_what_there_is_with_its_count(open_page: Open, board: Plain, name: str, key: str) -> None:
    lists = [row[key] if isinstance(row[key], list) else [row[key]] for row in board["rows"]]
    counts = {value: sum(value in one for one in lists) for value in {value for one in lists for value in one}}
    with open_page() as visit:
        select = visit.page.locator(f"[name={name}]")
        select.hover()
        expect(select.locator("option")).to_have_count(1 + len(counts))
        offered = select.locator("option").all_inner_texts()[1:]
        assert offered == [f"{value} ({counts[value]})" for value in sorted(counts, key=lambda one: (-counts[one], one))]
        value = min(counts)
        select.select_option(value)
        says(visit, f"{counts[value]} of 207 results")
        assert entries(visit) == [row["entry"] for row, one in zip(board["rows"], lists, strict=True) if value in one][:50]


def test_what_did_not_qualify_stands_below_with_its_verdict_and_reason_once_a_filter_is_set(open_page: Open) -> None:
    with open_page("?verdict=over-time") as visit:
        expect(status(visit)).to_contain_text("of 207 results")
        row = visit.page.locator("tbody tr").first
        expect(row.locator(".golf-verdict--over-time")).to_have_attribute("title", "it did not qualify")
        expect(row).to_contain_text("train.py ended with exit status 1")
        assert row.locator(".golf-place").count() == 0


def test_filters_and_sort_go_together_and_reset_takes_them_back(open_page: Open, board: Plain) -> None:
    expected = [row for row in board["rows"] if "pruning" in row["techniques"] and "ada" in row["authors"]]
    with open_page("?technique=pruning&author=ada&sort=-seconds") as visit:
        says(visit, f"{len(expected)} of 207 results")
        assert entries(visit) == in_order(expected, "seconds", True)
        visit.page.get_by_role("button", name="Reset").click()
        says(visit, "167 ranked results")
        assert entries(visit) == [row["entry"] for row in board["rows"][:50]]
        assert visit.page.url.endswith(PAGE)
        for name in ("find", "technique", "author", "verdict"):
            expect(visit.page.locator(f"[name={name}]")).to_have_value("")


def test_a_board_of_earlier_rules_has_folded_controls_of_its_own_and_leaves_the_address_alone(
    open_page: Open, board: Plain, tmp_path: Path
) -> None:
    older = {"laptop-ss.v1-abababab": board_page.results(80, 3) | {"par": None}}
    with open_page("?sort=-score", site=board_page.site(tmp_path / "site", board, older)) as visit:
        now, then = visit.page.locator(".golf-live").all()
        expect(now.get_by_role("status")).to_have_text("207 of 207 results")
        expect(then.get_by_role("status")).to_be_empty()
        expect(then.locator("[name=find]")).to_be_hidden()
        then.locator("summary").click()
        then.locator("[name=find]").fill("entry-00080")
        expect(then.get_by_role("status")).to_have_text("1 of 83 results")
        assert then.locator("tbody code").all_inner_texts() == ["entry-00080"]
        assert now.locator("tbody code").count() == 50
        assert visit.page.url.endswith("?sort=-score")


# Par


@pytest.mark.parametrize(
    ("query", "stands"),
    [("?sort=score", True), ("?sort=-score", False), ("?sort=seconds", False), ("?technique=pruning", False)],
)
def test_the_line_of_the_par_stands_only_where_all_are_in_order_of_the_score(
    open_page: Open, board: Plain, query: str, stands: bool
) -> None:
    above = sum(row["score"] is not None and row["score"] < board["par"]["score"] for row in board["rows"])
    with open_page(query) as visit:
        expect(status(visit)).to_contain_text("of 207 results")
        rows = visit.page.locator("tbody tr").evaluate_all("(rows) => rows.map((row) => row.className)")
        assert ("golf-par" in rows) == stands
        if stands:
            assert rows.index("golf-par") == above


@pytest.mark.parametrize(("score", "above"), [(1, 0), (10**6, 3)])
def test_the_line_of_the_par_may_stand_above_or_below_all(open_page: Open, tmp_path: Path, score: int, above: int) -> None:
    board = board_page.results(3)
    board["par"] |= {"score": score}
    with open_page("?sort=score", site=board_page.site(tmp_path / "site", board)) as visit:
        says(visit, "3 of 3 results")
        rows = visit.page.locator("tbody tr").evaluate_all("(rows) => rows.map((row) => row.className)")
        assert rows.index("golf-par") == above
        assert rows.count("golf-par") == 1


def test_a_board_may_have_no_par(open_page: Open, tmp_path: Path) -> None:
    with open_page("?sort=score", site=board_page.site(tmp_path / "site", board_page.results(3) | {"par": None})) as visit:
        says(visit, "3 of 3 results")
        assert visit.page.locator(".golf-par").count() == 0


# The address


def test_an_address_shows_the_view_that_it_was_taken_from(open_page: Open) -> None:
    with open_page("?theme=kept#top") as visit:
        sort_by(visit, "seconds")
        sort_by(visit, "seconds")
        visit.page.locator("[name=find]").fill("net & 1")
        visit.page.locator("[name=technique]").select_option("lottery ticket")
        expect(status(visit)).to_contain_text("of 207")
        shown, url = entries(visit), visit.page.url
        assert url.endswith("?theme=kept&sort=-seconds&find=net+%26+1&technique=lottery+ticket#top")
    with open_page(url[url.index("?") :]) as visit:
        expect(visit.page.locator("[name=find]")).to_have_value("net & 1")
        expect(visit.page.locator("[name=technique]")).to_have_value("lottery ticket")
        assert entries(visit) == shown


def test_back_and_forward_go_through_clicks_and_not_through_letters(open_page: Open) -> None:
    with open_page() as visit:
        sort_by(visit, "seconds")
        says(visit, "207 of 207 results")
        visit.page.locator("[name=find]").press_sequentially("karl")
        expect(visit.page).to_have_url(re.compile("find=karl$"))
        expect(status(visit)).not_to_contain_text("207 of")
        visit.page.locator("[name=technique]").select_option("Adam")
        visit.page.go_back()
        expect(visit.page.locator("[name=technique]")).to_have_value("")
        expect(visit.page.locator("[name=find]")).to_have_value("karl")
        visit.page.go_back()
        says(visit, "167 ranked results")
        expect(visit.page.locator('thead [data-sort="rank"]')).to_have_attribute("aria-sort", "ascending")
        visit.page.go_forward()
        expect(visit.page.locator('thead [data-sort="seconds"]')).to_have_attribute("aria-sort", "ascending")
        expect(visit.page.locator("[name=find]")).to_have_value("karl")


def test_what_an_address_asks_for_in_vain_is_left_out(open_page: Open, board: Plain) -> None:
    vain = "sort=nothing sort=--rank sort=__proto__ sort=-constructor technique=none verdict=%3Cscript%3E author=%FF%00 find=+"
    with open_page("?sort=rank") as visit:
        for query in (*vain.split(), "sort", "&&==&%"):
            visit.page.goto(re.sub(r"\?.*", f"?{query}", visit.page.url))
            visit.page.evaluate("fetch('../laptop-ss.json').then((answer) => answer.text())")
            expect(visit.page.locator('thead [data-sort="rank"]')).to_have_attribute("aria-sort", "ascending")
            shown = entries(visit)
            assert len(shown) == 50, query
            assert shown == [row["entry"] for row in board["rows"]][: len(shown)], query


def test_the_themes_own_search_is_not_opened_by_an_address(open_page: Open) -> None:
    """Material takes `q` and `h` for its own: a board that used them would open the search over itself."""
    with open_page("?find=adam") as visit:
        names = visit.page.locator(".golf-tools [name]").evaluate_all("(fields) => fields.map((field) => field.name)")
        assert sorted(names) == ["author", "find", "sort", "technique", "verdict"]


# More rows


def test_more_rows_come_when_asked_for_and_never_over_five_hundred_unasked(open_page: Open, tmp_path: Path) -> None:
    board = board_page.results(701)
    board["par"]["score"] = 1  # its line stands among the first rows, and is none of them
    with open_page(site=board_page.site(tmp_path / "site", board)) as visit:
        rest = visit.page.locator(".golf-rest")
        expect(rest).to_have_text("50 of 701 rows Show 200 more")
        for shown, asks in [(250, "Show 200 more"), (450, "Show 50 more"), (500, "Show all 701 rows, which may take a while")]:
            rest.get_by_role("button").click()
            expect(rest).to_have_text(f"{shown} of 701 rows {asks}")
            assert len(entries(visit)) == shown
        rest.get_by_role("button").click()
        says(visit, "701 of 701 rows are shown")
        assert len(entries(visit)) == 701
        assert rest.get_by_role("button").count() == 0
        sort_by(visit, "seconds")
        says(visit, "701 of 701 results")
        assert len(entries(visit)) == 50


def test_focus_goes_to_the_first_row_that_is_new(open_page: Open) -> None:
    with open_page() as visit:
        visit.page.get_by_role("button", name="Show 117 more").press("Enter")
        says(visit, "167 of 167 rows are shown")
        assert visit.page.evaluate("document.activeElement.querySelector('code').textContent") == "entry-00051"


# When something fails


@pytest.mark.parametrize("content", [None, "{", "[]", '{"rows": 1}', "null"])
def test_results_that_cannot_be_had_leave_the_servers_rows_and_are_asked_for_again(
    chromium: Browser, tmp_path: Path, content: str | None
) -> None:
    site = board_page.site(tmp_path / "site", board_page.results(60, 5))
    data = site / board_page.DATA
    good = data.read_text(encoding="utf-8")
    if content is None:
        data.unlink()
    else:
        data.write_text(content)
    with browser.served(site) as address, browser.visit(chromium, address, f"{PAGE}?sort=seconds") as visit:
        says(visit, "The results could not be loaded. The table shows what came with the page.")
        assert len(entries(visit)) == 50
        expect(visit.page.locator('thead [data-sort="rank"]')).to_have_attribute("aria-sort", "ascending")
        data.write_text(good, encoding="utf-8")
        sort_by(visit, "score")
        says(visit, "65 of 65 results")
        assert not [fault for fault in visit.faults if "404" not in fault]


# Keyboards, phones, colours


def test_everything_can_be_reached_and_used_with_the_keyboard(open_page: Open) -> None:
    with open_page(**CLIPBOARD) as visit:
        visit.page.locator("h1").click()
        seen = []
        for _ in range(25):
            visit.page.keyboard.press("Tab")
            named = "document.activeElement.name || document.activeElement.textContent || document.activeElement.className"
            seen.append(visit.page.evaluate(named))
            outline = visit.page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
            assert outline != "none", seen[-1]
            if seen[-1] == "find":
                visit.page.keyboard.type("sparse")
                expect(status(visit)).to_contain_text("of 207")
        controls = ["find", "technique", "author", "verdict", "Reset", "Copy link", "CSV", "JSON", "Markdown", "BibTeX"]
        assert seen[: len(controls)] == controls
        assert seen[len(controls) + 1 : len(controls) + 12] == list(board_page.HEADS.values())


PHONE = {"viewport": {"width": 390, "height": 844}}


def test_on_a_phone_the_controls_are_folded_and_sort_too(open_page: Open, board: Plain) -> None:
    with open_page(**PHONE) as visit:
        expect(visit.page.locator("[name=find]")).to_be_hidden()
        visit.page.get_by_text("Filter, sort, copy").click()
        visit.page.locator("[name=sort]").select_option(label="time, descending")
        says(visit, "207 of 207 results")
        assert entries(visit) == in_order(board["rows"], "seconds", True)[:50]
        assert visit.page.evaluate("document.documentElement.scrollWidth") == 390


def test_on_a_phone_a_permalink_shows_its_filter(open_page: Open) -> None:
    with open_page("?find=sparse", **PHONE) as visit:
        expect(visit.page.locator("[name=find]")).to_be_visible()
        expect(visit.page.locator("[name=find]")).to_have_value("sparse")


def test_on_a_desk_the_controls_stand_open_without_a_fold(open_page: Open) -> None:
    with open_page() as visit:
        expect(visit.page.locator("[name=find]")).to_be_visible()
        expect(visit.page.locator("summary")).to_be_hidden()
        expect(visit.page.locator("[name=sort]")).to_be_hidden()


# Ten thousand


def test_ten_thousand_rows_are_sorted_filtered_and_timed(chromium: Browser, tmp_path: Path) -> None:
    """How long it takes is for the benchmarks; here it only works."""
    site = board_page.site(tmp_path / "site", board_page.results(10_000, 300))
    with browser.served(site) as address, browser.visit(chromium, address, PAGE) as visit:
        assert browser.measure(visit.page) > 0
        assert len(entries(visit)) == 50
        says(visit, "10300 of 10300 results")
