"""The machines of a league: what each kind of hardware asks for, which runners have played, how fast they were, who waits."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from referee.ground.classes import parse_class
from referee.ground.errors import InputError
from referee.ground.hardware import Hardware
from referee.ground.machine import Machine
from referee.ground.ranking import age
from referee.ground.result import Result
from referee.presentation.charts import over_time
from referee.presentation.site.boards import Board, Standing, Unjudged
from referee.presentation.words import plain

SPEEDS = (
    ("matmul_gflops", "matrix product on all cores", "GFLOP/s"),
    ("copy_gbps", "copy of memory", "GB/s"),
    ("loop_mops", "interpreted loop on one core", "million turns a second"),
)
"""field of a calibration, what it is, unit"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Runner:
    """One fingerprint: machines that can't be told apart are one."""

    played: tuple[Result, ...]
    """in the order of their records"""

    @property
    def machine(self) -> Machine:
        """As it was the last time."""
        return self.played[-1].machine

    @property
    def results(self) -> int:
        """How many."""
        return len(self.played)

    @property
    def first(self) -> str:
        """Day of the first result, UTC."""
        return plain(self.played[0].recorded_at)[:10]

    @property
    def last(self) -> str:
        """Day of the latest result, UTC."""
        return plain(self.played[-1].recorded_at)[:10]


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """An entry of the default branch that has no result for the files that it has now."""

    standing: Standing
    board: Board
    entry: Unjudged


@dataclass(frozen=True, slots=True, kw_only=True)
class Fleet:
    """One kind of hardware and what is known of the machines that play it."""

    name: str
    hardware: Hardware
    classes: tuple[str, ...]
    """that competitions play on it, in the order of their time"""
    runners: tuple[Runner, ...]
    """the latest first"""
    results: tuple[Result, ...]
    """in the order of their records"""
    waiting: tuple[Waiting, ...]

    @property
    def calibrations(self) -> list[Markup]:
        """A chart for each speed; none before anything was measured."""
        charts = []
        for field, what, unit in SPEEDS:
            series = list(_series(self.runners, field))
            if series:
                chart = over_time(
                    key=f"{self.name}-{field}", caption=what.capitalize(), series=series, label=unit, say="{:.4g}".format
                )
                charts.append(chart)
        return charts


def fleets(hardware: Iterable[tuple[str, Hardware]], standings: Sequence[Standing]) -> tuple[Fleet, ...]:
    """Every kind of hardware of a league, in its own order."""
    results: dict[str, list[Result]] = {}
    waiting: dict[str, list[Waiting]] = {}
    classes: dict[str, set[str]] = {}
    for standing in standings:
        for board in standing.every:
            name = _hardware_of(board.class_)
            results.setdefault(name, []).extend(line.result for line in board.lines)
        for board in standing.boards:
            name = _hardware_of(board.class_)
            classes.setdefault(name, set()).add(board.class_)
            queue = (Waiting(standing=standing, board=board, entry=one) for one in board.unjudged)
            waiting.setdefault(name, []).extend(queue)
    return tuple(
        _fleet(name, one, classes.get(name, set()), results.get(name, []), waiting.get(name, [])) for name, one in hardware
    )


def _fleet(name: str, hardware: Hardware, classes: set[str], results: list[Result], waiting: list[Waiting]) -> Fleet:
    ordered = sorted(results, key=age)
    return Fleet(
        name=name,
        hardware=hardware,
        classes=tuple(sorted(classes, key=lambda class_: (parse_class(class_).time.seconds, class_))),
        runners=tuple(_runners(ordered)),
        results=tuple(ordered),
        waiting=tuple(waiting),
    )


def _runners(ordered: Iterable[Result]) -> list[Runner]:
    found: dict[tuple[object, ...], list[Result]] = {}
    for result in ordered:
        found.setdefault(_fingerprint(result.machine), []).append(result)
    runners = [Runner(played=tuple(group)) for group in found.values()]
    return sorted(runners, key=lambda runner: (runner.last, runner.results), reverse=True)


def _fingerprint(machine: Machine) -> tuple[object, ...]:
    """What makes two machines differ in speed: not the versions of their libraries."""
    return machine.cpu, machine.cores, round(machine.memory_gib), machine.gpus


def _series(runners: Sequence[Runner], field: str) -> Iterator[tuple[str, list[tuple[str, float]]]]:
    """Of each runner, the best speed of each run: what the machine can do, whatever else it did meanwhile."""
    for number, runner in enumerate(runners, start=1):
        points = [
            (result.recorded_at, max(getattr(one, field) for one in result.calibrations))
            for result in runner.played
            if result.calibrations
        ]
        if points:
            yield f"{number}: {plain(runner.machine.cpu, 40)}", points


def _hardware_of(class_: str) -> str:
    try:
        return parse_class(class_).hardware
    except InputError:
        return ""
