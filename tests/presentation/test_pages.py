"""The site: what stands on the generated pages, and that strangers' strings stay text on them."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from referee.files import strict_yaml
from referee.files.decode import encode
from referee.files.league import League
from referee.files.tree import tree_id
from referee.ground.classes import TIME_CLASSES
from referee.ground.errors import InputError
from referee.ground.fits import Measure
from referee.ground.machine import Machine
from referee.ground.result import JudgedRound, Pins, Result, TrainedRound
from referee.ground.scores import SCORES
from referee.ground.soundness import RULES, UNSOUND
from referee.ground.verdict import Verdict
from referee.models.operators import OPERATORS, Scale
from referee.presentation.site.pages import build, inline, link

REPOSITORY = Path(__file__).resolve().parents[2]
GOLDEN = Path(__file__).with_name("golden")

HOSTILE = (
    "<script>alert(1)</script>",
    "</td></tr></table></div><script>alert(1)</script>",
    "</bdi><img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "<iframe srcdoc='<script>alert(1)</script>'>",
    "<!-- <style>*{display:none}</style>",
    "--><script>alert(1)</script>",
    '" onfocus="alert(1)" autofocus="',
    "' onmouseover='alert(1)",
    "[click](javascript:alert(1))",
    "](javascript:alert(1))",
    "![x](https://evil.example/x.png)",
    "<javascript:alert(1)>",
    "[x]: javascript:alert(1)",
    "{onfocus=alert(1) tabindex=0}",
    "{: onclick=alert(1) }",
    "{{ 7*7 }}",
    "{% include 'mkdocs.yml' %}",
    "${{ github.token }}",
    '--8<-- "/etc/passwd"',
    '--8<-- "mkdocs.yml"',
    "```",
    "~~~ python",
    "```",
    "~~~",
    "    indented code",
    "# heading",
    "[TOC]",
    "!!! danger",
    "*[HTML]: abbreviated",
    "[^1]: a footnote",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&#60;script&#62;alert(1)&#60;/script&#62;",
    "\\<script\\>alert(1)\\</script\\>",
    "\u202egnp.exe",
    "\u2066\u2069\u200f mirrored",
    "\x02wzxhzdk:0\x03",
    "klzzwxh:0000",
    "| a | table |",
    "<details open ontoggle=alert(1)>",
    "<base href=//evil.example>",
    "Z" * 80,
    "Z\u0334\u0335\u0336\u0337\u0338\u0339" * 8,
)
LINES = (
    "first\n# heading\n\n```\n<script>alert(1)</script>\n",
    "a\r\n\r\n***\r\n\r\nb",
    "\n\n--8<-- '/etc/passwd'\n\n",
    "before\n```\ncode\n```\nafter",
)


class Folder:
    """A league in a temporary folder, written the way the referee writes."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._write("competitions/hardware.yaml", {"hardware": {"laptop": LAPTOP}})
        (root / "submissions").mkdir()

    @property
    def league(self) -> League:
        return League(self.root)

    def competition(
        self, name: str = "digits", readme: str = "# Title\n\nAbout it.\n\n## The data\n\nRows.\n", **changes: object
    ) -> None:
        self._write(f"competitions/{name}/competition.yaml", COMPETITION | changes)
        for file, text in {"data.py": "", "reference.onnx": "graph", "README.md": readme}.items():
            (self.root / "competitions" / name / file).write_text(text)

    def result(
        self,
        entry: str,
        scores: Sequence[float] = (120, 118, 125),
        *,
        game: str = "digits",
        class_: str = "laptop-ss",
        day: int = 1,
        verdict: Verdict = Verdict.QUALIFIED,
        said: dict[str, object] | None = None,
        pinned: dict[str, object] | None = None,
        ranked_by: str = "nonzero",
        lacking: Sequence[str] = (),
        **changes: object,
    ) -> None:
        folder = f"submissions/{game}/{entry}"
        self._write(f"{folder}/submission.yaml", SAID | {"title": f"The {entry}"} | (said or {}))
        rules = self.league.game(game)
        pins = Pins(
            **{
                "competition": game,
                "version": rules.rules.version,
                "rules_sha256": rules.rules_sha256,
                "entry": entry,
                "class_": class_,
                "tree": tree_id(self.root / folder),
            }
            | (pinned or {})
        )
        others = [name for name in SCORES if name not in lacking]
        plain = encode(_result(pins, scores, day, verdict, ranked_by, others)) | changes
        self._write(f"{folder}/results/{pins.class_}.yaml", plain)

    def build(self) -> dict[str, str]:
        return build(self.league, REPOSITORY / "site/templates")

    def _write(self, path: str, plain: object) -> None:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(strict_yaml.write(plain))


