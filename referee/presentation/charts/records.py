"""The record of a board over time."""

from __future__ import annotations

import math
from collections.abc import Sequence

from markupsafe import Markup

from referee.presentation import words
from referee.presentation.charts import scales, times
from referee.presentation.charts.figure import figure, link, text
from referee.presentation.charts.frame import LETTER, RIGHT, Frame, ruler, short, time_ruler
from referee.presentation.charts.scales import Say
from referee.presentation.charts.signs import DIAMOND, DOT, MOST, Mark, evenly, group, mark

ROOMY = 24
"""records whose marks don't touch; of more, each is a dot"""
Moments = Sequence[tuple[float, Mark]]
"""seconds since the epoch, rising"""


def progression(
    key: str,
    caption: str,
    records: Sequence[Mark],
    say: Say,
    par: float | None = None,
    label: str = "score",
    until: str | None = None,
) -> Markup:
    """Steps from record to record, the last of which goes on to the right edge; par is a dashed line.

    Args:
        records: in any order; those whose moment or score can't be drawn are left out
        say: a score as people read it
        until: an ISO date-time that the axis reaches at least
    """
    known = sorted(((at, one) for one in records if (at := _moment(one)) is not None), key=lambda pair: pair[0])
    shown = evenly(known, MOST)
    par = par if par is not None and math.isfinite(par) else None
    heights = [one.y for _, one in shown]
    frame = Frame(
        x=time_ruler(times.fitted(_moments(shown, until)), "date"),
        y=ruler(scales.fitted(heights if par is None else [*heights, par]), label, say),
        empty=not shown,
    )
    return figure(
        key,
        caption,
        _described(known, say, par),
        frame.drawn() + _par(frame, par, say) + _steps(frame, shown, say),
        height=frame.height,
        columns=("record", "date, UTC", label),
        rows=[
            (link(text(one.label), one.href), date, text(say(one.y)))
            for (_, one), date in zip(shown, times.stamps([at for at, _ in shown]), strict=True)
        ],
        drawn=(len(shown), len(records)),
        linked=any(one.href is not None for _, one in shown),
    )


def _moment(record: Mark) -> float | None:
    return times.moment(str(record.x)) if math.isfinite(record.y) else None


def _moments(shown: Moments, until: str | None) -> list[float]:
    end = times.moment(until) if until is not None else None
    return [at for at, _ in shown] + ([] if end is None else [end])


def _steps(frame: Frame, shown: Moments, say: Say) -> str:
    if not shown:
        return ""
    line = "".join(f"H{short(frame.across(at))}V{short(frame.up(one.y))}" for at, one in shown[1:])
    shape = DIAMOND if len(shown) <= ROOMY else DOT
    marks = "".join(
        mark(frame.point(at, one.y), shape, f"{one.label}: {say(one.y)}, {times.stamp(at)[:10]}", one.href) for at, one in shown
    )
    start = frame.point(shown[0][0], shown[0][1].y)
    return f'<path class="golf-line" d="M{start}{line}H{RIGHT:g}"/>\n{group(shape, marks)}{_best(frame, shown, say)}'


def _best(frame: Frame, shown: Moments, say: Say) -> str:
    """The score that stands now, beside its line."""
    at, last = shown[-1]
    said = words.plain(say(last.y), 14)
    x, y = frame.across(at), frame.up(last.y)
    beside = short(min(x, RIGHT - LETTER * len(said)))
    below = short(y + 16 if y < frame.bottom - 20 else y - 8)
    return f'<text class="golf-now" x="{beside}" y="{below}">{text(said)}</text>\n'


def _par(frame: Frame, par: float | None, say: Say) -> str:
    return "" if par is None or frame.empty else frame.level(par, f"par {words.plain(say(par), 14)}")


def _described(known: Moments, say: Say, par: float | None) -> str:
    level = "" if par is None else f" Par is {say(par)}."
    if not known:
        return f"No record yet.{level}"
    (start, first), (end, last) = known[0], known[-1]
    if len(known) == 1:
        return f"One record: {say(first.y)} on {times.stamp(start)[:10]}.{level}"
    best = min(one.y for _, one in known)
    return (
        f"{len(known)} records: {say(first.y)} on {times.stamp(start)[:10]}, {say(last.y)} on {times.stamp(end)[:10]};"
        f" the lowest is {say(best)}.{level}"
    )
