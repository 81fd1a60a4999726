"""A curve the size of a word, for tables. Its table has the numbers, so it is hidden from screen readers."""

from __future__ import annotations

import math
from collections.abc import Sequence

from markupsafe import Markup

from referee.presentation.charts.frame import short
from referee.presentation.charts.scales import tame
from referee.presentation.charts.signs import evenly

WIDTH, HEIGHT, MOST = 60, 16, 20
EDGE = 2
"""left free, for the width of the line"""


def sparkline(values: Sequence[float]) -> Markup:
    """An inline svg of one line; empty without a finite value."""
    points = sparkline_points(values)
    if not points:
        return Markup()
    return Markup(
        f'<svg class="golf-sparkline" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" aria-hidden="true">'
        f'<polyline points="{points}"/></svg>'
    )


def sparkline_points(values: Sequence[float]) -> str:
    """The line alone, `2,14 58,2`: at most 20 points, evenly chosen; on a log scale where all are positive.

    What is not finite is left out. One value is a level line; so are equal ones.
    """
    finite = [tame(value) for value in values if math.isfinite(value)]
    if not finite:
        return ""
    chosen = evenly(finite if len(finite) > 1 else finite * 2, MOST)
    heights = [math.log(value) for value in chosen] if min(chosen) > 0 else chosen
    low, span = min(heights), max(heights) - min(heights)
    return " ".join(
        f"{short(EDGE + at * (WIDTH - 2 * EDGE) / (len(heights) - 1))},{short(_down((height - low) / span if span else 0.5))}"
        for at, height in enumerate(heights)
    )


def _down(share: float) -> float:
    return EDGE + (1 - share) * (HEIGHT - 2 * EDGE)
