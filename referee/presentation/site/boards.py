"""Boards as pages show them: a competition, its classes, what was played in each under which rules."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from referee.files.league import Entry, Game, League, Played
from referee.ground.classes import TIME_CLASSES, parse_class
from referee.ground.errors import Fault, InputError
from referee.ground.ranking import Row, age, rank
from referee.ground.result import Result
from referee.ground.submission import SLUG
from referee.presentation import words
from referee.presentation.site.addresses import entry_page, frozen_name
from referee.presentation.site.lines import Line, Say, line
from referee.presentation.words import plain

FIRST = 10
"""ranked entries of a board that have a page for it, beside those that ever led it"""
LATEST = 5
"""results of a board, qualified or not, whose entries have a page for it because they are new"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unjudged:
    """An entry that was merged without a judged result, or has changed since it was judged."""

    entry: str
    title: str
    authors: tuple[str, ...]
    techniques: tuple[str, ...]
    page: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """What was played in one class under one set of rules."""

    class_: str
    version: int
    rules_sha256: str
    current: bool
    """under the rules that stand now"""
    score: str
    """name of what ranks"""
    say: Say
    ranked: tuple[Line, ...]
    others: tuple[Line, ...]
    """what did not qualify"""
    unjudged: tuple[Unjudged, ...] = ()
    pictured: frozenset[str]
    """names of the entries whose losses and model are drawn on their pages, for what they did here"""
    labels_alone: str = ""
    """what a list of the labels would take, where bytes rank"""
    par_place: int | None
    """how many ranked lines stand above the line of the par; null without one"""

    @property
    def name(self) -> str:
        """Among the boards of its competition: that of its class, or its own where the rules are gone."""
        return self.class_ if self.current else frozen_name(self.class_, self.version, self.rules_sha256)

    @property
    def record(self) -> Line | None:
        """The line at the head."""
        return self.ranked[0] if self.ranked else None

    @property
    def records(self) -> list[Line]:
        """Lines that stood alone at the head when they were recorded, in order of time, of those that still stand."""
        return sorted((line for line in self.ranked if line.led), key=lambda line: (line.recorded_at, line.entry))

    @property
    def lines(self) -> tuple[Line, ...]:
        """All that were played, the ranked ones first."""
        return self.ranked + self.others

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
    entries: Mapping[str, Played]
    """all of the competition's entries by name"""
    paged: frozenset[str]
    """names of the entries that have a page of their own"""

    @property
    def grid(self) -> list[tuple[str, list[Board | None]]]:
        """Hardware, with the pre-trained model that its classes start from -> its boards, one for each of `times`."""
        rows: dict[str, dict[str, Board]] = {}
        for board in self.boards:
            played = parse_class(board.class_)
            start = f" from {played.pretrained}" if played.pretrained else ""
            rows.setdefault(f"{played.hardware}{start}", {})[played.time.name] = board
        return [(name, [boards.get(time) for time in self.times]) for name, boards in rows.items()]

    @property
    def times(self) -> list[str]:
        """Names of the time classes that the competition has, shortest first."""
        return [time for time in TIME_CLASSES if time in {parse_class(board.class_).time.name for board in self.boards}]

    @property
    def baselines(self) -> list[tuple[Board, Line]]:
        """Results whose entry calls itself a baseline, by the technique of that name."""
        lines = ((board, line) for board in self.boards for line in board.ranked)
        return [(board, line) for board, line in lines if "baseline" in map(str.lower, line.techniques)]

    @property
    def every(self) -> tuple[Board, ...]:
        """All boards, those of the rules that stand now first."""
        return self.boards + self.frozen

    def frozen_in(self, class_: str) -> list[Board]:
        """Those of one class."""
        return [board for board in self.frozen if board.class_ == class_]


def standing(league: League, name: str) -> Standing:
    """Read a competition, its entries and its results.

    Raises:
        InputError: a file of the competition, of an entry or of a result has faults.
    """
    game = league.game(name)
    entries = {played.entry.name: played for played in league.all_played(name)}
    groups: dict[tuple[int, str, str], list[Result]] = {}
    for played in entries.values():
        for result in played.results:
            _refuse_strangers(played.entry, result)
            groups.setdefault((result.pins.version, result.pins.rules_sha256, result.pins.class_), []).append(result)
    rows = {key: rank(group, _score_of(game, key, group)) for key, group in groups.items()}
    now = (game.rules.version, game.rules_sha256)
    pictured = {key: _pictured(board, current=key[:2] == now) for key, board in rows.items()}
    paged = frozenset(entry for names in pictured.values() for entry in names)
    make = partial(_board, game, entries, paged)
    current = [(*now, class_) for class_ in game.rules.classes]
    return Standing(
        game=game,
        boards=tuple(make(key, rows.pop(key, ()), pictured.get(key, frozenset()), current=True) for key in current),
        frozen=tuple(make(key, rows[key], pictured[key], current=False) for key in sorted(rows, key=_latest_version_first)),
        entries=entries,
        paged=paged,
    )


