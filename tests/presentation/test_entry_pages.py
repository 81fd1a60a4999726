"""The page of an entry: who has one, what it says, whom it beat, what its model looks like, that code on it is text."""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Sequence
from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest
from built_site import Page
from league_folder import HOSTILE, LINES, REFUSED, REPOSITORY, Folder
from sample_graphs import one_node

from referee.files.decode import encode
from referee.ground.errors import InputError
from referee.ground.verdict import Verdict
from referee.models import onnx_file
from referee.presentation.site import pages as building
from referee.presentation.site.addresses import Published
from referee.presentation.site.boards import FIRST, LATEST, standing
from referee.presentation.site.entries import LARGEST_SOURCE, LONGEST_CHANGE, EntryPage, change, entry_pages
from referee.presentation.site.rendering import front_matter, renderer

TEMPLATES = REPOSITORY / "site/templates"
MODEL = onnx_file.write(one_node())
EARLIER = {"version": 1, "rules_sha256": "ab" * 32}
PUBLISHED = Published(address="https://golf.example/league/", repository="golf/league")
COMMIT = "0123456789abcdef0123456789abcdef01234567"
SOURCE = {"repository": "ada/league", "pull_request": 17, "commit": COMMIT, "base": "f" * 40, "run": 5}


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """A league with the competition `digits` and no entries."""
    folder = Folder(tmp_path / "league")
    folder.competition()
    return folder


def pages(folder: Folder) -> dict[str, EntryPage]:
    return {page.entry.name: page for page in entry_pages(standing(folder.league, "digits"))}


def text(folder: Folder, entry: str, published: Published | None = None) -> str:
    """The page as it is generated."""
    published = published or Published()
    return building._entry(pages(folder)[entry], published, renderer(folder.league, TEMPLATES, published))


def write(folder: Folder, entry: str, name: str, content: str | bytes) -> None:
    file = folder.root / "submissions/digits" / entry / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content.encode("utf-8", "surrogateescape") if isinstance(content, str) else content)


# Who has one


def test_the_best_have_a_page_and_so_have_the_latest_and_whoever_led(folder):
    """The first result led; then come better ones and many worse."""
    folder.result("led", [900] * 3, day=1)
    for number in range(FIRST + LATEST + 5):
        at = f"2026-11-02T12:{number:02}:00Z"
        folder.result(f"e{number:02}", [800 - number if number < FIRST else 1000 + number] * 3, recorded_at=at)
    paged = set(pages(folder))
    assert "led" in paged
    assert {f"e{number:02}" for number in range(FIRST)} <= paged
    assert {f"e{number:02}" for number in range(FIRST + 5, FIRST + LATEST + 5)} <= paged
    assert not {f"e{number:02}" for number in range(FIRST, FIRST + 5)} & paged


def test_only_boards_that_give_an_entry_its_page_have_pictures_there(folder):
    """First in one class, and one of many in the other."""
    for number in range(FIRST + LATEST):
        folder.result(f"e{number:02}", [200 + number] * 3, class_="laptop-s", recorded_at=f"2026-11-02T12:{number:02}:00Z")
    folder.result("both", [100] * 3, recorded_at="2026-11-01T00:00:00Z")
    folder.result("both", [300 + FIRST] * 3, class_="laptop-s", recorded_at="2026-11-01T00:00:00Z")
    led = text(folder, "both")
    folder.result("before", [150] * 3, class_="laptop-s", recorded_at="2026-10-01T00:00:00Z")
    buried = text(folder, "both")
    assert [shown.count("<h3>The model") for shown in (led, buried)] == [2, 1]
    told = f"drawn for the first {FIRST} of a board, those that led it and the latest {LATEST}"
    assert [told in shown for shown in (led, buried)] == [False, True]
    assert buried.index("<h3>The model") < buried.index(told), "the class in which it is first comes first"


def test_what_did_not_qualify_has_a_page_while_it_is_new(folder):
    for number in range(LATEST + 1):
        folder.result(f"e{number:02}", (0,), verdict=Verdict.CRASHED, day=number + 1)
    assert set(pages(folder)) == {f"e{number:02}" for number in range(1, LATEST + 1)}


@pytest.mark.parametrize("name", ["Odd", "a b", "<b>", "a..b", "a_b", "-a", "é"])
def test_a_folder_whose_name_is_no_address_has_no_page(folder, name):
    """It stands on its board all the same."""
    folder.result(name)
    assert pages(folder) == {}
    assert f"The {name}" in unescape(folder.build()["boards/digits/laptop-ss.md"])


