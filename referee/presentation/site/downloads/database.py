"""The league as one SQLite database, for whoever wants to ask it something. `.schema` prints what its columns mean.

For example, how the loss on rows never seen goes with the score, on each board where ten or more qualified:

    SELECT competition, class, count(*) AS entries, min(score) AS record, avg(heldout_loss) AS heldout
    FROM leaderboard WHERE rank IS NOT NULL GROUP BY competition, class HAVING entries >= 10 ORDER BY record;
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from typing import Any

from referee.files.league import Played
from referee.ground.fits import Measure
from referee.ground.machine import Machine
from referee.ground.result import JudgedRound, Result, Source
from referee.ground.scores import SCORES
from referee.presentation.site.boards import Standing
from referee.presentation.site.downloads.tables import TABLES
from referee.presentation.site.lines import Line
from referee.presentation.site.players import Player
from referee.presentation.words import plain

FILE = "league.sqlite"
VERSION = 1
"""of the tables, as `PRAGMA user_version` tells it"""
CURVES = 10
"""rank up to which loss curves are kept"""

Values = tuple[Any, ...]


def database(standings: Iterable[Standing], players: Iterable[Player]) -> bytes:
    """Every competition, board and result, frozen ones too. The same league gives the same bytes under the same SQLite.

    Strangers' strings are as the pages have them: on one line, without control characters.
    """
    rows = _Rows()
    for standing in standings:
        rows.competition(standing)
    rows.tables["players"] = [(plain(player.handle), player.place, player.points) for player in players]
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as made:
        made.executescript(TABLES)
        made.execute(f"PRAGMA user_version = {VERSION}")
        made.execute("BEGIN")
        for table, values in rows.tables.items():
            if values:
                made.executemany(f"INSERT INTO {table} VALUES ({', '.join('?' * len(values[0]))})", values)
        made.execute("COMMIT")
        return made.serialize()


class _Rows:
    """The rows of each table, in the order in which they are numbered."""

    def __init__(self) -> None:
        self.tables: dict[str, list[Values]] = {}
        self._machines: dict[str, int] = {}

    def competition(self, standing: Standing) -> None:
        """A competition, its entries, its boards."""
        self.tables.setdefault("competitions", []).append(_of_competition(standing))
        entries = {plain(name): self._entry(standing.game.name, played) for name, played in standing.entries.items()}
        for board in standing.every:
            about = (standing.game.name, board.class_, board.version, board.rules_sha256, board.score, not board.current)
            number = self._add("boards", *about)
            for line in board.lines:
                self._result(number, entries[line.entry], line)

    def _add(self, table: str, *values: Any) -> int:
        """A row that begins with its number, from 1; gives that."""
        rows = self.tables.setdefault(table, [])
        rows.append((len(rows) + 1, *values))
        return len(rows)

    def _many(self, table: str, number: int, values: Iterable[Values]) -> None:
        """Rows that belong to the row `number` of another table, in their order."""
        self.tables.setdefault(table, []).extend((number, position, *one) for position, one in enumerate(values, start=1))

    def _entry(self, competition: str, played: Played) -> int:
        about = played.entry.submission
        compute = (plain(about.hyperparameters, 800), plain(about.tuning_compute, 800))
        number = self._add("entries", competition, plain(played.entry.name), plain(about.title), *compute)
        self._many("authors", number, ((plain(author),) for author in about.authors))
        self._many("techniques", number, ((plain(technique),) for technique in about.techniques))
        return number

    def _result(self, board: int, entry: int, line: Line) -> None:
        result, first = line.result, (board, entry, self._machine(line.result.machine))
        number = self._add("results", *first, *_of_line(line), *_of_result(result))
        kept = line.rank is not None and line.rank <= CURVES
        for judged in result.rounds:
            round_ = self._add("rounds", number, *_of_round(judged, result.ranked_by))
            if kept and judged.trained.curve:
                self._many("curves", round_, _of_curve(judged))
        speeds = ((one.matmul_gflops, one.copy_gbps, one.loop_mops) for one in result.calibrations)
        self._many("calibrations", number, speeds)

    def _machine(self, machine: Machine) -> int:
        """Equal machines share a row."""
        key = repr(machine)
        if key not in self._machines:
            self._machines[key] = self._add("machines", *_of_machine(machine))
        return self._machines[key]


def _of_competition(standing: Standing) -> Values:
    game, rules = standing.game, standing.game.rules
    par, fit = rules.par, rules.fit
    said = (game.name, plain(rules.title), plain(rules.summary, 800), rules.version, game.rules_sha256)
    judged = (rules.score, plain(rules.score_sentence), fit.loss, fit.fit.bound, fit.threshold)
    drawn = (rules.architecture.rule, rules.data.draw, rules.rounds, rules.aggregate)
    return *said, *judged, *drawn, *((par.score, par.kind, plain(par.source, 800)) if par else (None, None, None))


def _of_line(line: Line) -> Values:
    result = line.result
    place = (line.rank, result.score, line.excess, line.within_noise, line.led, line.verdict.value, line.reason or None)
    return *place, result.seconds, result.joules, result.joules_at_most, result.memory_gib


def _of_result(result: Result) -> Values:
    measured = (*_measures(result.fit, result.heldout), *_scores(result.scores, result.ranked_by))
    kept = (_whole(result.attempt), plain(result.recorded_at), plain(result.referee), plain(result.sandbox))
    return *measured, *kept, plain(result.pins.tree), *_source(result.source)


def _source(source: Source | None) -> Values:
    if source is None:
        return (None,) * 5
    commits = (plain(source.commit), plain(source.base))
    return plain(source.repository), _whole(source.pull_request), *commits, _whole(source.run)


def _of_round(judged: JudgedRound, ranked_by: str) -> Values:
    trained, artifact = judged.trained, judged.trained.artifact
    became = (_whole(trained.number), judged.verdict.value, plain(judged.reason, 400) if judged.reason else None)
    drawn = (_whole(trained.draw_seed), _whole(trained.train_seed), plain(trained.draw_sha256))
    took = (trained.seconds, trained.joules, trained.joules_at_most, trained.memory_gib)
    measured = (*_measures(judged.fit, judged.heldout), *_scores(judged.scores, ranked_by), judged.label_bytes)
    handed_in = (plain(artifact.sha256), _whole(artifact.bytes)) if artifact else (None, None)
    return *became, *drawn, *took, *measured, *handed_in


def _of_curve(judged: JudgedRound) -> Iterator[Values]:
    return ((_whole(point.step), point.seconds, point.loss) for point in judged.trained.curve.points)


def _of_machine(machine: Machine) -> Values:
    gpus = json.dumps([plain(gpu) for gpu in machine.gpus])
    libraries = json.dumps({plain(name): plain(version) for name, version in machine.libraries.items()}, sort_keys=True)
    system = (plain(machine.os), plain(machine.python), libraries)
    found = (machine.governor and plain(machine.governor), machine.container and plain(machine.container))
    return plain(machine.cpu), _whole(machine.cores), machine.memory_gib, gpus, *system, *found


def _measures(*measures: Measure | None) -> Iterator[Any]:
    for measure in measures:
        yield from (measure.loss, measure.accuracy, _whole(measure.rows)) if measure else (None, None, None)


def _scores(scores: Mapping[str, float] | None, ranked_by: str) -> Iterator[Any]:
    """Every score of the table, and the competition's own where that ranks."""
    known = scores or {}
    yield from map(known.get, SCORES)
    yield None if ranked_by in SCORES else known.get(ranked_by)


def _whole(number: int | None) -> int | str | None:
    """What SQLite has no room for goes in as digits, which a column of whole numbers makes a float."""
    return number if number is None or -(2**63) <= number < 2**63 else str(number)
