"""The site: what stands on the generated pages, and that strangers' strings stay text on them."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from html import unescape
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from built_site import Page, configured, mkdocs, site, target
from league_folder import COMPETITION, HOSTILE, LINES, OWN, REFUSED, REPOSITORY, Folder, with_rules, with_strings

from referee.ground.classes import TIME_CLASSES
from referee.ground.errors import InputError
from referee.ground.scores import SCORES
from referee.ground.soundness import RULES, UNSOUND
from referee.ground.verdict import Verdict
from referee.models.operators import OPERATORS, Scale
from referee.presentation.site.addresses import link
from referee.presentation.site.rendering import inline

GOLDEN = Path(__file__).with_name("golden")


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """A league with the competition `digits` and no entries."""
    folder = Folder(tmp_path / "league")
    folder.competition()
    return folder


# What stands on the pages


def test_a_board_page_reads_as_the_golden_one(folder: Folder) -> None:
    """Ranks, records, spread, gap, noise, par, what did not qualify, is not judged, is frozen; UPDATE_GOLDEN=1 writes it."""
    folder.competition(par={"score": 130, "kind": "reference", "source": "a long run of pruning"}, version=2)
    folder.result(
        "pruned", (120, 118, 125, 119, 121, 122), day=3, said={"authors": ["ada", "grace"], "techniques": ["pruning", "Adam"]}
    )
    folder.result("close", (124, 126, 123), day=2)
    folder.result("dense", (410, 402, 409), day=1)
    folder.result("broken", (0,), day=4, verdict=Verdict.CRASHED)
    folder.result("older", (90, 91, 92), day=1, pinned={"version": 1, "rules_sha256": "ab" * 32})
    folder.result("changed", (140, 141, 142), day=5, pinned={"tree": "0" * 40})
    page = folder.build()["boards/digits/laptop-ss.md"]
    golden = GOLDEN / "board.md"
    if os.environ.get("UPDATE_GOLDEN"):
        golden.write_text(page, encoding="utf-8")
    assert page == golden.read_text(encoding="utf-8")


def test_a_class_that_nobody_played_says_so_and_has_no_page(folder: Folder) -> None:
    folder.result("pruned")
    pages = folder.build()
    assert "boards/digits/laptop-ss.md" in pages
    assert "boards/digits/laptop-s.md" not in pages
    for path in ("index.md", "competitions/digits.md"):
        assert pages[path].lower().count("nobody has played here yet") == 1


def test_a_class_where_nobody_qualified_says_so_and_has_a_page(folder: Folder) -> None:
    folder.result("broken", (0,), verdict=Verdict.OVER_TIME)
    pages = folder.build()
    assert "nobody has qualified yet" in pages["index.md"]
    assert "Nobody has qualified yet" in pages["boards/digits/laptop-ss.md"]
    assert "golf-verdict--over-time" in pages["boards/digits/laptop-ss.md"]


def test_results_under_older_rules_are_frozen_and_take_no_rank_from_the_new(folder: Folder) -> None:
    folder.result("old-and-low", (10, 10, 10), pinned={"version": 1, "rules_sha256": "ab" * 32})
    folder.competition(version=2)
    folder.result("new", (120, 120, 120))
    page = folder.build()["boards/digits/laptop-ss.md"]
    now, frozen = page.split("## Under earlier rules")
    assert "old-and-low" not in now
    assert "+" not in re.findall(r"<td class=\"golf-number\">[^<]*", now)[1]
    assert "old-and-low" in frozen
    assert "Version 1 <code title=" in frozen


def test_a_class_that_is_gone_stays_on_the_page_of_its_competition(folder: Folder) -> None:
    folder.result("pruned", class_="laptop-a", pinned={"version": 1, "rules_sha256": "ab" * 32})
    folder.competition(version=2)
    pages = folder.build()
    assert "laptop-a, version 1" in pages["competitions/digits.md"]
    assert "boards/digits/laptop-a.md" not in pages


def test_an_older_board_is_worded_by_the_score_that_ranked_then(folder: Folder) -> None:
    """The competition ranks by l2 now; the old results keep their counts."""
    folder.result("pruned", (118, 120, 125), pinned={"version": 1, "rules_sha256": "ab" * 32})
    folder.competition(version=2, score="l2")
    frozen = folder.build()["boards/digits/laptop-ss.md"].split("## Under earlier rules")[1]
    assert "<span>118 – 125</span>" in frozen


def test_a_board_on_its_competitions_page_is_cut_off_with_a_pointer_to_the_rest(folder: Folder) -> None:
    for number in range(13):
        folder.result(f"entry-{number:02}", [100 + 9 * number] * 3, day=number + 1)
    pages = folder.build()
    assert "The entry-09<" in pages["competitions/digits.md"]
    assert "The entry-10<" not in pages["competitions/digits.md"]
    assert "[The whole board](../boards/digits/laptop-ss.md) with 3 more" in pages["competitions/digits.md"]
    assert "The entry-12<" in pages["boards/digits/laptop-ss.md"]


def test_newest_records_are_those_that_led_when_they_were_recorded(folder: Folder) -> None:
    folder.result("first", (200, 200, 200), day=1)
    folder.result("worse", (300, 300, 300), day=2)
    folder.result("equal", (200, 200, 200), day=3)
    folder.result("best", (100, 100, 100), day=4)
    newest = folder.build()["index.md"].split("## Newest records")[1].split("## Enter in")[0]
    assert re.findall(r"The ([a-z]+)<", newest) == ["best", "first"]


@pytest.mark.parametrize(("score", "above"), [(90, 0), (110, 1), (100, 0), (300, 2)])
def test_par_stands_between_those_above_and_those_below_it(folder: Folder, score: int, above: int) -> None:
    """An entry that only equals par stands below its line."""
    folder.competition(par={"score": score, "kind": "proof", "source": "a proof"})
    folder.result("first", (100, 100, 100))
    folder.result("second", (200, 200, 200))
    page = folder.build()["boards/digits/laptop-ss.md"]
    assert page.split('class="golf-par"')[0].count('scope="row"') == above


def test_a_fixed_draw_is_said_on_the_board(folder: Folder) -> None:
    folder.competition(data={"draw": "fixed"})
    folder.result("pruned")
    assert "The draw is fixed" in folder.build()["boards/digits/laptop-ss.md"]


def test_a_readme_keeps_its_code_and_lowers_its_headings(folder: Folder) -> None:
    folder.competition(readme="# Digits\n\nText.\n\n## Data\n\n```sh\n# a comment\n## another\n```\n")
    page = folder.build()["competitions/digits.md"]
    assert "Text.\n\n### Data\n\n```sh\n# a comment\n## another\n```" in page
    assert "# Digits\n\nText." not in page


def test_the_reference_prints_every_row_of_the_referees_tables(folder: Folder) -> None:
    page = folder.build()["scores.md"]
    for name in (*SCORES, *Verdict, *TIME_CLASSES, "cross_entropy", *RULES):
        assert f">{name}<" in page


def test_every_score_has_a_card_with_all_that_its_row_says(folder: Folder) -> None:
    cards = folder.build()["scores.md"].split("\n### ")[1:]
    assert [card.split("\n")[0] for card in cards] == list(SCORES)
    for card, score in zip(cards, SCORES.values(), strict=True):
        shown = unescape(re.sub(r"<[^>]*>", "", card))
        assert score.sentence[1:] in shown
        assert score.formula.replace("_", "") in shown
        assert score.source in shown
        assert score.same in shown
        for rule in RULES:
            found = UNSOUND.get((score.name, rule))
            assert f"<code>{rule}</code></dt><dd>" in card
            assert found is None or f"{found.exploit}; {found.effect}" in shown


def test_every_operator_stands_on_one_side(folder: Folder) -> None:
    homogeneous, free = folder.build()["operators.md"].split("## Under free alone")
    for name, operator in OPERATORS.items():
        assert (f"<code>{name}</code>" in free) == (operator.scale is Scale.NONE), name
        assert (f"<code>{name}</code>" in homogeneous) == (operator.scale is not Scale.NONE), name
    assert "<code>Gelu</code> <small>from 20</small>" in free
    assert "opset 17 to 23" in homogeneous


# A score of the host's own, models that lack a score, doubts


def own_game(folder: Folder) -> Folder:
    """The competition `meetings`, where two have played."""
    folder.competition("meetings", **OWN)
    (folder.root / "competitions/meetings/score.py").write_text("def score(model):\n    return 1\n")
    folder.result("pruned", (125831, 125829, 125871), game="meetings", ranked_by="meetings")
    folder.result("dense", (131072, 131072.5, 131074), game="meetings", ranked_by="meetings", lacking=["path_norm"], day=2)
    return folder


def test_an_own_score_stands_on_every_page_that_names_it(folder: Folder) -> None:
    pages = own_game(folder).build()
    assert "rows that meet, lower is better; <a" in pages["index.md"]
    assert '<td class="golf-number golf-record">125831</td>' in pages["index.md"]
    for path in ("boards/meetings/laptop-ss.md", "competitions/meetings.md"):
        assert '<th scope="col" class="golf-number" data-sort="score">meetings</th>' in pages[path]
        assert '<td class="golf-number">125831<small><span>125829 – 125871</span> ' in pages[path]
        assert '<td class="golf-number">131072.5<small>' in pages[path]
        assert '<td class="golf-number">+5241.5</td>' in pages[path]
        assert '<b class="golf-number">125840</b> by a reference' in pages[path]
    assert "<li><b>meetings</b>: rows that meet, median of the rounds" in pages["boards/meetings/laptop-ss.md"]
    rules = pages["competitions/meetings.md"].split("## Rules")[1]
    assert "#{i &lt; j}" in rules
    assert "the host's own score, <code>meetings</code>, computed by <code>score.py</code>" in rules


def test_an_own_score_of_earlier_rules_keeps_its_numbers(folder: Folder) -> None:
    own_game(folder).competition("meetings", version=2)
    folder.result("new", (7, 8, 9), game="meetings")
    pages = folder.build()
    frozen = pages["boards/meetings/laptop-ss.md"].split("## Under earlier rules")[1]
    assert '<td class="golf-number">131072<small>' in frozen


def test_a_card_of_a_score_of_the_table_says_where_it_comes_from(folder: Folder) -> None:
    rules = folder.build()["competitions/digits.md"].split("## Rules")[1]
    assert '<a href="../../scores/#nonzero"><code>nonzero</code></a>: LeCun, Denker and Solla 1990' in rules
    assert 'golf-verdict--sound">sound</span> under <code>fixed</code></td>' in rules
    assert "100 million multiply-adds for one example" in rules


def test_a_result_that_lacks_scores_of_the_table_takes_its_place(folder: Folder) -> None:
    """An older result, or a graph that has no path norm."""
    folder.result("older", lacking=[name for name in SCORES if name != "l1"])
    folder.result("whole", (119, 119, 119))
    page = folder.build()["boards/digits/laptop-ss.md"]
    assert "The older" in page and "The whole" in page


def test_a_failed_result_without_the_score_that_ranks_is_listed(folder: Folder) -> None:
    folder.competition("meetings", **OWN)
    (folder.root / "competitions/meetings/score.py").write_text("")
    folder.result("fits-not", verdict=Verdict.DID_NOT_FIT, game="meetings", ranked_by="meetings")
    page = folder.build()["boards/meetings/laptop-ss.md"]
    assert "The fits-not" in page.split("## Did not qualify")[1]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (
            REFUSED,
            [
                "The referee&#39;s table refuses l2 under free:</b> a constant gain",
                "The host reads every graph before it plays.",
            ],
        ),
        (OWN, ["The host&#39;s own score:</b>", "No scale and no edge moves it; the graph is the host&#39;s."]),
        (REFUSED | {"architecture": COMPETITION["architecture"]}, ["The host holds l2 sound here:</b> The host reads"]),
    ],
)
def test_a_doubt_stands_above_the_board_and_in_the_rules(
    folder: Folder, changes: dict[str, object], said: Sequence[str]
) -> None:
    folder.competition("doubtful", **changes)
    (folder.root / "competitions/doubtful/score.py").write_text("")
    ranked_by = str(changes.get("score", "nonzero"))
    folder.result("pruned", game="doubtful", ranked_by=ranked_by)
    pages = folder.build()
    above = pages["boards/doubtful/laptop-ss.md"].split("<table")[0]
    competition, rules = pages["competitions/doubtful.md"].split("## Rules")
    for text in said:
        assert str(text) in above.split("golf-notice")[1]
        assert str(text) in competition.split("## Boards")[0]
        assert str(text) in rules


def test_a_sound_score_has_no_notice(folder: Folder) -> None:
    folder.result("pruned")
    assert not [path for path, page in folder.build().items() if "golf-notice" in page]


def test_the_rules_name_every_verdict_and_time_class() -> None:
    rules = (REPOSITORY / "site/pages/rules.md").read_text(encoding="utf-8")
    for name in (*Verdict, *(time.upper() for time in TIME_CLASSES)):
        assert f"\n| {name} |" in rules


@pytest.mark.parametrize(
    ("page", "to", "address"),
    [
        ("index.md", "boards/digits/laptop-ss.md", "boards/digits/laptop-ss/"),
        ("boards/digits/laptop-ss.md", "competitions/digits.md", "../../../competitions/digits/"),
        ("boards/digits/laptop-ss.md", "index.md", "../../../"),
        ("boards/digits/laptop-ss.md", "boards/digits/laptop-s.md", "../laptop-s/"),
        ("competitions/digits.md", "assets/logo.svg", "../../assets/logo.svg"),
        ("index.md", "index.md", "./"),
    ],
)
def test_links_of_raw_html_are_relative(page: str, to: str, address: str) -> None:
    assert link(page, to) == address


def test_a_hosts_title_is_read_as_it_stands() -> None:
    assert inline("<b>&amp; *two* [x](y) `z`_") == (r"&lt;b&gt;&amp;amp; \*two\* \[x\]\(y\) \`z\`\_")


# Strangers' strings


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Folder:
    """A league whose every stranger tries to break out."""
    return with_strings(Folder(tmp_path_factory.mktemp("hostile") / "league"), HOSTILE, LINES)


def test_strangers_strings_change_text_and_nothing_else(hostile: Folder, tmp_path: Path) -> None:
    """Every page has the same elements and attributes, whether strangers wrote prose or tried to break out."""
    harmless = site(with_strings(Folder(tmp_path / "harmless"), ["harmless"] * len(HOSTILE), ["harmless"] * len(LINES)))
    pages = site(hostile)
    assert sorted(harmless) == sorted(pages)
    for path, page in pages.items():
        assert page.elements == harmless[path].elements, path
        assert not list(page.dangers()), path


def test_strangers_strings_can_be_read(hostile: Folder) -> None:
    """They are shown as they stand; what would not be visible is spelled out."""
    shown = site(hostile)["boards/digits/laptop-ss/index.html"].text
    for text in ("<script>alert(1)</script>", "{{ 7*7 }}", "&lt;script&gt;alert(1)&lt;/script&gt;", '--8<-- "/etc/passwd"'):
        assert text in shown
    assert "\\u202egnp.exe" in shown
    assert "first\\x0a# heading\\x0a\\x0a```" in shown


def test_hosts_strings_change_text_and_nothing_else(tmp_path: Path) -> None:
    """A host is trusted to write rules, not to know which of them end up in HTML."""
    harmless = site(with_rules(Folder(tmp_path / "harmless"), ["harmless"] * len((*HOSTILE, *LINES))))
    pages = site(with_rules(Folder(tmp_path / "hostile"), (*HOSTILE, *LINES)))
    assert sorted(harmless) == sorted(pages)
    for path, page in pages.items():
        assert without_digests(page) == without_digests(harmless[path]), path
        assert not list(page.dangers()), path
    shown = pages["boards/game-000/laptop-ss/index.html"].text
    assert "The host holds meetings sound here: Why it is sound: <script>alert(1)</script>" in shown
    assert "meetings: <script>alert(1)</script>, median of the rounds" in shown


def test_the_comparison_of_pages_can_fail() -> None:
    parsed = Page("<td><img src=x onerror=alert(1)><a href='JavaScript:1'>x</a><script src=https://evil.example/x.js></script>")
    assert parsed.elements != Page("<td>harmless</td>").elements
    assert len(list(parsed.dangers())) == 2
    assert list(parsed.loaded()) == ["x", "https://evil.example/x.js"]


@pytest.mark.parametrize("handle", ["<script>", 'a" onfocus="x', "javascript:alert(1)", "../../evil", "a\nb"])
def test_a_handle_that_is_none_never_reaches_a_page(folder: Folder, handle: str) -> None:
    folder.result("pruned", said={"authors": [handle]})
    with pytest.raises(InputError, match=r"authors\[0\]"):
        folder.build()


def test_generated_raw_html_has_no_blank_lines(hostile: Folder) -> None:
    """In CommonMark a blank line would end the block, and Markdown would have its say again."""
    for path, page in hostile.build().items():
        for block in re.split(r"\n[ \t]*\n", page):
            opened = re.findall(r"<(/?)(div|table|tbody|figure|svg|details|ol|ul|pre)\b", block)
            for tag in {tag for _, tag in opened}:
                assert opened.count(("", tag)) == opened.count(("/", tag)), (path, tag, block[:200])


def test_no_line_of_raw_html_begins_with_a_strangers_string(hostile: Folder) -> None:
    """Markdown looks for fenced code before it looks for HTML."""
    poured = {path: page for path, page in hostile.build().items() if path.startswith(("entries/", "players/"))}
    assert len(poured) > 40
    for path, page in poured.items():
        body = page.split("\n---\n", 1)[1].strip("\n")
        assert all(line.startswith("<") for line in body.split("\n")), path


# The real thing

TITLE = 'Parity </title><script>alert(1)</script> <b>& "all"</b>, *fewest* bits {{ 1 }}'


def test_the_site_of_this_repository_builds_without_a_warning(tmp_path: Path) -> None:
    done = mkdocs(REPOSITORY, tmp_path / "out")
    assert done.returncode == 0, done.stderr
    assert "WARNING" not in done.stderr


def test_a_page_loads_nothing_from_elsewhere_and_links_to_what_is_there(tmp_path: Path) -> None:
    """mkdocs --strict does not look at links in raw HTML."""
    folder = with_strings(Folder(tmp_path / "league"), ["one", "two"], ["reason"])
    pages = site(folder)
    out = folder.root / "out"
    for path, page in pages.items():
        for url in page.loaded():
            assert not urlsplit(url).netloc, (path, url)
            assert target(out, path, url).is_file(), (path, url)
        for url in page.links():
            if not urlsplit(url).scheme:
                assert target(out, path, url).exists(), (path, url)
                assert not url.startswith("#") or unquote(url[1:]) in ("", *page.ids), (path, url)
    for css in out.rglob("*.css"):
        assert not re.search(r"@import|url\([\"']?(?:https?:)?//", css.read_text(encoding="utf-8")), css


def test_competitions_are_listed_in_the_navigation_by_their_titles(folder: Folder) -> None:
    folder.competition("parity", title=TITLE)
    page = site(folder)["competitions/parity/index.html"]
    assert page.text.count(TITLE) >= 2
    assert page.title == f"{TITLE} - ML Golf"


def test_a_faulty_league_stops_the_build_with_its_faults(folder: Folder) -> None:
    folder.competition(score="nonzeros")
    done = mkdocs(configured(folder), folder.root / "out")
    assert done.returncode == 1
    assert 'competitions/digits/competition.yaml: score: unknown score "nonzeros"; did you mean "nonzero"?' in done.stderr
    assert "Traceback" not in done.stderr


def without_digests(page: Page) -> str:
    """The elements of a page, whatever its rules' digest is."""
    return re.sub(r"\b[0-9a-f]{64}\b", "", repr(page.elements))
