"""What is in a tensor: how its weights are spread, and its singular values."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from statistics import median

from markupsafe import Markup

from referee.presentation import words
from referee.presentation.charts import scales
from referee.presentation.charts.figure import figure
from referee.presentation.charts.frame import Frame, Ruler, ruler, short
from referee.presentation.charts.scales import Scale, number
from referee.presentation.charts.signs import CROSS, DOT, evenly, group, mark

BARS = 80
LONGEST = 200
"""singular values that are drawn"""
DOTTED = 50
"""that many have dots"""
UNEVEN = 20
"""counts are on a log scale where the highest is so many times the middle one"""
FLOOR = 1e-12
"""of the largest singular value: what is below counts as 0"""
NOWHERE = Scale(low=-1.0, high=1.0)


@dataclass(frozen=True, kw_only=True)
class Bar:
    """Weights from one number to another."""

    low: float
    high: float
    count: int

    @cached_property
    def extent(self) -> str:
        """`-0.5 to 0.25`"""
        return f"{number(self.low)} to {number(self.high)}"


def histogram(key: str, caption: str, edges: Sequence[float], counts: Sequence[int], zeros: int = 0) -> Markup:
    """Bars of how many weights lie where; those that are exactly 0 have a bar of their own, beside the others.

    Args:
        edges: one more than counts, rising
        counts: weights from each edge to the next, without the exact zeros
        zeros: weights that are exactly 0
    """
    bars = _merged(edges, counts)
    heights = [count for count in (zeros, *(bar.count for bar in bars)) if count > 0]
    frame = Frame(
        x=ruler(scales.fitted(end for bar in bars for end in (bar.low, bar.high)) if bars else NOWHERE, "weight"),
        y=_count_ruler(heights),
        inset=76 if zeros else 0,
        empty=not heights,
    )
    return figure(
        key,
        caption,
        _described_bars(bars, zeros),
        frame.drawn() + _zero_bar(frame, zeros) + _bars(frame, bars),
        height=frame.height,
        columns=("weights", "how many"),
        rows=[("exactly 0", str(zeros)), *((bar.extent, str(bar.count)) for bar in bars)],
    )


def spectrum(key: str, caption: str, values: Sequence[float]) -> Markup:
    """Singular values, largest first; those below 1e-12 of the largest count as 0 and are crosses on the floor.

    Args:
        values: in any order; what is negative or not finite is left out
    """
    known = sorted((value for value in values if 0 <= value < math.inf), reverse=True)
    floor = FLOOR * known[0] if known else 0.0
    numbered = [(place, value if value > floor else 0.0) for place, value in enumerate(known, start=1)]
    shown = evenly(numbered, LONGEST)
    places = ruler(Scale(low=0.9, high=max(len(known), 2) + 0.1), "place")
    frame = Frame(
        x=Ruler(scale=places.scale, label=places.label, ticks=_whole(places)),
        y=ruler(_fall([value for _, value in numbered]), "singular value"),
        empty=not known,
    )
    return figure(
        key,
        caption,
        _described_values(numbered),
        frame.drawn() + _falling(frame, shown),
        height=frame.height,
        columns=("place", "singular value"),
        rows=[(str(place), number(known[place - 1])) for place, _ in shown],
        drawn=(len(shown), len(values)),
    )


def _merged(edges: Sequence[float], counts: Sequence[int]) -> list[Bar]:
    """At most BARS of them, each of as many neighbours; those without two finite ends are left out."""
    pairs = zip(pairwise(edges), counts, strict=True)
    bars = [Bar(low=low, high=high, count=count) for (low, high), count in pairs if math.isfinite(low) and math.isfinite(high)]
    size = -(-len(bars) // BARS) or 1
    groups = [bars[start : start + size] for start in range(0, len(bars), size)]
    return [Bar(low=group[0].low, high=group[-1].high, count=sum(bar.count for bar in group)) for group in groups]


def _count_ruler(heights: Sequence[int]) -> Ruler:
    highest = max(heights, default=1)
    if highest > UNEVEN * median(heights or [1]):
        # Below 1, so that a single weight can be seen.
        return ruler(Scale(low=math.log10(0.6), high=1.05 * math.log10(highest), log=True), "how many")
    drawn = ruler(scales.fitted([highest], from_zero=True), "how many")
    return Ruler(scale=drawn.scale, label=drawn.label, ticks=_whole(drawn))


def _whole(drawn: Ruler) -> list[tuple[float, str]]:
    return [tick for tick in drawn.ticks if tick[0] % 1 == 0]


def _bars(frame: Frame, bars: Sequence[Bar]) -> str:
    drawn = (
        _bar(frame, frame.across(bar.low), frame.across(bar.high), bar.count, f"{bar.extent}: {bar.count}")
        for bar in bars
        if bar.count > 0
    )
    return f'<g class="golf-bars">{"".join(drawn)}</g>\n'


def _zero_bar(frame: Frame, zeros: int) -> str:
    if not zeros:
        return ""
    start = frame.left + 12
    return (
        f'<g class="golf-zeros">{_bar(frame, start, start + 24, zeros, f"exactly 0: {zeros}")}</g>'
        f'<text x="{short(start + 12)}" y="{short(frame.bottom + 16)}" text-anchor="middle">exactly 0</text>\n'
    )


def _bar(frame: Frame, start: float, end: float, count: int, tooltip: str) -> str:
    bottom = short(frame.bottom)
    path = f"M{short(start)} {bottom}V{short(frame.up(count))}H{short(max(end, start + 0.5))}V{bottom}z"
    return f'<path d="{path}"><title>{tooltip}</title></path>'


def _fall(values: Sequence[float]) -> Scale:
    """Log where what is above 0 spans enough; then 0 lies below everything else."""
    above = [value for value in values if value > 0]
    scale = scales.fitted(above)
    if not scale.log:
        return scales.fitted(values, from_zero=True)
    room = 0.08 * (scale.high - scale.low) if len(above) < len(values) else 0
    return Scale(low=scale.low - room, high=scale.high, log=True)


def _falling(frame: Frame, shown: Sequence[tuple[int, float]]) -> str:
    if not shown:
        return ""
    # A dot for each would hide the line of a long fall.
    dots = "".join(_numbered(frame, one, DOT) for one in shown if one[1] and len(shown) <= DOTTED)
    crosses = "".join(_numbered(frame, one, CROSS) for one in shown if not one[1])
    return f'<path class="golf-line" d="{frame.path(shown)}"/>{group(DOT, dots)}{group(CROSS, crosses)}'


def _numbered(frame: Frame, one: tuple[int, float], shape: int) -> str:
    return mark(frame.point(*one), shape, f"{one[0]}: {number(one[1])}")


def _described_bars(bars: Sequence[Bar], zeros: int) -> str:
    total = zeros + sum(bar.count for bar in bars)
    if not total:
        return "No weights."
    share = f"{zeros} of {total} weights ({words.percent(zeros / total)}) are exactly 0."
    filled = [bar for bar in bars if bar.count > 0]
    if not filled:
        return share
    highest = max(filled, key=lambda bar: bar.count)
    return (
        f"{share} The others lie from {number(filled[0].low)} to {number(filled[-1].high)},"
        f" most of them from {highest.extent} ({highest.count})."
    )


def _described_values(numbered: Sequence[tuple[int, float]]) -> str:
    if not numbered:
        return "No singular values."
    above = [value for _, value in numbered if value]
    gone = len(numbered) - len(above)
    zero = f" {gone} of them {'is' if gone == 1 else 'are'} 0 to working precision." if gone else ""
    if not above:
        return f"{len(numbered)} singular values.{zero}"
    if len(numbered) == 1:
        return f"One singular value: {number(above[0])}."
    return f"{len(numbered)} singular values, falling from {number(above[0])} to {number(above[-1])}.{zero}"
