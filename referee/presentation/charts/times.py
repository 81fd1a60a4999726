"""Moments on an axis: ISO date-times -> seconds, with ticks at round hours, days, months or years, all UTC."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

from referee.presentation.charts.scales import Scale

HOUR, DAY = 3600, 86400
STEPS = (600, 900, 1800, *(HOUR * count for count in (1, 2, 3, 6, 12)), *(DAY * count for count in (1, 2, 4, 7, 14)))
"""seconds from tick to tick, while they are not months"""
MONTHS = (1, 2, 3, 6, *(12 * digit * 10**power for power in range(4) for digit in (1, 2, 5)))
MOST = 5
"""ticks that have room"""
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MONDAY = 4 * DAY
"""the first one, counted from the epoch"""
FIRST, LAST = (datetime(year, 1, 1, tzinfo=UTC) for year in (1000, 9000))
NAMES = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()


def moment(text: str) -> float | None:
    """Seconds since the epoch of an ISO date-time, UTC where it names no zone; None where it is no such thing."""
    try:
        read = datetime.fromisoformat(text)
        zoned = read.astimezone(UTC) if read.tzinfo else read.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None
    return (min(LAST, max(FIRST, zoned)) - EPOCH).total_seconds()


def stamp(seconds: float) -> str:
    """`2026-11-21 06:00`."""
    return f"{_date(seconds):%Y-%m-%d %H:%M}"


def stamps(moments: Sequence[float]) -> list[str]:
    """As `stamp`, but the dates alone where no two share one."""
    dates = [stamp(seconds)[:10] for seconds in moments]
    return dates if len(set(dates)) == len(dates) else [stamp(seconds) for seconds in moments]


def fitted(moments: Iterable[float]) -> Scale:
    """A scale that shows all of them; half a day to both sides of a single one."""
    known = list(moments) or [0.0]
    low, high = min(known), max(known)
    pad = max(0.04 * (high - low), HOUR / 2) if high > low else DAY / 2
    return Scale(low=low - pad, high=high + pad)


def ticks(scale: Scale, most: int = MOST) -> list[tuple[float, str]]:
    """Seconds with their labels, rising: two at least, and at most `most`, where that is at least 5."""
    step = _step(scale, most)
    if not step:
        return _months(_date(scale.low), _date(scale.high), most)
    offset = MONDAY if step % (7 * DAY) == 0 else 0
    count = -int((offset - scale.low) // step)
    found = [offset + step * number for number in range(count, count + most)]
    return [(second, _name(_date(second), step)) for second in found if scale.low <= second <= scale.high]


def unit(scale: Scale) -> str:
    """What the labels of the ticks leave out, after a comma: the year of days, the zone of hours and their day if it is one."""
    low, high, step = _date(scale.low), _date(scale.high), _step(scale, MOST)
    if not step:
        return ""
    years = f"{low.year}" if low.year == high.year else f"{low.year} to {high.year}"
    if step >= DAY:
        return f", {years}"
    return f", {_day(low)} {years}, UTC" if low.date() == high.date() else f", {years}, UTC"


def _step(scale: Scale, most: int) -> int:
    """Seconds from tick to tick; 0 where months are counted."""
    return next((step for step in STEPS if (scale.high - scale.low) / step < most), 0)


def _months(low: datetime, high: datetime, most: int) -> list[tuple[float, str]]:
    span = 12 * (high.year - low.year) + high.month - low.month
    months = next(months for months in MONTHS if span / months < most)
    first = 12 * low.year + low.month - 1
    numbers = range(-(-first // months) * months, first + span + 1, months)
    starts = [datetime(number // 12, number % 12 + 1, 1, tzinfo=UTC) for number in numbers]
    return [
        ((start - EPOCH).total_seconds(), f"{start.year}" if months % 12 == 0 else f"{NAMES[start.month - 1]} {start.year}")
        for start in starts
        if low <= start <= high
    ]


def _name(at: datetime, step: int) -> str:
    return f"{at:%H:%M}" if step < DAY and (at.hour or at.minute) else _day(at)


def _day(at: datetime) -> str:
    return f"{at.day} {NAMES[at.month - 1]}"


def _date(seconds: float) -> datetime:
    return EPOCH + timedelta(seconds=seconds)
