"""Numbers and strangers' strings as people read them."""

from __future__ import annotations

import unicodedata

from referee.ground.fits import Measure
from referee.ground.result import Result
from referee.ground.scores import SCORES


def plain(text: str, most: int = 200) -> str:
    """A stranger's text on one line: control and direction characters shown as \\uXXXX, never obeyed."""
    shown = "".join(_visible(character) for character in text)
    return shown if len(shown) <= most else shown[: most - 1] + "…"


def plain_lines(text: str, last: int) -> list[str]:
    """The last lines of a stranger's output, each as `plain`."""
    return [plain(line, 500) for line in text.replace("\r\n", "\n").split("\n") if line.strip()][-last:]


def score(name: str, value: float | None) -> str:
    """A score: counts without decimals, norms with five digits."""
    if value is None:
        return "-"
    if SCORES[name].whole and value == round(value):
        return f"{value:.0f}"
    return f"{value:.1f}" if SCORES[name].whole else f"{value:.5g}"


def spread(result: Result, name: str) -> str:
    """The scores of the rounds, lowest first; empty for one round."""
    values = sorted(result.round_scores(name))
    return " ".join(score(name, value) for value in values) if len(values) > 1 else ""


def extent(result: Result, name: str) -> str:
    """Lowest to highest score of the rounds; empty for one round or equal ones."""
    values = result.round_scores(name)
    ends = [score(name, end) for end in (min(values, default=0), max(values, default=0))]
    return f"{ends[0]}–{ends[1]}" if ends[0] != ends[1] else ""


def loss(value: float) -> str:
    """A loss: 9.87e-04 where it is small."""
    return f"{value:.2e}" if 0 < abs(value) < 0.01 else f"{value:.4g}"


def percent(value: float) -> str:
    """A share: 100 % only where it is exactly 1."""
    rounded = f"{100 * value:.2f}"
    return "100 %" if value == 1 else f"{'99.99' if rounded == '100.00' else rounded} %"


def measured(measure: Measure | None, fit: str) -> str:
    """`cross entropy 9.87e-04, accuracy 100 %`."""
    if measure is None:
        return "-"
    accuracy = "" if measure.accuracy is None else f", accuracy {percent(measure.accuracy)}"
    return f"{fit.replace('_', ' ')} {loss(measure.loss)}{accuracy}"


def seconds(value: float) -> str:
    """A duration: 4.31 s, 42 s, 2 min 5 s, 3 h 7 min, 2 d 4 h."""
    if value < 10:
        return f"{value:.2f}".rstrip("0").rstrip(".") + " s"
    whole = round(value)
    for size, name, below, below_size in ((86400, "d", "h", 3600), (3600, "h", "min", 60), (60, "min", "s", 1)):
        if whole >= size:
            rest = whole % size // below_size
            return f"{whole // size} {name} {rest} {below}" if rest else f"{whole // size} {name}"
    return f"{whole} s"


def _visible(character: str) -> str:
    category = unicodedata.category(character)
    # C: control, format (direction marks among them), surrogate, private, unassigned. Zl, Zp: line separators.
    if category.startswith("C") or category in ("Zl", "Zp"):
        return f"\\u{ord(character):04x}" if ord(character) > 255 else f"\\x{ord(character):02x}"
    return character
