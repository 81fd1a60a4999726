"""Linear and logarithmic scales: numbers -> places between 0 and 1, with ticks at round numbers."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from referee.presentation import words

Say = Callable[[float], str]
"""a number as people read it"""

SMALLEST, LARGEST = 1e-290, 1e300
"""what is nearer to 0 is drawn as 0, what is further away at the end: so no difference or power of ten overflows"""
FACTOR = 10
"""an axis is logarithmic where its numbers span more"""
PAD = 0.06
"""of the span, left free at both ends"""

_ENDING = re.compile(r"(?<=\d)\.0+(?!\d)")
"""decimals that say nothing"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """The numbers from one end of an axis to the other."""

    low: float
    """log10 of the number, where `log`"""
    high: float
    log: bool = False

    def place(self, value: float) -> float:
        """0 at the low end, 1 at the high one; what lies outside is put at the nearer end, as 0 is on a log scale."""
        if self.log:
            if value < SMALLEST:
                return 0.0
            number = math.log10(value) if value < LARGEST else math.log10(LARGEST)
        else:
            number = tame(value)
        share = (number - self.low) / (self.high - self.low)
        return 0.0 if share < 0 else min(share, 1.0)

    def ticks(self, most: int = 6) -> list[float]:
        """Round numbers within the scale, rising: between 2 and `most`, where `most` is at least 6."""
        return _log_ticks(self.low, self.high, most) if self.log else _linear_ticks(self.low, self.high, most)


def fitted(values: Iterable[float], *, log: bool | None = None, from_zero: bool = False) -> Scale:
    """A scale that shows all finite ones of the values, and never a negative number where there is none.

    Args:
        log: None for "where they span more than a factor of 10 and all are positive"
        from_zero: begin at 0, for bars
    """
    numbers = [tame(value) for value in values if math.isfinite(value)] or [0.0, 1.0]
    low, high = min(numbers), max(numbers)
    positive = low > 0
    if positive and (log or (log is None and not from_zero and high > FACTOR * low)):
        return _log_scale(math.log10(low), math.log10(high))
    if from_zero:
        low, high = min(low, 0.0), max(high, 0.0)
    flat = high - low <= 1e-10 * max(abs(low), abs(high))
    pad = (0.1 * max(abs(low), abs(high)) or 1.0) if flat else PAD * (high - low)
    start = low - pad if low < 0 else max(0.0, low - pad)
    end = high + pad if high > 0 or start == 0 else min(0.0, high + pad)
    return Scale(low=start, high=end)


def tame(value: float) -> float:
    """A finite number within what can be drawn."""
    if -LARGEST <= value <= LARGEST:
        return 0.0 if -SMALLEST < value < SMALLEST else value
    return LARGEST if value > 0 else -LARGEST


def number(value: float) -> str:
    """A number where nobody has a word for it: 0.25, 1200, 1.5e6, 3e-5."""
    return f"{value:.4g}" if value == 0 or 1e-3 <= abs(value) < 1e4 else _exponent(value, 3)


def labels(values: Sequence[float], say: Say | None = None) -> list[str]:
    """The texts beside ticks: as `say` has them where it adds a word or a unit and no two read the same."""
    said = [words.plain(say(value), 14) for value in values] if say else []
    if not said or len(set(said)) < len(values) or all(map(_is_number, said)):
        return _numbers(values)
    return [_ENDING.sub("", label) for label in said] if all(_even(label) for label in said) else said


def _numbers(values: Sequence[float]) -> list[str]:
    """Decimals where all of them are short, as ticks are; else exponents for those that are not near 1."""
    decimals = [f"{value:.12g}" for value in values]
    if max(map(len, decimals), default=0) <= 7 and not any("e" in decimal for decimal in decimals):
        return decimals
    return [
        decimal if value == 0 or 1e-2 <= abs(value) < 1e3 else _exponent(value, 11)
        for value, decimal in zip(values, decimals, strict=True)
    ]


def _exponent(value: float, digits: int) -> str:
    mantissa, _, power = f"{value:.{digits}e}".partition("e")
    return f"{mantissa.rstrip('0').rstrip('.')}e{int(power)}"


def _is_number(label: str) -> bool:
    return re.fullmatch(r"-?[0-9.]+(e[+-]?[0-9]+)?", label) is not None


def _even(label: str) -> bool:
    return "." not in label or _ENDING.search(label) is not None


def _log_scale(low: float, high: float) -> Scale:
    pad = PAD * (high - low) if high - low > 1e-9 else 0.5
    return Scale(low=max(low - pad, -300.0), high=min(high + pad, 305.0), log=True)


def _linear_ticks(low: float, high: float, most: int) -> list[float]:
    """The densest multiples of 1, 2 or 5 times a power of ten that have room."""
    power = math.floor(math.log10((high - low) / most))
    for digit, exponent in ((1, power), (2, power), (5, power), (1, power + 1), (2, power + 1)):
        step = float(f"{digit}e{exponent}")
        # By way of decimal text: 3 * 0.1 is not 0.3.
        counts = range(math.ceil(low / step), math.floor(high / step) + 1)
        found = [float(f"{digit * count}e{exponent}") for count in counts]
        inside = [tick for tick in found if low <= tick <= high]
        if len(inside) <= most:
            break
    return inside


def _log_ticks(low: float, high: float, most: int) -> list[float]:
    """The densest of 1 2 5, 1 3, 1, every second power of ten, ... that has room; linear ones within a few steps."""
    decades = range(math.floor(low), math.ceil(high) + 1)
    for digits, stride in (((1, 2, 5), 1), ((1, 3), 1), *(((1,), stride) for stride in (1, 2, 3, 5, 10, 20, 50, 100, 200))):
        found = [float(f"{digit}e{power}") for power in decades if power % stride == 0 for digit in digits]
        inside = [tick for tick in found if low <= math.log10(tick) <= high]
        if len(inside) <= most:
            break
    return inside if len(inside) > 1 else _linear_ticks(10**low, 10**high, most)
