"""One number against another: what a score costs, and who has the best of both."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from referee.presentation.charts import scales
from referee.presentation.charts.figure import figure, link, text
from referee.presentation.charts.frame import RIGHT, Axis, Frame, ruler, short
from referee.presentation.charts.signs import DIAMOND, DOT, MOST, Mark, evenly, group, legend, mark, sign

CROWD = 150
"""more marks than that are small"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """A mark whose numbers can be drawn."""

    x: float
    y: float
    about: Mark


def scatter(key: str, caption: str, points: Sequence[Mark], x: Axis, y: Axis, front: bool = True) -> Markup:
    """A dot for each point, and the Pareto front as a stepped line whose points are diamonds.

    Points without two finite numbers are left out; where there are more than MOST, those of the front stay.
    """
    known = [Spot(x=float(one.x), y=one.y, about=one) for one in points if _finite(one)]
    on_front = pareto(known, x, y) if front else []
    beaten = set(map(id, known)) - set(map(id, on_front))
    best = evenly(on_front, MOST)
    others = evenly([spot for spot in known if id(spot) in beaten], MOST - len(best))
    signs, lines = _legend(best, others)
    frame = Frame(
        x=ruler(scales.fitted((one.x for one in [*best, *others]), log=x.log), x.label, x.say),
        y=ruler(scales.fitted((one.y for one in [*best, *others]), log=y.log), y.label, y.say),
        legend_lines=lines,
        empty=not known,
    )
    dots, diamonds = _marks(frame, others, DOT, x, y), _marks(frame, best, DIAMOND, x, y)
    return figure(
        key,
        caption,
        _described(known, len(on_front), x, y),
        signs + frame.drawn() + dots + _best(_stairs(frame, best, x, y) + diamonds),
        height=frame.height,
        columns=("entry (◆ on the front)" if front else "entry", x.label, y.label),
        rows=[_row(one, x, y, True) for one in best] + [_row(one, x, y, False) for one in others],
        drawn=(len(best) + len(others), len(points)),
        linked=any(one.about.href is not None for one in [*best, *others]),
    )


def pareto(spots: Sequence[Spot], x: Axis, y: Axis) -> list[Spot]:
    """Those that no other one beats: as good in both numbers and better in one. Best x first."""
    found: list[Spot] = []
    for spot in sorted(spots, key=lambda one: (_cost(one.x, x), _cost(one.y, y))):
        lowest = _cost(found[-1].y, y) if found else math.inf
        cost = _cost(spot.y, y)
        if cost < lowest or (found and cost == lowest and spot.x == found[-1].x):
            found.append(spot)
    return found


def _cost(value: float, axis: Axis) -> float:
    return -value if axis.higher_is_better else value


def _finite(mark: Mark) -> bool:
    return not isinstance(mark.x, str) and math.isfinite(mark.x) and math.isfinite(mark.y)


def _stairs(frame: Frame, best: Sequence[Spot], x: Axis, y: Axis) -> str:
    """The edge of what is beaten, from the worst y to the worst x."""
    if not best:
        return ""
    steps = "".join(f"H{short(frame.across(one.x))}V{short(frame.up(one.y))}" for one in best)
    start = frame.bottom if y.higher_is_better else frame.top
    end = frame.left if x.higher_is_better else RIGHT
    return f'<path class="golf-front" d="M{short(frame.across(best[0].x))} {short(start)}{steps}H{short(end)}"/>'


def _marks(frame: Frame, spots: Sequence[Spot], shape: int, x: Axis, y: Axis) -> str:
    drawn = (
        mark(frame.point(one.x, one.y), shape, f"{one.about.label}: {y.say(one.y)}, {x.say(one.x)}", one.about.href)
        for one in spots
    )
    marks = group(shape, "".join(drawn))
    return f'<g class="golf-crowd">{marks}</g>' if len(spots) > CROWD else marks


def _best(drawing: str) -> str:
    """In the colour of the front."""
    return f'<g class="golf-best">{drawing}</g>' if drawing else ""


def _legend(best: Sequence[Spot], others: Sequence[Spot]) -> tuple[str, int]:
    if not best:
        return "", 0
    named = [(_best(sign("6 0", DIAMOND)), f"Pareto front ({len(best)})")]
    return legend([*named, (sign("6 0", DOT), "others")] if others else named)


def _row(one: Spot, x: Axis, y: Axis, on_front: bool) -> tuple[str, str, str]:
    name = link(text(one.about.label), one.about.href)
    return f"{name} ◆" if on_front else name, text(x.say(one.x)), text(y.say(one.y))


def _described(known: Sequence[Spot], on_front: int, x: Axis, y: Axis) -> str:
    if not known:
        return "No points yet."
    if len(known) == 1:
        return f"One point: {x.label} {x.say(known[0].x)}, {y.label} {y.say(known[0].y)}."
    xs, ys = [one.x for one in known], [one.y for one in known]
    front = f" {on_front} of them {'is' if on_front == 1 else 'are'} on the Pareto front." if on_front else ""
    return (
        f"{len(known)} points: {x.label} from {x.say(min(xs))} to {x.say(max(xs))},"
        f" {y.label} from {y.say(min(ys))} to {y.say(max(ys))}.{front}"
    )
