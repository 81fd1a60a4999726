"""A result in words: a row of a board.

Strangers' strings come out on one line and harmless to a terminal, but unescaped: escaping is the templates' part.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from referee.ground.ranking import Row
from referee.ground.result import Result
from referee.ground.submission import Submission
from referee.ground.verdict import Verdict
from referee.presentation import words
from referee.presentation.words import plain

Say = Callable[[float | None], str]
"""a number of the ranking score -> as people read it"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A row of a board."""

    result: Result
    rank: int | None
    within_noise: bool
    excess: float | None
    """score over the record's; null for what did not qualify"""
    beat: float | None
    """where it stood alone at the head of its board when it was recorded: the score that led until then, infinite for the
    first; null elsewhere"""
    entry: str
    title: str
    authors: tuple[str, ...]
    techniques: tuple[str, ...]
    reason: str
    score: str
    spread: tuple[str, ...]
    """lowest and highest of the rounds, and how many there were; empty for one round"""
    gap: str
    fit: str
    """worst of the rounds"""
    heldout: str
    time: str
    """longest of the rounds"""
    energy: str
    """largest of the rounds; the bound where nothing was measured"""
    page: str | None
    """that tells about the entry, where it has one"""

    @property
    def led(self) -> bool:
        """Whether it stood alone at the head of its board when it was recorded."""
        return self.beat is not None

    @property
    def verdict(self) -> Verdict:
        """The word that its run ended in."""
        return self.result.verdict

    @property
    def attempt(self) -> int:
        """How often the entry was recorded in this class."""
        return self.result.attempt

    @property
    def recorded_at(self) -> str:
        """UTC, ISO 8601, harmless to show."""
        return plain(self.result.recorded_at)

    @property
    def date(self) -> str:
        """The day of the record, UTC."""
        return self.recorded_at[:10]


def line(row: Row, say: Say, about: Submission, *, beat: float | None, page: str | None) -> Line:
    """Put a row into words.

    Args:
        about: the entry as it is now
        beat, page: as in `Line`
    """
    result = row.result
    return Line(
        result=result,
        rank=row.rank,
        within_noise=row.within_noise,
        excess=row.gap,
        beat=beat,
        entry=plain(result.pins.entry),
        title=plain(about.title),
        authors=tuple(map(plain, about.authors)),
        techniques=tuple(map(plain, about.techniques)),
        reason=plain(result.reason or "", 400),
        score=say(result.score),
        spread=_spread(result, say),
        gap=f"+{say(row.gap)}" if row.gap else "",
        fit=words.training_fit(result.fit),
        heldout=words.heldout(result.heldout),
        time=words.seconds(result.seconds),
        energy=words.energy(result.joules, result.joules_at_most),
        page=page,
    )


def _spread(result: Result, say: Say) -> tuple[str, ...]:
    values = words.round_scores(result, result.ranked_by)
    if len(values) < 2:
        return ()
    low, high = say(values[0]), say(values[-1])
    return (low if low == high else f"{low} – {high}", f"in {len(values)} rounds")
