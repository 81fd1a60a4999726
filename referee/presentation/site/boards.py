"""Boards in words: what pages show of a competition's results.

Strangers' strings come out on one line and harmless to a terminal, but unescaped: escaping is the templates' part.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from referee.files.league import Entry, Game, League
from referee.ground.classes import parse_class
from referee.ground.fits import Measure
from referee.ground.ranking import Row, rank
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

    rank: int | None
    within_noise: bool
    led: bool
    """stood alone at the head of its board when it was recorded"""
    entry: str
    title: str
    authors: tuple[str, ...]
    techniques: tuple[str, ...]
    verdict: Verdict
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
    attempt: int
    recorded_at: str

    @property
    def date(self) -> str:
        """The day of the record, UTC."""
        return self.recorded_at[:10]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unjudged:
    """An entry that was merged without a judged result, or has changed since it was judged."""

    entry: str
    title: str
    authors: tuple[str, ...]
    techniques: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """What was played in one class under one set of rules."""

    class_: str
    version: int
    rules_sha256: str
    ranked: tuple[Line, ...]
    others: tuple[Line, ...]
    """what did not qualify"""
    unjudged: tuple[Unjudged, ...] = ()
    labels_alone: str = ""
    """what a list of the labels would take, where bytes rank"""
    par_place: int | None
    """how many ranked lines stand above the line of the par; null without one"""

    @property
    def record(self) -> Line | None:
        """The line at the head."""
        return self.ranked[0] if self.ranked else None

    @property
    def played(self) -> bool:
        """Whether anybody has."""
        return bool(self.ranked or self.others)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A competition and all of its boards."""

    game: Game
    boards: tuple[Board, ...]
    """under the rules that stand now, in the order of the competition's classes"""
    frozen: tuple[Board, ...]
    """under earlier rules, the latest version first"""

    def frozen_in(self, class_: str) -> list[Board]:
        """Those of one class."""
        return [board for board in self.frozen if board.class_ == class_]


def standing(league: League, name: str) -> Standing:
    """Read a competition, its entries and its results.

    Raises:
        InputError: a file of the competition, of an entry or of a result has faults.
    """
    game = league.game(name)
    results = list(league.results(name))
    found = {entry: league.entry(f"{name}/{entry}") for entry in league.entries(name)}
    entries = {entry: one.submission for entry, one in found.items()}
    groups: dict[tuple[int, str, str], list[Result]] = {}
    for result in results:
        groups.setdefault((result.pins.version, result.pins.rules_sha256, result.pins.class_), []).append(result)
    now = (game.rules.version, game.rules_sha256)
    unjudged = _unjudged(league, found.values())
    current = [
        _current(game, class_, groups.pop((*now, class_), []), entries, unjudged.get(class_, ()))
        for class_ in game.rules.classes
    ]
    frozen = [_frozen(key, group, entries) for key, group in sorted(groups.items(), key=_latest_version_first)]
    return Standing(game=game, boards=tuple(current), frozen=tuple(frozen))


def class_in_words(league: League, name: str) -> str:
    """`laptop-ss` -> `Laptop, 2 CPU cores, up to 10 min`."""
    played = parse_class(name)
    hardware = league.hardware.get(played.hardware)
    start = f", from {played.pretrained}" if played.pretrained else ""
    return f"{hardware.title if hardware else played.hardware}, up to {words.seconds(played.time.seconds)}{start}"


def _unjudged(league: League, entries: Iterable[Entry]) -> dict[str, list[Unjudged]]:
    """By class."""
    found: dict[str, list[Unjudged]] = {}
    for entry in entries:
        about = entry.submission
        for class_ in league.unjudged(entry):
            one = Unjudged(
                entry=plain(entry.name),
                title=plain(about.title),
                authors=tuple(map(plain, about.authors)),
                techniques=tuple(map(plain, about.techniques)),
            )
            found.setdefault(class_, []).append(one)
    return found


def _current(
    game: Game, class_: str, results: Sequence[Result], entries: Mapping[str, Submission], unjudged: Sequence[Unjudged]
) -> Board:
    rules = game.rules
    rows, par = rank(results, rules.score), rules.par
    ranked, others = _lines(rows, partial(words.score, rules.score, own=rules.own_score), entries)
    return Board(
        class_=class_,
        version=rules.version,
        rules_sha256=game.rules_sha256,
        ranked=ranked,
        others=others,
        unjudged=tuple(unjudged),
        labels_alone=words.labels_alone(rules, results),
        par_place=None if par is None else sum(_score(row.result) < par.score for row in rows if row.rank is not None),
    )


def _frozen(key: tuple[int, str, str], results: Sequence[Result], entries: Mapping[str, Submission]) -> Board:
    version, rules_sha256, class_ = key
    score = results[0].ranked_by
    ranked, others = _lines(rank(results, score), partial(words.score, score), entries)
    return Board(class_=plain(class_), version=version, rules_sha256=rules_sha256, ranked=ranked, others=others, par_place=None)


def _lines(rows: Sequence[Row], say: Say, entries: Mapping[str, Submission]) -> tuple[tuple[Line, ...], tuple[Line, ...]]:
    """Those that rank, and those that don't."""
    leaders = set(_leaders(row.result for row in rows if row.rank is not None))
    lines = [_line(row, say, entries[row.result.pins.entry], row.result.pins.entry in leaders) for row in rows]
    return tuple(line for line in lines if line.rank is not None), tuple(line for line in lines if line.rank is None)


def _line(row: Row, say: Say, submission: Submission, led: bool) -> Line:
    result = row.result
    return Line(
        rank=row.rank,
        within_noise=row.within_noise,
        led=led,
        entry=plain(result.pins.entry),
        title=plain(submission.title),
        authors=tuple(map(plain, submission.authors)),
        techniques=tuple(map(plain, submission.techniques)),
        verdict=result.verdict,
        reason=plain(result.reason or "", 400),
        score=say(result.score),
        spread=_spread(result, say),
        gap=f"+{say(row.gap)}" if row.gap else "",
        fit=_fit(result.fit),
        heldout=_heldout(result.heldout),
        time=words.seconds(result.seconds),
        attempt=result.attempt,
        recorded_at=plain(result.recorded_at),
    )


def _leaders(results: Iterable[Result]) -> Iterator[str]:
    """Entries that stood alone at the head of the board when they were recorded, of those that still stand."""
    best = math.inf
    for result in sorted(results, key=lambda one: one.recorded_at):
        if _score(result) < best:
            best = _score(result)
            yield result.pins.entry


def _latest_version_first(group: tuple[tuple[int, str, str], object]) -> tuple[int, str, str]:
    (version, rules_sha256, class_), _ = group
    return -version, rules_sha256, class_


def _score(result: Result) -> float:
    return math.inf if result.score is None else result.score


def _spread(result: Result, say: Say) -> tuple[str, ...]:
    values = words.round_scores(result, result.ranked_by)
    if len(values) < 2:
        return ()
    low, high = say(values[0]), say(values[-1])
    return (low if low == high else f"{low} – {high}", f"in {len(values)} rounds")


def _fit(measure: Measure | None) -> str:
    if measure is None:
        return "-"
    accuracy = "" if measure.accuracy in (None, 1) else f", {words.percent(measure.accuracy)}"
    return words.loss(measure.loss) + accuracy


def _heldout(measure: Measure | None) -> str:
    if measure is None:
        return "-"
    return words.loss(measure.loss) if measure.accuracy is None else words.percent(measure.accuracy)
