"""The board: who stands where."""

from __future__ import annotations

import math
import random
from dataclasses import MISSING, fields, is_dataclass
from typing import Any, get_type_hints

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from referee.ground.ranking import rank, would_lead
from referee.ground.result import JudgedRound, Pins, Result, TrainedRound
from referee.ground.verdict import Verdict

quick = settings(deadline=None, max_examples=100, derandomize=True)
Q = Verdict.QUALIFIED
SAMPLES = {"str": "x", "int": 1, "float": 1.0, "bool": False}


def sample(kind: type, **given: object) -> Any:
    """A value whose other required fields hold anything of their types."""
    hints = get_type_hints(kind)
    for field in fields(kind):
        if field.name not in given and field.default is MISSING and field.default_factory is MISSING:
            hint = hints[field.name]
            given[field.name] = sample(hint) if is_dataclass(hint) else SAMPLES.get(hint.__name__, ())
    return kind(**given)


def result(
    score: float | None, entry: str = "one", at: str = "2026-01-01T00:00:00Z", verdict: Verdict = Q, rounds=None
) -> Result:
    scores = [score] if rounds is None and score is not None else rounds or []
    judged = tuple(
        sample(JudgedRound, verdict=verdict, scores={"l2": value, "l1": 7.0}, trained=sample(TrainedRound)) for value in scores
    )
    pins = sample(Pins, entry=entry, competition="line")
    return sample(Result, pins=pins, recorded_at=at, verdict=verdict, score=score, rounds=judged)


@st.composite
def boards(draw) -> list[Result]:
    lines = draw(
        st.lists(
            st.tuples(
                st.sampled_from([1.0, 2.0, 2.5, 1e300, 0.0, math.nan, math.inf, None]),
                st.sampled_from([Q, Q, Q, Verdict.CRASHED, Verdict.DID_NOT_FIT]),
                st.integers(10, 14),
            ),
            max_size=8,
        )
    )
    return [
        result(score, f"entry-{number}", f"2026-01-{day}T00:00:00Z", verdict)
        for number, (score, verdict, day) in enumerate(lines)
    ]


@quick
@given(boards(), st.randoms(use_true_random=False))
def test_the_order_of_the_files_does_not_matter(board, shuffler: random.Random):
    """A board is the same on every file system."""
    shuffled = list(board)
    shuffler.shuffle(shuffled)
    assert rank(shuffled, "l2") == rank(board, "l2")


@quick
@given(boards())
def test_a_rank_is_one_more_than_the_number_of_better_scores(board):
    """And nobody is lost or doubled."""
    rows = rank(board, "l2")
    assert sorted(row.result.pins.entry for row in rows) == sorted(one.pins.entry for one in board)
    scores = [row.result.score for row in rows if row.rank is not None]
    for row in rows:
        if row.rank is not None:
            assert row.rank == 1 + sum(score < row.result.score for score in scores)
            assert row.gap == row.result.score - min(scores)


@quick
@given(boards())
def test_only_qualified_finite_scores_rank(board):
    """The others come below, unranked, with no gap and no neighbour."""
    rows = rank(board, "l2")
    ranks = [row.rank for row in rows]
    unranked = [row for row in rows if row.rank is None]
    assert None not in ranks[: len(ranks) - len(unranked)]
    for row in rows:
        score = row.result.score
        assert (row.rank is not None) == (row.result.verdict is Q and score is not None and math.isfinite(score))
    assert all(row.gap is None and not row.within_noise for row in unranked)


@pytest.mark.parametrize(
    "score",
    [
        math.nan,
        math.inf,
        None,
        -math.inf,
    ],
)
def test_what_is_no_number_never_ranks(score):
    """Whatever the verdict says."""
    rows = rank([result(score, "odd"), result(3.0, "sound")], "l2")
    assert [(row.result.pins.entry, row.rank) for row in rows] == [("sound", 1), ("odd", None)]


