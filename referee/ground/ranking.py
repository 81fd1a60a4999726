"""The board: qualified results by score; the others below, unranked."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from referee.ground.result import Result
from referee.ground.verdict import Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A line of a board."""

    result: Result
    rank: int | None
    """null for what did not qualify"""
    gap: float | None
    """score over the record's"""
    within_noise: bool
    """its rounds overlap with those of an entry one rank above"""


def rank(results: Iterable[Result], score: str) -> tuple[Row, ...]:
    """Rank results of one competition, version and class by `score`.

    Equal scores share the rank, the earlier record first. The order of `results` does not matter.
    """
    known = list(results)
    ranked = sorted(filter(_may_rank, known), key=lambda result: (_score(result), *age(result)))
    others = sorted((result for result in known if not _may_rank(result)), key=age)
    rows: list[Row] = []
    above: list[Result] = []
    for value, tied in groupby(ranked, key=_score):
        group, place = list(tied), len(rows) + 1
        for result in group:
            noisy = any(_overlap(better, result, score) for better in above)
            rows.append(Row(result=result, rank=place, gap=value - _score(ranked[0]), within_noise=noisy))
        above = group
    return (*rows, *(Row(result=result, rank=None, gap=None, within_noise=False) for result in others))


def would_lead(score: float, rows: Iterable[Row]) -> bool:
    """Whether a qualified result with this score would stand alone at the head of the board."""
    # NaN fails the first comparison, so it leads not even an empty board.
    return score < math.inf and all(score < _score(row.result) for row in rows if row.rank is not None)


def _may_rank(result: Result) -> bool:
    # A score that is NaN fails this comparison, so it never ranks, whatever its verdict says.
    return result.verdict is Verdict.QUALIFIED and result.score is not None and -math.inf < result.score < math.inf


def _score(result: Result) -> float:
    return math.inf if result.score is None else result.score


def age(result: Result) -> tuple[str, str]:
    """What results are ordered by where the earlier comes first; the entry decides within a second."""
    return result.recorded_at, result.pins.entry


def _overlap(better: Result, worse: Result, score: str) -> bool:
    return max(better.round_scores(score)) >= min(worse.round_scores(score))