def test_an_entry_called_index_has_a_page_of_its_own(folder):
    folder.result("index", (100, 100, 100))
    folder.result("other")
    built = folder.build()
    assert "entries/digits/index_.md" in built and "entries/digits/index.md" not in built
    assert 'href="../../../entries/digits/index_/"' in built["boards/digits/laptop-ss.md"]


def test_a_result_of_another_entry_is_a_fault_of_its_file(folder):
    """A folder that was renamed or copied with its results."""
    folder.result("good")
    (folder.root / "submissions/digits/good").rename(folder.root / "submissions/digits/renamed")
    with pytest.raises(InputError, match=r"submissions/digits/renamed/results/laptop-ss\.yaml"):
        folder.build()


def test_an_entry_that_was_never_judged_has_no_page(folder):
    folder.result("judged")
    write(folder, "new", "submission.yaml", "title: New\nauthors: [ada]\nclasses: [laptop-ss]\n")
    assert set(pages(folder)) == {"judged"}
    assert '<bdi class="golf-title">New</bdi>' in folder.build()["boards/digits/laptop-ss.md"]


def test_the_best_ranks_come_first(folder):
    """The search takes so many."""
    for name, score in (("worst", 300), ("best", 100), ("middle", 200)):
        folder.result(name, [score] * 3)
    assert list(pages(folder)) == ["best", "middle", "worst"]


# What it says


def test_a_page_has_the_facts_of_its_result(folder):
    folder.result("pruned", day=3, said={"authors": ["ada", "grace"], "techniques": ["pruning", "Adam"]})
    page = Page(text(folder, "pruned"))
    for said in (
        "The pruned", "digits/pruned by ada, grace", "pruning", "Adam", "nonzero", "120", "rank 1 of 1",
        "118 – 125 in 3 rounds",
        "9.87e-04, worst of the rounds, over 1437 rows", "94.44 %, median of the rounds, over 360 rows", 
        "7 min 12 s", "≤ 19.4 kJ",
        "cpu, 2 cores, 8 GiB", "numpy 2.4.6", "sandbox bubblewrap", "2026-11-03T12:00:00Z, attempt 2, by referee 0.1.0",
        "referee verify digits/pruned", "@misc{mlgolf-digits-pruned,",
    ):  # fmt: skip
        assert said in page.text, said


def test_every_round_stands_with_its_seeds_and_its_score(folder):
    folder.result("pruned", (120, 118, 125))
    rounds = text(folder, "pruned").split("<h3>Rounds</h3>")[1].split("</table>")[0]
    rows = re.findall(r'<tr><th scope="row" class="golf-number">(\d)</th><td class="golf-number">(\d+)</td>', rounds)
    assert rows == [("1", "120"), ("2", "118"), ("3", "125")]


def test_every_score_stands_with_the_one_that_ranks_marked(folder):
    folder.result("pruned")
    scores = text(folder, "pruned").split("All scores")[1].split("</table>")[0]
    assert re.findall(r'<tr class="golf-leader">.*?<code>(\w+)</code>', scores) == ["nonzero"]
    assert "<code>path_norm</code>" in scores


def test_what_did_not_qualify_says_why(folder):
    folder.result("broken", (0,), verdict=Verdict.CRASHED)
    page = text(folder, "broken")
    assert "train.py ended with exit status 1" in page and "golf-verdict--crashed" in page
    assert "golf-badge" not in page and "rank <b>" not in page and "No model was handed in." in page
    assert "crashed in laptop-ss" in page.split("\n---\n")[0]


def test_an_entry_of_two_classes_has_both_on_one_page(folder):
    folder.result("pruned", said={"classes": ["laptop-ss", "laptop-s"]})
    folder.result("pruned", (90, 91, 92), class_="laptop-s", said={"classes": ["laptop-ss", "laptop-s"]})
    page = Page(text(folder, "pruned"))
    assert {"laptop-ss", "laptop-s"} <= page.ids
    ids = re.findall(r' id="([^"]+)"', text(folder, "pruned"))
    assert len(ids) == len(set(ids))


def test_a_class_under_earlier_rules_is_told_as_such(folder):
    folder.result("pruned", pinned=EARLIER, class_="laptop-ss")
    folder.competition(version=2)
    page = text(folder, "pruned")
    assert "under the rules of version 1, which are gone" in page and 'id="laptop-ss.v1-abababab"' in page
    assert "golf-badge" not in page and "aggregated by the rules of then" in page