def test_equal_scores_share_the_rank_and_the_next_rank_skips():
    """1, 1, 3; the earlier record stands first."""
    rows = rank(
        [
            result(5.0, "late", "2026-03-01T00:00:00Z"),
            result(9.0, "last", "2026-01-01T00:00:00Z"),
            result(5.0, "early", "2026-02-01T00:00:00Z"),
        ],
        "l2",
    )
    assert [(row.result.pins.entry, row.rank, row.gap) for row in rows] == [
        ("early", 1, 0.0),
        ("late", 1, 0.0),
        ("last", 3, 4.0),
    ]


def test_lower_is_better():
    """The record is the smallest score, and its gap is zero."""
    rows = rank([result(3.0, "c"), result(1.0, "a"), result(2.0, "b")], "l2")
    assert [(row.result.pins.entry, row.rank, row.gap) for row in rows] == [("a", 1, 0.0), ("b", 2, 1.0), ("c", 3, 2.0)]


def test_what_did_not_qualify_stands_below_in_order_of_time():
    """Even with a lower score."""
    rows = rank(
        [
            result(0.1, "late-crash", "2026-03-01T00:00:00Z", Verdict.CRASHED),
            result(None, "early-crash", "2026-02-01T00:00:00Z", Verdict.CRASHED),
            result(9.0, "fits"),
        ],
        "l2",
    )
    assert [(row.result.pins.entry, row.rank) for row in rows] == [("fits", 1), ("early-crash", None), ("late-crash", None)]


@pytest.mark.parametrize(
    ("better", "worse", "noisy"),
    [
        ([1.0, 2.0, 3.0], [2.5, 4.0, 5.0], True),
        ([1.0, 2.0, 3.0], [3.0, 4.0, 5.0], True),
        ([1.0, 2.0, 3.0], [3.1, 4.0, 5.0], False),
        ([2.0], [4.0], False),
    ],
    ids=["overlap", "touch", "apart", "single"],
)
def test_a_neighbour_is_within_the_noise_when_the_rounds_overlap(better, worse, noisy):
    """The best round of the one below is no worse than the worst round of the one above."""
    rows = rank([result(2.0, "better", rounds=better), result(4.0, "worse", rounds=worse)], "l2")
    assert [row.within_noise for row in rows] == [False, noisy]


def test_noise_is_that_of_the_ranking_score():
    """All rounds here have the same L1; that says nothing about their L2."""
    rows = rank([result(1.0, "a"), result(2.0, "b")], "l2")
    assert not rows[1].within_noise


def test_noise_is_looked_for_in_the_whole_rank_above():
    """Among two that share a rank, the steadier one must not hide the other's luck."""
    first, second = result(2.0, "wide", rounds=[1.0, 2.0, 9.0]), result(2.0, "steady", "2026-02-01T00:00:00Z")
    rows = rank([first, second, result(8.0, "below"), result(8.0, "beside")], "l2")
    assert [(row.rank, row.within_noise) for row in rows] == [(1, False), (1, False), (3, True), (3, True)]


def test_a_tie_is_shown_as_a_tie_not_as_noise():
    """Equal scores share a rank; the mark is for the neighbour below."""
    rows = rank([result(2.0, "a", rounds=[1.0, 3.0]), result(2.0, "b", rounds=[1.0, 3.0])], "l2")
    assert [(row.rank, row.within_noise) for row in rows] == [(1, False), (1, False)]


@pytest.mark.parametrize(("score", "leads"), [(0.999, True), (1.0, False), (1.001, False), (math.nan, False)])
def test_only_a_strictly_lower_score_leads(score, leads):
    """Equalling the record is no record, and NaN is nothing."""
    rows = rank([result(1.0), result(2.0, "two"), result(0.5, "crashed", verdict=Verdict.CRASHED)], "l2")
    assert would_lead(score, rows) is leads


def test_the_first_to_qualify_leads():
    """Those that did not qualify hold no lead."""
    assert would_lead(5.0, ())
    assert would_lead(5.0, rank([result(1.0, verdict=Verdict.DID_NOT_FIT)], "l2"))


def test_nan_does_not_lead_an_empty_board():
    """NaN loses even against nobody."""
    assert not would_lead(math.nan, ())


def test_a_board_of_nobody_is_empty():
    """A competition starts without rows."""
    assert rank([], "l2") == ()
