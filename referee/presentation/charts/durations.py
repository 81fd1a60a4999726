"""Ticks at round seconds, minutes, hours and days."""

from __future__ import annotations

import math

from referee.presentation.charts.scales import Scale

MINUTE, HOUR, DAY = 60, 3600, 86400
ROUND = (
    *(1, 2, 3, 5, 10, 15, 20, 30),
    *(MINUTE * count for count in (1, 2, 3, 5, 10, 15, 20, 30)),
    *(HOUR * count for count in (1, 2, 3, 6, 12)),
    *(DAY * count for count in (1, 2, 3, 5, 10)),
)
"""seconds from tick to tick"""
RUNGS = (1, 10, MINUTE, 10 * MINUTE, HOUR, 6 * HOUR, DAY, 10 * DAY)
"""ticks of a log scale, each some 4 to 10 times the one before"""


def ticks(scale: Scale, most: int = 5) -> list[float]:
    """As `Scale.ticks`; below seconds and beyond a month there are no rounder numbers than those of ten."""
    found = _rungs(scale) if scale.log else _steps(scale, most)
    return found if 2 <= len(found) <= most else scale.ticks(most + 1)


def _steps(scale: Scale, most: int) -> list[float]:
    step = next((step for step in ROUND if (scale.high - scale.low) / step < most), None)
    if step is None or scale.high - scale.low < most:
        return []
    first = math.ceil(scale.low / step)
    return [float(step * count) for count in range(first, first + most) if step * count <= scale.high]


def _rungs(scale: Scale) -> list[float]:
    return [float(rung) for rung in RUNGS if scale.low <= math.log10(rung) <= scale.high]
