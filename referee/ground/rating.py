"""Points across competitions: how near a player comes to the records, summed over the boards."""

from __future__ import annotations

import math

WORST = 4.0
"""times the record's score: from there on a result earns nothing"""
FORMULA = "100 × (4 − score / record) / 3, between 0 and 100, summed over the boards of the rules that stand now"
SOURCE = (
    "the area under the performance profile of Dolan and Moré 2002 (Mathematical Programming 91), as AlgoPerf scores training "
    "algorithms with ratios from 1 to 4 (Dahl et al. 2023, section 4.4), here with a score in place of the time to a target"
)


def points(score: float, record: float) -> float:
    """What a result earns on its board, 0 to 100.

    With r = score / record, the integral over the ratio t from 1 to `WORST` of (1 if r <= t else 0), over `WORST` - 1, times
    100. Scores are at least 0; where the record is 0, or an own score goes below, a ratio means nothing, and only whoever
    shares the record earns.

    Args:
        score: of the result, finite
        record: the least score of the board, finite
    """
    if score == record:
        return 100.0
    if record <= 0 or not math.isfinite(score):
        return 0.0
    return 100.0 * max(0.0, (WORST - score / record) / (WORST - 1))