def test_frozen_and_current_results_stand_on_one_page(folder):
    folder.result("pruned", class_="laptop-s", pinned=EARLIER)
    folder.competition(version=2)
    folder.result("pruned")
    (page,) = pages(folder).values()
    assert [(one.board.class_, one.current) for one in page.appearances] == [("laptop-ss", True), ("laptop-s", False)]


def test_where_the_hyper_parameters_come_from_is_said_where_somebody_said_it(folder):
    folder.result("told", said={"hyperparameters": "From <b>a</b> sweep.", "tuning_compute": "9 GPU hours"})
    folder.result("silent", (200, 200, 200))
    assert "From &lt;b&gt;a&lt;/b&gt; sweep." in text(folder, "told") and "9 GPU hours" in text(folder, "told")
    assert 'id="tuning"' not in text(folder, "silent") and 'id="story"' not in text(folder, "silent")


def test_a_story_is_told_below_its_heading(folder):
    folder.result("told", said={"notes": "# Why\n\n```\na\n\nb\n```\n"})
    assert '<div class="golf-story"><h3>Why</h3>&#10;<pre><code>a&#10;&#10;b&#10;</code></pre></div>' in text(folder, "told")


def test_a_page_describes_itself(folder):
    folder.result("pruned", said={"title": "Half-way", "authors": ["ada", "grace"]})
    assert pages(folder)["pruned"].description == "Half-way, by ada, grace: 120 nonzero, rank 1 of 1 in laptop-ss"


@pytest.mark.parametrize("title", ["a \U0001f3cc b", 'a "b" \\ c', "a: b # c", "{{ x }} & <b>", "é日"])
def test_a_title_in_front_matter_is_read_as_it_was_written(title):
    """As MkDocs reads it: YAML knows no pairs of surrogates."""
    from mkdocs.utils.meta import get_data

    body, said = get_data(f"---\ntitle: {front_matter(title)}\n---\n\nbody")
    assert (body.strip(), unescape(said["title"])) == ("body", title)


# Where its code stands


def test_without_a_repository_nothing_leads_to_one(folder):
    folder.result("pruned", source=SOURCE)
    page = text(folder, "pruned")
    assert "github.com/golf" not in page and f"commit <code>{COMMIT}</code>, pull request #17" in page
    assert "<code>submissions/digits/pruned</code>" in page and "git clone" not in page


def test_the_code_is_that_of_the_judged_commit(folder):
    folder.result("pruned", source=SOURCE)
    page = text(folder, "pruned", PUBLISHED)
    assert (
        f'href="https://github.com/golf/league/tree/{COMMIT}/submissions/digits/pruned">the files as they were judged' in page
    )
    assert 'href="https://github.com/golf/league/pull/17">#17</a>' in page
    assert "git clone https://github.com/golf/league" in page


def test_a_result_by_hand_leads_to_the_files_that_stand_now(folder):
    folder.result("pruned")
    page = text(folder, "pruned", PUBLISHED)
    assert 'href="https://github.com/golf/league/tree/HEAD/submissions/digits/pruned">the files</a>' in page


def test_a_run_without_a_pull_request_names_none(folder):
    folder.result("pruned", source=SOURCE | {"pull_request": None})
    assert "pull request" not in text(folder, "pruned", PUBLISHED)


@pytest.mark.parametrize("commit", ['"><script>alert(1)</script>', "javascript:alert(1)", "../../..", "a\n\nb"])
def test_a_commit_that_is_none_is_text(folder, commit):
    folder.result("pruned", source=SOURCE | {"commit": commit})
    page = Page(text(folder, "pruned", PUBLISHED))
    assert not list(page.dangers()) and "script" not in [tag for tag, _ in page.elements]


# Whom it beat


def rivals(folder: Folder) -> dict[str, str | None]:
    return {name: page.appearances[0].rival and page.appearances[0].rival.entry for name, page in pages(folder).items()}


def test_a_record_beat_the_record_until_then_and_others_the_next_below(folder):
    folder.result("first", (400, 400, 400), day=1)
    folder.result("second", (200, 200, 200), day=2)
    folder.result("third", (100, 100, 100), day=3)
    folder.result("late", (150, 150, 150), day=4)
    assert rivals(folder) == {"third": "second", "late": "second", "second": "first", "first": None}
    assert ", the record until then" in text(folder, "third")
    assert "It beat " in text(folder, "late") and ", the record until then" not in text(folder, "late")


def test_whoever_shares_a_rank_was_not_beaten(folder):
    for name, score in (("a", 100), ("b", 100), ("c", 200)):
        folder.result(name, [score] * 3)
    assert rivals(folder) == {"a": "c", "b": "c", "c": None}