LAPTOP = {"title": "Laptop, 2 CPU cores", "labels": ["self-hosted"], "max_watts": 45}
COMPETITION: dict[str, object] = {
    "title": "Digits, fewest weights",
    "version": 1,
    "summary": "Read the digits.",
    "fit": {"loss": "cross_entropy"},
    "score": "nonzero",
    "architecture": {"rule": "fixed", "reference": "reference.onnx"},
    "classes": ["laptop-ss", "laptop-s"],
    "rounds": 3,
}
SAID: dict[str, object] = {"title": "An entry", "authors": ["golfer"], "classes": ["laptop-ss"], "techniques": ["pruning"]}
MACHINE = Machine(cpu="cpu", cores=2, memory_gib=8, gpus=(), os="Linux", python="3.11", libraries={"numpy": "2.4.6"})
FIT = Measure(loss=9.87e-4, accuracy=1.0, rows=1437)


def _result(pins: Pins, scores: Sequence[float], day: int, verdict: Verdict, ranked_by: str, others: Sequence[str]) -> Result:
    qualified = verdict is Verdict.QUALIFIED
    judged = [dict.fromkeys(others, 2 * float(score)) | {ranked_by: float(score)} for score in scores]
    rounds = tuple(_round(number, verdict, one if qualified else None) for number, one in enumerate(judged, start=1))
    score = sorted(map(float, scores))[len(scores) // 2]
    return Result(
        pins=pins,
        referee="0.1.0",
        recorded_at=f"2026-11-{day:02}T12:00:00Z",
        attempt=2,
        verdict=verdict,
        reason=None if qualified else "train.py ended with exit status 1",
        ranked_by=ranked_by,
        score=score if qualified else None,
        seconds=431.5,
        fit=FIT if qualified else None,
        heldout=Measure(loss=0.31, accuracy=0.9444, rows=360) if qualified else None,
        scores=dict.fromkeys(others, 2 * score) | {ranked_by: score} if qualified else None,
        sandbox="bubblewrap",
        machine=MACHINE,
        rounds=rounds,
    )


def _round(number: int, verdict: Verdict, scores: dict[str, float] | None) -> JudgedRound:
    trained = TrainedRound(
        number=number, draw_seed=number, train_seed=2, draw_sha256="0" * 64, seconds=431.5, joules_at_most=19417.5
    )
    return JudgedRound(trained=trained, verdict=verdict, scores=scores)


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
    for number in range(23):
        folder.result(f"entry-{number:02}", [100 + 9 * number] * 3, day=number + 1)
    pages = folder.build()
    assert "entry-19" in pages["competitions/digits.md"]
    assert "entry-20" not in pages["competitions/digits.md"]
    assert "[The whole board](../boards/digits/laptop-ss.md) with 3 more" in pages["competitions/digits.md"]
    assert "entry-22" in pages["boards/digits/laptop-ss.md"]


def test_newest_records_are_those_that_led_when_they_were_recorded(folder: Folder) -> None:
    folder.result("first", (200, 200, 200), day=1)
    folder.result("worse", (300, 300, 300), day=2)
    folder.result("equal", (200, 200, 200), day=3)
    folder.result("best", (100, 100, 100), day=4)
    newest = folder.build()["index.md"].split("## Newest records")[1].split("## How to enter")[0]
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
    for name in (*SCORES, *Verdict, *TIME_CLASSES, "cross_entropy", *RULES, "laptop"):
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

OWN: dict[str, object] = {
    "score": "meetings",
    "own_score": {"sentence": "rows that meet", "formula": "#{i < j}", "whole": True},
    "sound_because": "No scale and no edge moves it; the graph is the host's.",
    "par": {"score": 125840, "kind": "reference", "source": "a long run"},
}
REFUSED: dict[str, object] = {
    "score": "l2",
    "architecture": {"rule": "free"},
    "sound_because": "The host reads every graph before it plays.",
}


def own_game(folder: Folder) -> Folder:
    """The competition `meetings`, where two have played."""
    folder.competition("meetings", **OWN)
    (folder.root / "competitions/meetings/score.py").write_text("def score(model):\n    return 1\n")
    folder.result("pruned", (125831, 125829, 125871), game="meetings", ranked_by="meetings")
    folder.result("dense", (131072, 131072.5, 131074), game="meetings", ranked_by="meetings", lacking=["path_norm"], day=2)
    return folder


def test_an_own_score_stands_on_every_page_that_names_it(folder: Folder) -> None:
    pages = own_game(folder).build()
    assert "rows that meet, lower is better</small>" in pages["index.md"]
    assert '<td class="golf-number golf-record">125831</td>' in pages["index.md"]
    for path in ("boards/meetings/laptop-ss.md", "competitions/meetings.md"):
        assert '<th scope="col" class="golf-number">meetings</th>' in pages[path]
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
        blocks = re.findall(r"^<div class=\"golf-scroll\".*?^</div>$", page, flags=re.DOTALL | re.MULTILINE)
        assert len(blocks) == page.count("golf-scroll"), path
        assert not any("\n\n" in block for block in blocks), path


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


def with_rules(folder: Folder, strings: Sequence[str]) -> Folder:
    """A league whose hosts wrote `strings` wherever rules take text; each competition has a board."""
    for number, text in enumerate(strings):
        own = {"sentence": text, "formula": text}
        par = {"score": 1, "kind": "proof", "source": text}
        name = f"game-{number:03}"
        folder.competition(
            name, **OWN | {"own_score": own, "par": par, "sound_because": f"Why it is sound: {text}", "summary": text}
        )
        (folder.root / "competitions" / name / "score.py").write_text("")
        folder.result("pruned", game=name, ranked_by="meetings")
    return folder


def with_strings(folder: Folder, strings: Sequence[str], lines: Sequence[str]) -> Folder:
    """A league whose strangers wrote `strings` in every field that takes them, `lines` where several lines may stand."""
    folder.competition(classes=["laptop-ss", "laptop-s"], version=2)
    for number, text in enumerate([*strings, *lines]):
        one_line = text if text in strings else text.replace("\n", "\r")
        said = {
            "title": one_line[:80],
            "techniques": [one_line[:40], "pruning"],
            "hyperparameters": text,
            "tuning_compute": text,
            "notes": text,
        }
        for kind, change in enumerate(
            ({}, {"verdict": Verdict.RULE_BROKEN}, {"pinned": {"rules_sha256": "ab" * 32, "version": 1}})
        ):
            # Later ones are better, so that some of them stand among the newest records.
            more: dict[str, object] = {"reason": text, "sandbox": text, "referee": text}
            more["recorded_at"] = f"2026-11-01T12:{59 - number:02}:00Z"
            folder.result(f"e{number:03}-{kind}", [number + 100] * 3, said=said, **change, **more)
    for number, name in enumerate(strings):
        if "/" not in name and "\x00" not in name and len(name) < 60:
            folder.result(f"{number:03} {name}", [number + 500] * 3)
        else:
            folder.result(f"{number:03} harmless", [number + 500] * 3)
    return folder


class Page(HTMLParser):
    """What a browser would find in a page."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, tuple[tuple[str, str | None], ...]]] = []
        self.text = ""
        self.title = unescape("".join(re.findall(r"<title>(.*?)</title>", html)[:1]))
        self._open: str | None = None
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, tuple(attrs)))
        self._open = tag

    def handle_endtag(self, tag: str) -> None:
        self._open = None

    def handle_data(self, data: str) -> None:
        if self._open not in ("script", "style"):
            self.text += data

    @property
    def ids(self) -> set[str]:
        """What a link may point to."""
        return {value for _, attributes in self.elements for name, value in attributes if name in ("id", "name") and value}

    def dangers(self) -> Iterator[str]:
        """Whatever would run."""
        for tag, attributes in self.elements:
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
            value for tag, attributes in self.elements if tag == "a" for name, value in attributes if name == "href" and value
        )


def without_digests(page: Page) -> str:
    """The elements of a page, whatever its rules' digest is."""
    return re.sub(r"\b[0-9a-f]{64}\b", "", repr(page.elements))


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
        "hooks": [f"{REPOSITORY}/referee/adapters/mkdocs_hook.py"],
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
