"""Lines: the loss of each round as it trains, and several series over days."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from referee.presentation import words
from referee.presentation.charts import scales, times
from referee.presentation.charts.figure import figure, text
from referee.presentation.charts.frame import Frame, ruler, time_ruler
from referee.presentation.charts.scales import Say, Scale
from referee.presentation.charts.signs import MOST, Sign, evenly, group, legend, mark, sign

SERIES = 24
"""lines in one picture"""
CURVE = 100
"""points of a loss curve that are drawn"""
LISTED = 24
"""of them in the table"""

Points = Sequence[tuple[float, float]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """A line with its name."""

    name: str
    points: Points
    """x rising, all of it finite"""
    sign: Sign


def loss_curves(
    key: str,
    caption: str,
    curves: Sequence[tuple[str, Points]],
    at_most: float | None = None,
    label: str = "loss",
) -> Markup:
    """A line for each round, (seconds, loss) by (seconds, loss), with a mark at its end; the threshold is dashed.

    Of a long curve the lowest and the highest of neighbouring losses are kept, so no spike is lost.
    """
    known = _finite(curves)
    shown = [_thinned(one, len(known)) for one in known]
    limit = at_most if at_most is not None and math.isfinite(at_most) else None
    signs, lines = _legend(shown)
    frame = Frame(
        x=ruler(scales.fitted((x for one in shown for x, _ in one.points), log=False), "training time", words.seconds),
        y=ruler(_loss_scale([y for one in shown for _, y in one.points], limit), label),
        legend_lines=lines,
        empty=not shown,
    )
    level = "" if limit is None or frame.empty else frame.level(limit, f"at most {scales.number(limit)}")
    drawing = signs + frame.drawn() + level + "".join(_curve(frame, one) for one in shown)
    return figure(
        key,
        caption,
        _described_curves(known, limit),
        drawing,
        height=frame.height,
        columns=("round", "time", label),
        rows=[
            (name, words.seconds(x), words.loss(y))
            for one, name in ((one, text(one.name)) for one in shown)
            for x, y in evenly(one.points, LISTED)
        ],
        listed=(sum(min(len(one.points), LISTED) for one in shown), sum(len(points) for _, points in curves)),
    )


def over_time(
    key: str,
    caption: str,
    series: Sequence[tuple[str, Sequence[tuple[str, float]]]],
    label: str,
    say: Say,
) -> Markup:
    """Several named series of (ISO date-time, value), told apart by colour, dash and mark."""
    read = [(name, [(at, y) for when, y in points if (at := times.moment(when)) is not None]) for name, points in series]
    known = _finite(read)
    shown = [Series(name=one.name, points=evenly(one.points, _share(len(known))), sign=one.sign) for one in known]
    signs, lines = _legend(shown)
    frame = Frame(
        x=time_ruler(times.fitted(x for one in shown for x, _ in one.points), "date"),
        y=ruler(scales.fitted(y for one in shown for _, y in one.points), label, say),
        legend_lines=lines,
        empty=not shown,
    )
    return figure(
        key,
        caption,
        _described_series(known, label, say),
        signs + frame.drawn() + "".join(_dotted(frame, one, say, len(shown) == 1) for one in shown),
        height=frame.height,
        columns=("series", "date, UTC", label),
        rows=[(text(one.name), date, text(say(y))) for one in shown for (_, y), date in _dated(one.points)],
        drawn=_counts(shown, series),
    )


def _finite(series: Iterable[tuple[str, Points]]) -> list[Series]:
    """The first SERIES that have points, x rising, what is not finite left out."""
    cleaned = [(name, sorted(point for point in points if all(map(math.isfinite, point)))) for name, points in series]
    kept = [(name, points) for name, points in cleaned if points][:SERIES]
    return [Series(name=name, points=points, sign=Sign(number=number)) for number, (name, points) in enumerate(kept)]


def _loss_scale(losses: Sequence[float], limit: float | None) -> Scale:
    """Log where no loss is negative; one of exactly 0 is at the low end."""
    known = losses if limit is None else [*losses, limit]
    above = [loss for loss in known if loss > 0]
    return scales.fitted(above, log=True) if above and min(known) >= 0 else scales.fitted(known)


def _share(series: int) -> int:
    return max(MOST // max(series, 1), 2)


def _thinned(one: Series, series: int) -> Series:
    """The lowest and the highest of each group of neighbours, and both ends."""
    most = min(_share(series), CURVE)
    if len(one.points) <= most:
        return one
    inner = one.points[1:-1]
    size = math.ceil(len(inner) / ((most - 2) // 2 or 1))
    groups = [inner[start : start + size] for start in range(0, len(inner), size)]
    kept = [point for group in groups for point in sorted({min(group, key=_height), max(group, key=_height)})]
    return Series(name=one.name, points=[one.points[0], *kept, one.points[-1]], sign=one.sign)


def _height(point: tuple[float, float]) -> float:
    return point[1]


def _curve(frame: Frame, one: Series) -> str:
    x, y = one.points[-1]
    end = mark(frame.point(x, y), one.sign.shape, f"{one.name}: {words.loss(y)} after {words.seconds(x)}")
    return (
        f'<g class="{one.sign.colour}"><path class="golf-line" d="{frame.path(one.points)}"/>{group(one.sign.shape, end)}</g>\n'
    )


def _dotted(frame: Frame, one: Series, say: Say, alone: bool) -> str:
    named = "" if alone else f"{one.name}: "
    dots = "".join(mark(frame.point(x, y), one.sign.shape, f"{named}{say(y)}, {date}") for (x, y), date in _dated(one.points))
    line = f'<path class="golf-line"{one.sign.dash} d="{frame.path(one.points)}"/>'
    return f'<g class="{one.sign.colour}">{line}{group(one.sign.shape, dots)}</g>\n'


def _dated(points: Points) -> Iterable[tuple[tuple[float, float], str]]:
    return zip(points, times.stamps([x for x, _ in points]), strict=True)


def _legend(shown: Sequence[Series]) -> tuple[str, int]:
    """Nothing for one series: the caption names it."""
    if len(shown) < 2:
        return "", 0
    return legend([(f'<g class="{one.sign.colour}">{sign("6 0", one.sign.shape)}</g>', one.name) for one in shown])


def _counts(shown: Sequence[Series], given: Sequence[tuple[str, Sequence[object]]]) -> tuple[int, int]:
    return sum(len(one.points) for one in shown), sum(len(points) for _, points in given)


def _described_curves(known: Sequence[Series], limit: float | None) -> str:
    threshold = "" if limit is None else f" The threshold is {words.loss(limit)}."
    if not known:
        return f"No losses were reported.{threshold}"
    said = [
        f"{one.name} from {words.loss(one.points[0][1])} to {words.loss(one.points[-1][1])}"
        f" in {words.seconds(one.points[-1][0])}"
        for one in known[:6]
    ]
    more = f" and {len(known) - 6} more" if len(known) > 6 else ""
    return f"{'; '.join(said)}{more}.{threshold}"


def _described_series(known: Sequence[Series], label: str, say: Say) -> str:
    if not known:
        return f"No values of {label} yet."
    said = [f"{one.name}: {_count(len(one.points))}, last {say(one.points[-1][1])}" for one in known[:6]]
    more = f"; and {len(known) - 6} more" if len(known) > 6 else ""
    heights = [y for one in known for _, y in one.points]
    return f"{label} from {say(min(heights))} to {say(max(heights))}. {'; '.join(said)}{more}."


def _count(values: int) -> str:
    return "one value" if values == 1 else f"{values} values"
