"""What `referee run --practice` ends with: the board as it would be, and which place that is."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sample_board import result
from test_terminal import printed

from referee.ground.ranking import rank
from referee.ground.result import Result
from referee.ground.verdict import Verdict
from referee.presentation import sentences, terminal

FULL = 2
"""rounds that `line` asks for"""


def shown(league, mine: Result, others: list[Result], recorded: Result | None = None) -> list[str]:
    """The lines of the board with `mine` in it."""
    rows = rank([mine, *others], "l2")
    row = next(row for row in rows if row.result is mine)
    stood = next(row for row in rank([recorded, *others], "l2") if row.result is recorded) if recorded else None
    text = printed(terminal.practice_board(league.game("line"), row, rows, stood), width=120)
    assert text.startswith("\nA line · laptop-ss · l2, lower is better\n")
    return text.splitlines()[3:]


def many(count: int) -> list[Result]:
    """Entries whose scores are 1, 2, 3 …"""
    return [result(f"entry-{number}", [float(number)] * FULL) for number in range(1, count + 1)]


@pytest.mark.parametrize(
    ("number", "told"),
    [(1, "1st"), (2, "2nd"), (3, "3rd"), (4, "4th"), (10, "10th"), (11, "11th"), (12, "12th"), (13, "13th"), (21, "21st"),
     (22, "22nd"), (101, "101st"), (111, "111th"), (113, "113th"), (1003, "1003rd")],
)  # fmt: skip
def test_places_are_told_as_people_say_them(number, told):
    assert sentences.ordinal(number) == told


@pytest.mark.parametrize(
    ("scores", "others", "told"),
    [
        ([13.5, 13.5], [], "you would be the first"),
        ([13.5, 13.5], many(3), "you would be 4th of 4"),
        ([0.5, 0.5], many(3), "you would be 1st of 4"),
        ([2.0, 2.0], many(3), "you would be 2nd of 4, shared with entry-2"),
        ([2.5, 2.5], many(3), "you would be 3rd of 4"),
        ([2.5], many(3), "you would be 3rd of 4, on 1 of 2 rounds"),
        ([1.9, 2.1], many(1), "you would be 2nd of 2"),
        ([0.9, 2.1], many(1), "you would be 2nd of 2, within the noise of an entry one rank above"),
        ([2.5] * 4, many(3), "you would be 3rd of 4"),
        ([13.5], [], "you would be the first, on 1 of 2 rounds"),
        ([2.5, 2.5], [result("crasher", [], Verdict.CRASHED)], "you would be 1st of 1"),
    ],
)
def test_the_place_is_told(league, scores, others, told):
    """Last of all."""
    assert shown(league, result("mine", scores), others)[-1] == told


@pytest.mark.parametrize("verdict", [one for one in Verdict if one not in (Verdict.QUALIFIED, Verdict.REFEREE_ERROR)])
def test_what_does_not_qualify_would_not_be_ranked(league, verdict):
    """And the verdict says why."""
    lines = shown(league, result("mine", [], verdict), many(2))
    assert lines[-1] == f"you would not be ranked: {verdict}"
    assert lines[-2].split()[:4] == ["-", ">", "mine", "(practice)"]


def test_a_failure_of_the_referees_is_not_the_entrys(league):
    """It is told as what it is."""
    assert shown(league, result("mine", [], Verdict.REFEREE_ERROR), [])[-1] == "you would not be ranked: the referee failed"


def test_the_practice_is_marked_in_its_place(league):
    """And nothing else is."""
    lines = shown(league, result("mine", [1.5, 1.5]), many(2))
    assert [line.split()[:4] for line in lines[:3]] == [
        ["1", "entry-1", "1", "95.00"],
        ["2", ">", "mine", "(practice)"],
        ["3", "entry-2", "2", "1"],
    ]


def test_a_record_of_the_same_entry_gives_way_and_is_named(league):
    """It stands on no second row."""
    lines = shown(league, result("mine", [2.5, 2.5]), many(2), recorded=result("mine", [1.5, 1.5]))
    assert sum("mine" in line for line in lines) == 2
    assert lines[-2] == "recorded of mine: l2 1.5, 2nd; the practice stands in its place here, nothing was changed"
    crashed = replace(result("mine", [], Verdict.CRASHED), reason="exit status 1")
    assert shown(league, result("mine", [2.5, 2.5]), many(2), recorded=crashed)[-2].startswith("recorded of mine: crashed;")


@pytest.mark.parametrize(
    ("score", "places"),
    [
        (0.5, "1 2 3 4 5 6 7 8 9 10 …21"),
        (7.5, "1 2 3 4 5 6 7 8 9 10 …21"),
        (8.5, "1 2 3 4 5 …1 7 8 9 10 11 …20"),
        (15.5, "1 2 3 4 5 …8 14 15 16 17 18 …13"),
        (28.5, "1 2 3 4 5 …21 27 28 29 30 31"),
        (40, "1 2 3 4 5 …23 29 30 31"),
    ],
)
def test_of_a_long_board_the_first_and_the_neighbours_are_shown(league, score, places):
    """Ten rows at most, and how many are left out where."""
    lines = shown(league, result("mine", [score] * FULL), many(30))
    rows = [line.split() for line in lines if "more" in line or "entry-" in line or "(practice)" in line]
    told = [f"…{row[1]}" if row[0] == "…" else row[0] for row in rows]
    assert told == places.split()
    assert sum(not place.startswith("…") for place in told) <= terminal.MOST
    assert sum("(practice)" in line for line in lines) == 1


def test_nothing_that_a_stranger_wrote_is_obeyed(league):
    """Names of folders are strangers' strings."""
    hostile = result("\x1b[31m[bold]\u202e", [2.0, 2.0])
    text = "\n".join(shown(league, result("mine", [2.0, 2.0]), [hostile]))
    assert "\x1b" not in text and "\u202e" not in text
    assert text.endswith("shared with \\x1b[31m[bold]\\u202e")