def _refuse_strangers(entry: Entry, result: Result) -> None:
    """A folder that was renamed holds results of an entry that is not there."""
    if (result.pins.competition, result.pins.entry) != (entry.competition, entry.name):
        shown = f"submissions/{entry.ref}/results/{result.pins.class_}.yaml"
        raise InputError(
            [Fault(shown, "pins.entry", f'is "{result.pins.entry}"; give the folder its name back, or judge it anew')]
        )


def class_in_words(league: League, name: str) -> str:
    """`laptop-ss` -> `Laptop, 2 CPU cores, up to 10 min`."""
    played = parse_class(name)
    hardware = league.hardware.get(played.hardware)
    start = f", from {played.pretrained}" if played.pretrained else ""
    return f"{hardware.title if hardware else played.hardware}, up to {words.seconds(played.time.seconds)}{start}"


def _score_of(game: Game, key: tuple[int, str, str], results: Sequence[Result]) -> str:
    return game.rules.score if key[1] == game.rules_sha256 else results[0].ranked_by


def _pictured(rows: Sequence[Row], *, current: bool) -> frozenset[str]:
    """Entries that have a page for what they did on a board.

    A league of thousands can't have as many pages (GitHub serves a gigabyte).
    """
    found = set(_leaders(rows))
    if current:
        found.update(row.result.pins.entry for row in rows[:FIRST] if row.rank is not None)
        latest = sorted(rows, key=lambda row: age(row.result), reverse=True)
        found.update(row.result.pins.entry for row in latest[:LATEST])
    return frozenset(filter(SLUG.fullmatch, found))


def _board(
    game: Game,
    entries: Mapping[str, Played],
    paged: frozenset[str],
    key: tuple[int, str, str],
    rows: Sequence[Row],
    pictured: frozenset[str],
    *,
    current: bool,
) -> Board:
    version, rules_sha256, class_ = key
    rules, results = game.rules, [row.result for row in rows]
    score = rules.score if current else results[0].ranked_by
    say = partial(words.score, score, own=rules.own_score if current else None)
    beaten = _leaders(rows)
    lines = []
    for row in rows:
        name = row.result.pins.entry
        page = entry_page(game.name, name) if name in paged else None
        lines.append(line(row, say, entries[name].entry.submission, beat=beaten.get(name), page=page))
    par = rules.par if current else None
    return Board(
        class_=plain(class_),
        version=version,
        rules_sha256=rules_sha256,
        current=current,
        score=score,
        say=say,
        ranked=tuple(line for line in lines if line.rank is not None),
        others=tuple(line for line in lines if line.rank is None),
        unjudged=tuple(_unjudged(entries.values(), class_, paged)) if current else (),
        pictured=pictured,
        labels_alone=words.labels_alone(rules, results) if current else "",
        par_place=None if par is None else sum(_score(row.result) < par.score for row in rows if row.rank is not None),
    )


def _unjudged(entries: Iterable[Played], class_: str, paged: frozenset[str]) -> Iterator[Unjudged]:
    for played in entries:
        about, name = played.entry.submission, played.entry.name
        if class_ in played.unjudged:
            yield Unjudged(
                entry=plain(name),
                title=plain(about.title),
                authors=tuple(map(plain, about.authors)),
                techniques=tuple(map(plain, about.techniques)),
                page=entry_page(played.entry.competition, name) if name in paged else None,
            )


def _leaders(rows: Sequence[Row]) -> dict[str, float]:
    """Entries that stood alone at the head when they were recorded, of those that still stand -> the score they beat."""
    best, found = math.inf, {}
    ranked = (row.result for row in rows if row.rank is not None)
    for result in sorted(ranked, key=age):
        if _score(result) < best:
            found[result.pins.entry] = best
            best = _score(result)
    return found


def _score(result: Result) -> float:
    return math.inf if result.score is None else result.score


def _latest_version_first(key: tuple[int, str, str]) -> tuple[int, str, str]:
    version, rules_sha256, class_ = key
    return -version, rules_sha256, class_