def test_what_did_not_qualify_beat_nobody(folder):
    folder.result("good")
    folder.result("broken", (0,), verdict=Verdict.CRASHED)
    assert rivals(folder) == {"good": None, "broken": None}
    assert "It beat" not in text(folder, "broken") + text(folder, "good")


# The difference


def two(folder: Folder) -> None:
    folder.result("old", (200, 200, 200), day=1)
    folder.result("new", (100, 100, 100), day=2)


def test_the_difference_shows_what_was_done_otherwise(folder):
    two(folder)
    write(folder, "old", "train.py", "steps = 1\nsame\n")
    write(folder, "new", "train.py", "steps = 2\nsame\n")
    write(folder, "new", "more/words.txt", "words\n")
    assert change(standing(folder.league, "digits"), "old", "new") == [
        "--- old/more/words.txt", "+++ new/more/words.txt", "@@ -0,0 +1 @@", "+words",
        "--- old/train.py", "+++ new/train.py", "@@ -1,2 +1,2 @@", "-steps = 1", "+steps = 2", " same",
    ]  # fmt: skip
    assert '<span class="golf-added">+steps = 2</span>' in text(folder, "new")


def test_what_entries_say_of_themselves_and_results_are_no_difference(folder):
    two(folder)
    assert change(standing(folder.league, "digits"), "old", "new") == []
    assert "golf-change" not in text(folder, "new")


def test_a_long_difference_is_cut_and_says_so(folder):
    two(folder)
    write(folder, "new", "train.py", "".join(f"{number}\n" for number in range(LONGEST_CHANGE + 100)))
    lines = change(standing(folder.league, "digits"), "old", "new")
    assert len(lines) == LONGEST_CHANGE + 1 and lines[-1] == "… 103 more lines"


def test_what_is_no_text_or_too_large_or_a_link_is_left_out(folder):
    two(folder)
    write(folder, "new", "weights.bin", b"\0\1\2")
    write(folder, "new", "large.txt", "x" * (LARGEST_SOURCE + 1))
    (folder.root / "submissions/digits/new/link").symlink_to("/etc/passwd")
    assert change(standing(folder.league, "digits"), "old", "new") == []


def test_no_code_makes_the_difference_take_long(folder):
    """A cycle of lines against the same cycle backwards takes `difflib` a time that grows with the square of their number."""
    two(folder)
    cycle = [f"{one}{other}" for one in "abcdefghijklm" for other in "abcdefghij"] * 80
    write(folder, "old", "train.py", "\n".join(cycle))
    write(folder, "new", "train.py", "\n".join(reversed(cycle)))
    known, began = standing(folder.league, "digits"), time.process_time()
    change(known, "old", "new")
    assert time.process_time() - began < 3


def test_a_rival_whose_folder_has_an_odd_name_stops_no_page(folder):
    """No check lets it in, but a host can."""
    folder.result("good", (100, 100, 100))
    folder.result("a\u202eb", (200, 200, 200))
    assert "It beat " in text(folder, "good")


@pytest.mark.parametrize("payload", [*sorted({*HOSTILE, *LINES}), "\ud800\udc80", "\x1b[31m", "Z" * 9999])
def test_code_is_text(folder, payload):
    two(folder)
    write(folder, "new", "train.py", payload.encode("utf-8", "surrogatepass"))
    for line in change(standing(folder.league, "digits"), "old", "new"):
        assert line.isprintable() and len(line) <= 300


def told(root: Path, strings: Sequence[str]) -> Page:
    """The page of an entry whose code is `strings`, a line each."""
    folder = Folder(root)
    folder.competition()
    two(folder)
    write(folder, "new", "train.py", "\n".join(strings))
    page = text(folder, "new")
    assert all(line.startswith("<") for line in page.split("\n---\n", 1)[1].strip("\n").split("\n"))
    return Page(page)


def test_hostile_code_changes_text_and_nothing_else(tmp_path):
    strings = [one.splitlines()[0] for one in HOSTILE]
    hostile, harmless = told(tmp_path / "hostile", strings), told(tmp_path / "harmless", ["harmless"] * len(strings))
    assert hostile.elements == harmless.elements
    assert "+<script>alert(1)</script>" in hostile.text


# The model


