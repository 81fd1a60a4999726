"""A result in words."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from league_folder import HOSTILE, Folder

from referee.ground.verdict import Verdict
from referee.presentation.site.boards import standing
from referee.presentation.site.lines import Line, line
from referee.presentation.words import plain


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """A league with the competition `digits` and no entries."""
    folder = Folder(tmp_path / "league")
    folder.competition()
    return folder


def lines(folder: Folder) -> dict[str, Line]:
    return {line.entry: line for line in standing(folder.league, "digits").boards[0].lines}


def test_a_line_says_what_the_result_holds(folder):
    folder.result("best", (100, 90, 110), day=2, said={"authors": ["ada", "grace"], "techniques": ["pruning", "Adam"]})
    folder.result("next", (120, 118, 125), day=3)
    line = lines(folder)["next"]
    assert (line.rank, line.score, line.gap, line.excess) == (2, "120", "+20", 20)
    assert line.spread == ("118 – 125", "in 3 rounds")
    assert (line.fit, line.heldout, line.time, line.energy) == ("9.87e-04", "94.44 %", "7 min 12 s", "≤ 19.4 kJ")
    assert (line.attempt, line.verdict, line.date) == (2, Verdict.QUALIFIED, "2026-11-03")
    assert line.recorded_at == "2026-11-03T12:00:00Z"
    best = lines(folder)["best"]
    assert (best.authors, best.techniques, best.gap, best.excess) == (("ada", "grace"), ("pruning", "Adam"), "", 0)


def test_one_round_has_no_spread(folder):
    folder.result("single", (7,))
    assert lines(folder)["single"].spread == ()


def test_equal_rounds_are_one_number(folder):
    folder.result("steady", (7, 7, 7))
    assert lines(folder)["steady"].spread == ("7", "in 3 rounds")


@pytest.mark.parametrize(("measured", "said"), [((812.0, 800.0, 4500.0), "4.5 kJ"), ((812.0, None, 4500.0), "≤ 19.4 kJ")])
def test_energy_is_the_largest_of_the_rounds_if_each_was_measured(folder, measured, said):
    folder.result("metered")
    (row,) = folder.league.board(folder.league.game("digits"), "laptop-ss")
    trained = [replace(one.trained, joules=joules) for one, joules in zip(row.result.rounds, measured, strict=True)]
    rounds = tuple(replace(one, trained=two) for one, two in zip(row.result.rounds, trained, strict=True))
    metered = replace(row, result=replace(row.result, rounds=rounds))
    about = folder.league.entry("digits/metered").submission
    assert line(metered, str, about, beat=None, page=None).energy == said


def test_what_did_not_qualify_has_a_reason_and_no_numbers(folder):
    folder.result("broken", (0,), verdict=Verdict.CRASHED)
    line = lines(folder)["broken"]
    assert (line.rank, line.excess, line.beat, line.led) == (None, None, None, False)
    assert (line.score, line.gap, line.fit, line.heldout) == ("-", "", "-", "-")
    assert line.reason == "train.py ended with exit status 1"


def test_only_whoever_stood_alone_at_the_head_has_led(folder):
    for day, (name, score) in enumerate([("first", 200), ("worse", 300), ("equal", 200), ("best", 100)], start=1):
        folder.result(name, [score] * 3, day=day)
    found = lines(folder)
    assert {name for name, line in found.items() if line.led} == {"first", "best"}
    assert (found["first"].beat, found["best"].beat) == (float("inf"), 200)


@pytest.mark.parametrize("payload", HOSTILE)
def test_strangers_strings_come_out_on_one_harmless_line(folder, payload):
    folder.result("x", said={"title": payload[:80], "techniques": [payload[:40]]}, recorded_at=f"2026-11-01{payload}\n")
    line = lines(folder)["x"]
    assert line.title == plain(payload[:80]) and line.techniques == (plain(payload[:40]),)
    assert line.recorded_at.isprintable() and len(line.date) == 10


def test_a_long_reason_is_cut(folder):
    folder.result("wordy", (0,), verdict=Verdict.CRASHED, reason="why? " * 1000)
    assert len(lines(folder)["wordy"].reason) == 400
