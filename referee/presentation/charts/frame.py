"""The frame of a plot: where its box is, its grid, its axes and their labels. Lengths are units of the viewBox."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from referee.presentation import words
from referee.presentation.charts import durations, times
from referee.presentation.charts.figure import WIDTH, text
from referee.presentation.charts.scales import Say, Scale, labels

BOX = 250.0
"""height of the picture without a legend"""
LETTER = 6.7
"""width of a letter, taken rather wide"""
RIGHT = WIDTH - 12.0
LINE = 16.0
"""from a line of text to the next"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Axis:
    """What a plot says about one of its axes."""

    label: str
    say: Say
    log: bool | None = None
    """None for "where the numbers span more than a factor of 10 and all are positive" """
    higher_is_better: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruler:
    """An axis as it is drawn."""

    scale: Scale
    label: str
    ticks: Sequence[tuple[float, str]]


@dataclass(frozen=True, kw_only=True)
class Frame:
    """Two rulers and the box between them."""

    x: Ruler
    y: Ruler
    legend_lines: int = 0
    inset: float = 0.0
    """left free in the box, for what has no place on the x axis"""
    empty: bool = False
    """nothing is drawn in it, so numbers beside it would mean nothing"""

    @cached_property
    def height(self) -> float:
        """Of the picture."""
        return BOX + LINE * self.legend_lines

    @cached_property
    def left(self) -> float:
        """Of the box: what the labels of the ticks leave."""
        return min(130.0, 12 + LETTER * max((len(label) for _, label in self.y.ticks), default=0))

    @cached_property
    def top(self) -> float:
        """Of the box."""
        return 26 + LINE * self.legend_lines + (4 if self.legend_lines else 0)

    @cached_property
    def bottom(self) -> float:
        """Of the box."""
        return self.height - 36

    def across(self, value: float) -> float:
        """Where a number of the x axis is."""
        start = self.left + self.inset
        return start + self.x.scale.place(value) * (RIGHT - start)

    def up(self, value: float) -> float:
        """Where a number of the y axis is."""
        return self.bottom - self.y.scale.place(value) * (self.bottom - self.top)

    def point(self, x: float, y: float) -> str:
        """Both, as they stand in a path."""
        return f"{short(self.across(x))} {short(self.up(y))}"

    def path(self, points: Iterable[tuple[float, float]]) -> str:
        """A line from point to point."""
        across, up = self.across, self.up
        line = "L".join([f"{across(x):.1f} {up(y):.1f}" for x, y in points])
        return f"M{line.replace('.0 ', ' ').replace('.0L', 'L').removesuffix('.0')}"

    def level(self, value: float, name: str) -> str:
        """A dashed line across the box, with its name at the left."""
        y = self.up(value)
        return (
            f'<path class="golf-par-line" d="M{short(self.left)} {short(y)}H{RIGHT:g}"/>'
            f'<text class="golf-par-label" x="{short(self.left + 4)}" y="{short(y - 5 if y > self.top + 14 else y + 14)}">'
            f"{text(name)}</text>\n"
        )

    def drawn(self) -> str:
        """Grid, axes, ticks, labels."""
        if self.empty:
            return _empty(short(self.bottom), short(self.bottom / 2 + 4))
        heights = [(short(self.up(value)), label) for value, label in self.y.ticks]
        places = [(self.across(value), label) for value, label in self.x.ticks]
        left, bottom = short(self.left), short(self.bottom)
        grid = "".join(f"M{left} {y}H{RIGHT:g}" for y, _ in heights)
        notches = "".join(f"M{short(x)} {bottom}v4" for x, _ in places)
        beside = "".join(f'<text x="{short(self.left - 6)}" y="{y}" dy="4">{text(label)}</text>' for y, label in heights)
        below = _below(places, short(self.bottom + 16))
        return (
            f'<path class="golf-grid" d="{grid}"/><path class="golf-axis" d="M{left} {bottom}H{RIGHT:g}{notches}"/>\n'
            f'<g text-anchor="end">{beside}</g><g text-anchor="middle">{below}</g>\n'
            f'<text class="golf-label" x="0" y="{short(self.top - 14)}">{text(self.y.label, 50)}</text>'
            f'<text class="golf-label" x="{RIGHT:g}" y="{short(self.height - 4)}" text-anchor="end">'
            f"{text(self.x.label, 50)}</text>\n"
        )


def ruler(scale: Scale, label: str, say: Say | None = None, most: int = 6) -> Ruler:
    """An axis of numbers, of durations where they are said in `words.seconds`. A logarithmic one says so."""
    values = durations.ticks(scale) if say is words.seconds else scale.ticks(most)
    shown = list(zip(values, labels(values, say), strict=True))
    return Ruler(scale=scale, label=f"{label}, log scale" if scale.log else label, ticks=shown)


def time_ruler(scale: Scale, label: str) -> Ruler:
    """An axis of moments, in seconds since the epoch."""
    return Ruler(scale=scale, label=f"{label}{times.unit(scale)}", ticks=times.ticks(scale))


def short(length: float) -> str:
    """A coordinate with one decimal, where it has one."""
    return f"{length:.1f}".removesuffix(".0")


def _empty(bottom: str, middle: str) -> str:
    return (
        f'<path class="golf-axis" d="M0 {bottom}H{RIGHT:g}"/>'
        f'<text x="{WIDTH / 2:g}" y="{middle}" text-anchor="middle">nothing to show yet</text>\n'
    )


def _below(places: Sequence[tuple[float, str]], y: str) -> str:
    """Labels under the ticks, moved into the picture; one that would touch the one before is left out."""
    shown, free = [], 0.0
    for x, label in places:
        half = LETTER * len(label) / 2
        middle = min(max(x, half), WIDTH - half)
        if middle - half >= free:
            shown.append(f'<text x="{short(middle)}" y="{y}">{text(label)}</text>')
            free = middle + half
    return "".join(shown)
