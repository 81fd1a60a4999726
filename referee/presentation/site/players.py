"""Players: what each handle has entered, and their order across competitions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from referee.ground.rating import points
from referee.presentation.site.boards import Board, Standing
from referee.presentation.site.lines import Line


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """A player's result on a board."""

    standing: Standing
    board: Board
    line: Line
    points: float
    """0 to 100; 0 for what did not qualify. What was judged by rules that are gone earns nothing but a page"""

    @property
    def current(self) -> bool:
        """Under the rules that stand now."""
        return self.board.current


@dataclass(frozen=True, slots=True, kw_only=True)
class Player:
    """A handle, as an author of entries."""

    handle: str
    """as the latest entry spells it"""
    results: tuple[Played, ...]
    """best first"""
    points: float
    """the best result of each board, summed"""
    place: int
    """by points, from 1; equal points share it"""

    @property
    def boards(self) -> int:
        """On how many the player has qualified."""
        return len({id(one.board) for one in self.results if one.current and one.line.rank is not None})

    @property
    def records(self) -> int:
        """How many boards the player leads, alone or not."""
        return len({id(one.board) for one in self.results if one.current and one.line.rank == 1})


def players(standings: Iterable[Standing]) -> tuple[Player, ...]:
    """Every author of a played entry, most points first. Authors of one entry earn its points each.

    GitHub's handles don't tell small from large letters, and neither does this.
    """
    found: dict[str, list[tuple[str, Played]]] = {}
    for one in _played(standings):
        for author in one.line.authors:
            found.setdefault(author.lower(), []).append((author, one))
    everybody = [_player(results) for results in found.values()]
    totals = sorted((player[2] for player in everybody), reverse=True)
    places = {total: place for place, total in reversed(list(enumerate(totals, start=1)))}
    ranked = [Player(handle=handle, results=results, points=total, place=places[total]) for handle, results, total in everybody]
    return tuple(sorted(ranked, key=lambda player: (player.place, -player.boards, player.handle.lower())))


def _played(standings: Iterable[Standing]) -> Iterator[Played]:
    for standing in standings:
        for board in standing.every:
            record = board.record if board.current else None
            for line in board.lines:
                score = line.result.score
                earned = points(score, record.result.score or 0.0) if line.rank and record and score is not None else 0.0
                yield Played(standing=standing, board=board, line=line, points=earned)


def _place(line: Line) -> tuple[int, str]:
    return line.rank or 10**9, line.entry


def _player(named: list[tuple[str, Played]]) -> tuple[str, tuple[Played, ...], float]:
    handle, _ = max(named, key=lambda one: (one[1].line.recorded_at, one[0]))
    results = sorted((one for _, one in named), key=lambda one: (-one.points, not one.current, *_place(one.line)))
    best: dict[int, float] = {}
    for one in results:
        best.setdefault(id(one.board), one.points)
    # Rounded, so that the order of the sum decides no place.
    return handle, tuple(results), round(sum(best.values()), 6)
