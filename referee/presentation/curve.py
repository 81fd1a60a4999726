"""A loss curve in a line of text."""

from __future__ import annotations

import math
from collections.abc import Sequence

from referee.ground.result import CurvePoint
from referee.presentation import words

BLOCKS = "▁▂▃▄▅▆▇█"
NO_NUMBER = "·"


def sparkline(losses: Sequence[float], most: int = 16) -> str:
    """Blocks from the lowest loss to the highest, evenly chosen, the first and the last among them.

    On a logarithmic scale where every loss is more than 0. What is not finite is a dot.
    """
    shown = losses if len(losses) <= most else [losses[round(at * (len(losses) - 1) / (most - 1))] for at in range(most)]
    finite = [loss for loss in shown if math.isfinite(loss)]
    logarithmic = min(finite, default=0) > 0

    def height(loss: float) -> float:
        # Half of it, so that no difference of two heights overflows.
        return math.log(loss) if logarithmic else loss / 2

    heights = [height(loss) if math.isfinite(loss) else math.nan for loss in shown]
    low = min(map(height, finite), default=0)
    extent = max(map(height, finite), default=0) - low
    return "".join(
        NO_NUMBER if math.isnan(at) else BLOCKS[round((at - low) / extent * (len(BLOCKS) - 1)) if extent else 0]
        for at in heights
    )


def in_words(points: Sequence[CurvePoint]) -> str:
    """`2.3 ▇▅▃▁ 8.3e-04`: the first loss, the curve, the last; empty without points."""
    if not points:
        return ""
    losses = [point.loss for point in points]
    return f"{words.loss(losses[0])} {sparkline(losses)} {words.loss(losses[-1])}"
