"""What the referee found out: the training of a round, the judgement of a round, the result of an entry in a class."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from referee.ground.fits import Measure
from referee.ground.machine import Calibration, Machine
from referee.ground.verdict import Verdict

SCHEMA = 3
"""of result and training files. Raise it with any change of their fields, and add the step to `files.store.MIGRATIONS`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Artifact:
    """The file that an entry handed in."""

    file: str | None
    """beside the result; null where it is too large to keep there"""
    sha256: str
    bytes: int


class CurvePoint(NamedTuple):
    """A point of the loss curve that the entry reported itself: shown, never judged."""

    step: int
    seconds: float
    loss: float


class Curve(str):
    """A loss curve as a table: a line of heads, then `step seconds loss` for each point; empty without points.

    It stays text until somebody looks at it: a curve holds most of the numbers of a result, and most readers want the others.
    """

    __slots__ = ()
    HEADS = "step seconds loss"
    # Possessive, since nothing that was read is ever read again another way: half the time.
    _NUMBER = r"-?[0-9]++(?:\.[0-9]++)?+(?:e[-+]?[0-9]{1,3}+)?+"
    _TABLE = re.compile(rf"(?:{HEADS}\n(?:-?[0-9]{{1,19}}+ {_NUMBER} {_NUMBER}\n)++)?+")

    @classmethod
    def of(cls, points: Iterable[CurvePoint]) -> Curve:
        """The table of some points."""
        lines = [f"{point.step} {point.seconds!r} {point.loss!r}\n" for point in points]
        return cls(f"{cls.HEADS}\n{''.join(lines)}" if lines else "")

    @property
    def points(self) -> tuple[CurvePoint, ...]:
        """The points, in the order of the table."""
        _, _, _, *cells = self.split() or (None,) * 3
        columns = map(int, cells[0::3]), map(float, cells[1::3]), map(float, cells[2::3])
        return tuple(map(CurvePoint._make, zip(*columns, strict=True)))

    @property
    def losses(self) -> list[float]:
        """Those alone, in the order of the table."""
        return list(map(float, self.split()[5::3]))

    def faults(self) -> Iterator[tuple[str, str]]:
        """(field, sentence) of what can't be."""
        if not self._TABLE.fullmatch(self):
            yield "", f'expected a line "{self.HEADS}", then three numbers a line'


NO_CURVE = Curve()


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainedRound:
    """One sandboxed training."""

    number: int
    draw_seed: int
    train_seed: int
    draw_sha256: str
    """of the rows, so that another machine can tell whether it draws the same"""
    seconds: float
    """wall clock, from the start of the contestant's process to the death of its last one"""
    joules_at_most: float
    """the hardware's maximum power x seconds: the bound on the energy that always exists"""
    joules: float | None = None
    """measured; null where this machine has no meter"""
    meters: tuple[str, ...] = ()
    """what `joules` is the sum of, and so what it leaves out: for example a GPU alone"""
    memory_gib: float | None = None
    """the most that the round held at one time; null where it was not measured"""
    verdict: Verdict | None = None
    """null where an artifact stands to be judged"""
    reason: str | None = None
    artifact: Artifact | None = None
    curve: Curve = NO_CURVE


@dataclass(frozen=True, slots=True, kw_only=True)
class Pins:
    """What a result is a result of."""

    competition: str
    version: int
    rules_sha256: str
    entry: str
    class_: str
    tree: str
    """Git's id of the entry's folder without its results"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where the entry that was judged came from."""

    repository: str
    """owner/name"""
    pull_request: int | None
    """null where an entry of the default branch was judged again"""
    commit: str
    base: str
    """the commit of the default branch whose rules and referee judged it"""
    run: int
    """of the workflow"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Training:
    """What `referee train` hands to `referee judge`."""

    schema: int = SCHEMA
    pins: Pins
    referee: str
    sandbox: str
    practice: bool
    """never becomes a record"""
    machine: Machine
    calibrations: tuple[Calibration, ...] = ()
    """before the first round and after each; a confirmation begins with another; practice has none"""
    rounds: tuple[TrainedRound, ...]

    def faults(self) -> Iterator[tuple[str, str]]:
        """(field, sentence) of what can't be: a runner may lie, but not in a way that two readers understand differently."""
        if not self.rounds:
            yield "rounds", "there is none; train again"
        for place, trained in enumerate(self.rounds, start=1):
            if trained.number != place:
                yield f"rounds[{place - 1}].number", f"expected {place}, got {trained.number}"


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedRound:
    """One round: its training, and what its artifact is worth."""

    trained: TrainedRound
    verdict: Verdict
    reason: str | None = None
    fit: Measure | None = None
    heldout: Measure | None = None
    scores: Mapping[str, float] | None = None
    label_bytes: float | None = None
    """what the training labels take by themselves, rows x log2(classes) / 8; null for regression"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """An entry in a class. Written by the referee alone; nothing ever edits a number."""

    schema: int = SCHEMA
    pins: Pins
    source: Source | None = None
    """null where a host ran the referee by hand"""
    referee: str
    recorded_at: str
    """UTC, ISO 8601, to the second"""
    attempt: int
    """how often this entry has been recorded in this class, this time included"""
    verdict: Verdict
    reason: str | None = None
    ranked_by: str
    """name of the competition's score"""
    score: float | None = None
    """that score, aggregated over the rounds; null unless qualified"""
    seconds: float
    """longest of the rounds"""
    fit: Measure | None = None
    """worst of the rounds"""
    heldout: Measure | None = None
    """median of the rounds"""
    scores: Mapping[str, float] | None = None
    """every score, aggregated over the rounds"""
    sandbox: str
    machine: Machine
    calibrations: tuple[Calibration, ...] = ()
    """before the first round and after each; a confirmation begins with another"""
    rounds: tuple[JudgedRound, ...]

    def faults(self) -> Iterator[tuple[str, str]]:
        """(field, sentence) of what can't be."""
        if self.verdict is not Verdict.QUALIFIED:
            return
        if self.score is None:
            yield "score", "is missing, though it qualified"
        for place, judged in enumerate(self.rounds):
            if self.ranked_by not in (judged.scores or {}):
                yield f"rounds[{place}].scores.{self.ranked_by}", "is missing, though it qualified"

    @property
    def joules(self) -> float | None:
        """The most that a round took; null where it was not measured in each."""
        measured = [judged.trained.joules for judged in self.rounds]
        known = [value for value in measured if value is not None]
        return max(known) if known and len(known) == len(measured) else None

    @property
    def joules_at_most(self) -> float:
        """The bound on the energy of its longest round."""
        return max((judged.trained.joules_at_most for judged in self.rounds), default=0.0)

    @property
    def memory_gib(self) -> float | None:
        """The most that a round held at one time; null where it was measured in none."""
        return max((one.trained.memory_gib for one in self.rounds if one.trained.memory_gib is not None), default=None)

    @property
    def typical(self) -> JudgedRound | None:
        """The round whose score lies nearest to the result's, the earliest of them; null without scores."""
        judged = [one for one in self.rounds if self.score is not None and self.ranked_by in (one.scores or {})]
        return min(judged, key=lambda one: abs((one.scores or {})[self.ranked_by] - (self.score or 0)), default=None)

    def round_scores(self, score: str) -> list[float]:
        """The score of each round that has one."""
        return [judged.scores[score] for judged in self.rounds if judged.scores is not None]
