"""What stands for a value: marks of several shapes, dashes, and the legend that tells them apart without colour."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from referee.presentation import words
from referee.presentation.charts.figure import WIDTH, link, text
from referee.presentation.charts.frame import LINE, short

MOST = 500
"""marks in a picture; more can't be told apart at this size"""
NARROW = 6.2
"""width of a letter of running text"""
SHAPES = (
    "h.01",  # circle: the round end of a thick line, and a third of the text of a drawn one
    "m-3-3h6v6h-6z",  # square
    "m0-5l4 5-4 5-4-5z",  # diamond
    "m0-4l4 7h-8z",  # triangle
    "m0 4l4-7h-8z",  # triangle on its head
    "m-3-3l6 6m0-6l-6 6",  # cross
)
DOT, DIAMOND, CROSS = 0, 2, 5
LOOKS = {DOT: "dots", CROSS: "crosses"}
"""shapes that are lines; the others are filled"""
DASHES = ("", "7 3", "2 3", "9 3 2 3", "5 5", "1 4")
Value = TypeVar("Value")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A value that is drawn."""

    x: float | str
    """an ISO date-time where the axis is time"""
    y: float
    label: str
    href: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign:
    """How one of several series is told apart: no two of the first 36 are alike without colour."""

    number: int

    @property
    def colour(self) -> str:
        """Its class."""
        return f"golf-series-{self.number % len(SHAPES) + 1}"

    @property
    def shape(self) -> int:
        """A place in SHAPES."""
        return self.number % len(SHAPES)

    @property
    def dash(self) -> str:
        """An attribute; empty for a solid line."""
        dash = DASHES[(self.number + self.number // len(SHAPES)) % len(DASHES)]
        return f' stroke-dasharray="{dash}"' if dash else ""


def sign(at: str, shape: int) -> str:
    """A shape around a point, in the group that gives it its look."""
    return group(shape, f'<path d="M{at}{SHAPES[shape]}"/>')


def mark(at: str, shape: int, tooltip: str, href: str | None = None) -> str:
    """A shape with its tooltip, for a `group`; with a link for the pointer where there is an address."""
    # Hundreds of them would bury a keyboard: that finds the same links in the table.
    path, title = f'<path d="M{at}{SHAPES[shape]}"', f"<title>{text(tooltip)}</title>"
    return f"{path}>{title}</path>" if href is None else link(f"{title}{path}/>", href, ' tabindex="-1"')


def group(shape: int, marks: str) -> str:
    """Marks of one shape."""
    return f'<g class="golf-{LOOKS.get(shape, "marks")}">{marks}</g>' if marks else ""


def evenly(values: Sequence[Value], most: int) -> list[Value]:
    """At most so many of them, the first and the last among them."""
    if len(values) <= most:
        return list(values)
    return [values[round(at * (len(values) - 1) / (most - 1))] for at in range(most)]


def legend(names: Sequence[tuple[str, str]]) -> tuple[str, int]:
    """A line or several above the box: (a sign at 6 0, its name) -> (svg, how many lines)."""
    drawn, x, line = [], 0.0, 0
    for picture, name in names:
        shown = words.plain(name, 40)
        wide = 22 + NARROW * len(shown)
        if x and x + wide > WIDTH:
            x, line = 0.0, line + 1
        at = f"{short(x)} {short(LINE * line + 8)}"
        drawn.append(f'<g transform="translate({at})">{picture}<text x="16" y="4">{text(shown)}</text></g>')
        x += wide
    return f'<g class="golf-signs">{"".join(drawn)}</g>\n', line + 1 if names else 0
