"""What happened in a league, as far as its results tell: records, first results, newcomers, changed rules."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

from referee.presentation.site.boards import Board, Standing
from referee.presentation.site.lines import Line

LONGEST = 500
"""events on the page of the league's changes, the newest"""
Kind = Literal["record", "opened", "rules", "newcomer"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A result that stood alone at the head of its board when it was recorded, and still stands."""

    standing: Standing
    board: Board
    line: Line
    before: str
    """the score that it beat, as people read it; empty for the first of its board"""
    less: str
    """by how much; empty for the first"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened."""

    kind: Kind
    at: str
    """UTC, ISO 8601"""
    standing: Standing
    board: Board
    line: Line
    """the result that showed it"""
    record: Record | None = None
    handle: str = ""
    """of a newcomer"""


def records(standings: Iterable[Standing]) -> list[Record]:
    """Those of all boards that stand now, the newest first."""
    found = [_record(standing, board, line) for standing in standings for board in standing.boards for line in board.records]
    return sorted(found, key=lambda record: (record.line.recorded_at, record.line.entry), reverse=True)


def events(standings: Iterable[Standing]) -> list[Event]:
    """Everything that results tell, the newest first.

    A class opens with its first result; a version of the rules begins with the first result under it; a player comes with
    the first entry that was judged, whatever came of it. What an entry's later attempt has replaced is not known any more.
    """
    known = list(standings)
    found = [
        Event(kind="record", at=one.line.recorded_at, standing=one.standing, board=one.board, line=one.line, record=one)
        for one in records(known)
        if one.before
    ]
    found += _openings(known)
    found += _newcomers(known)
    return sorted(found, key=lambda event: (event.at, event.line.entry, event.kind, event.handle), reverse=True)


def by_month(listed: Iterable[Event]) -> list[tuple[str, list[Event]]]:
    """`2026-11` -> its events, in the order given."""
    return [(month, list(group)) for month, group in groupby(listed, key=lambda event: event.at[:7])]


def _record(standing: Standing, board: Board, line: Line) -> Record:
    first = line.beat is None or line.beat == float("inf")
    before = 0.0 if first or line.beat is None else line.beat
    less = before - (line.result.score or 0.0)
    return Record(
        standing=standing,
        board=board,
        line=line,
        before="" if first else board.say(before),
        less="" if first else board.say(less),
    )


def _openings(standings: Iterable[Standing]) -> Iterator[Event]:
    for standing in standings:
        seen: set[str] = set()
        played = [(board, _first(board)) for board in standing.every if board.played]
        for board, first in sorted(played, key=lambda pair: (pair[0].version, pair[1].recorded_at)):
            kind: Kind = "rules" if board.class_ in seen else "opened"
            seen.add(board.class_)
            record = next((_record(standing, board, line) for line in board.records if line is first), None)
            yield Event(kind=kind, at=first.recorded_at, standing=standing, board=board, line=first, record=record)


def _first(board: Board) -> Line:
    return min(board.lines, key=lambda line: (line.recorded_at, line.entry))


def _newcomers(standings: Iterable[Standing]) -> Iterator[Event]:
    first: dict[str, Event] = {}
    for standing in standings:
        for board in standing.every:
            for line in board.lines:
                for author in line.authors:
                    known = first.get(author.lower())
                    if known is None or (line.recorded_at, line.entry) < (known.at, known.line.entry):
                        event = Event(
                            kind="newcomer", at=line.recorded_at, standing=standing, board=board, line=line, handle=author
                        )
                        first[author.lower()] = event
    yield from first.values()