def handed_in(folder: Folder, model: bytes | None, kept: bool = True) -> Folder:
    """A league without a graph of the host's, with an entry that handed a model in."""
    folder.competition(**REFUSED)
    content = model or b""
    digest = hashlib.sha256(content).hexdigest()
    name = f"round-1-{digest[:8]}.onnx"
    folder.result("pruned", (12,), ranked_by="l2")
    (played,) = standing(folder.league, "digits").boards[0].ranked
    artifact = {"file": name if kept else None, "sha256": digest, "bytes": len(content)}
    plain = encode(played.result.rounds[0])
    plain["trained"]["artifact"] = artifact
    folder.result("pruned", (12,), ranked_by="l2", rounds=[plain])
    if model is not None:
        write(folder, "pruned", f"results/laptop-ss/{name}", content)
    return folder


def test_a_kept_model_is_drawn_and_can_be_had(folder):
    page = text(handed_in(folder, MODEL), "pruned", PUBLISHED)
    drawn = page.split("<h3>The model")[1].split('id="repeat"')[0]
    assert "golf-graph" in drawn and "640 stored" in drawn
    (url,) = re.findall(r'<a href="([^"]+)" download>', page)
    file = re.sub("round-1-[0-9a-f]{8}", "round-1-x", url)
    assert file == "https://github.com/golf/league/raw/HEAD/submissions/digits/pruned/results/laptop-ss/round-1-x.onnx"


def test_a_model_that_is_kept_elsewhere_is_named_by_its_digest(folder):
    page = text(handed_in(folder, None, kept=False), "pruned", PUBLISHED)
    assert "too large to be kept here" in page and "SHA-256 e3b0c442" in page and " download>" not in page


def test_a_model_that_is_missing_stops_no_page(folder):
    assert "too large to be kept here" in text(handed_in(folder, None), "pruned")


@pytest.mark.parametrize("content", [b"", b"no model", b"\x08\x01" * 40, MODEL[:200]])
def test_a_model_that_can_not_be_read_stops_no_page(folder, content):
    drawn = text(handed_in(folder, content), "pruned").split("<h3>The model")[1]
    assert "The model can&#39;t be drawn" in drawn or "The model can't be drawn" in drawn


def test_a_model_under_rules_that_are_gone_is_not_read(folder):
    handed_in(folder, MODEL).competition(**REFUSED, version=2)
    assert "judged under rules that are gone" in text(folder, "pruned")


# What is kept between builds


def test_a_page_that_shows_the_same_has_the_same_key(folder):
    two(folder)
    assert {name: page.key for name, page in pages(folder).items()} == {name: page.key for name, page in pages(folder).items()}


def test_whatever_a_page_shows_is_in_its_key(folder):
    """A kept page would else tell of yesterday."""
    two(folder)
    keys = [pages(folder)["new"].key]
    write(folder, "new", "train.py", "other code")
    keys.append(pages(folder)["new"].key)
    folder.result("new", (99, 99, 99), day=2)
    keys.append(pages(folder)["new"].key)
    folder.result("more", (300, 300, 300), day=3)
    keys.append(pages(folder)["new"].key)
    folder.competition(title="Another title")
    keys.append(pages(folder)["new"].key)
    assert len(set(keys)) == len(keys)


@pytest.mark.parametrize("file", ["submission.yaml", "train.py"])
def test_what_the_rival_is_now_is_in_the_key(folder, file):
    """Its title stands on the page, and its code in the difference, also after its result was recorded."""
    two(folder)
    before = pages(folder)["new"].key
    changed = {"submission.yaml": "title: Renamed\nauthors: [golfer]\nclasses: [laptop-ss]\n", "train.py": "more = 1\n"}
    page = text(folder, "new")
    write(folder, "old", file, changed[file])
    assert text(folder, "new") != page
    assert pages(folder)["new"].key != before


def test_where_the_site_is_published_is_in_what_is_remembered(folder):
    """A build on a laptop knows no repository, and the next one may."""
    folder.result("pruned")
    kept: dict[str, str] = {}

    def remember(key, make):
        return kept[key] if key in kept else kept.setdefault(key, make())

    for published in (Published(), PUBLISHED, replace(PUBLISHED, address="https://other.example/")):
        page = building.build(folder.league, TEMPLATES, published, remember)["entries/digits/pruned.md"]
        assert page == text(folder, "pruned", published)


def test_every_link_to_a_player_leads_to_a_page(folder):
    """Also of those who played under earlier rules alone."""
    folder.result("older", pinned=EARLIER, said={"authors": ["ghost"]})
    folder.competition(version=2)
    folder.result("newer", said={"authors": ["Ada"]})
    built = folder.build()
    linked = {name for page in built.values() for name in re.findall(r'href="[^"]*players/([^"/]+)/"', page)}
    assert linked and {f"players/{name}.md" for name in linked} <= set(built)
