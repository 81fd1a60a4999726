"""How long entries would wait: a simulated line in front of so many machines.

Entries arrive at random, wait in one line for a machine of their hardware, first come first served, and hold it for all
their rounds. Machines fail at random and are repaired; who was playing there goes back to the head of the line, and starts
anew, or goes on from a checkpoint. The tests compare it with what queueing theory knows in closed form: the mean wait of
M/M/c (A. K. Erlang, 1917) and of M/D/1 (F. Pollaczek, 1930).
"""

from __future__ import annotations

import heapq
import math
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum

import numpy as np
import numpy.typing as npt

from referee.ground.classes import DAY, CompetitionClass

Seconds = npt.NDArray[np.float64]
Length = Callable[[np.random.Generator], float]
"""draws the seconds for which an entry holds its machine"""
RUSH_SHARE = 0.1
"""of the days, the last ones: when contests end, everybody comes"""
AROUND = 120.0
"""seconds of a run beside its rounds: a job begins, the machine is looked at, rows are drawn, models are judged"""
SEASONS = 20
"""that are simulated for a number of machines"""
SAMPLED = 1000
"""lengths that a mean is taken of"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream:
    """Entries of one kind."""

    a_day: float
    """mean number that arrive"""
    length: Length
    resumes: bool = False
    """whether an entry whose machine fails goes on where it was"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Machines:
    """Of one kind of hardware."""

    count: int
    seconds_between_failures: float = math.inf
    """of one machine, while it is there: the mean of an exponential distribution"""
    repair_seconds: float = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Queued:
    """What came of a simulation."""

    waits: Seconds
    """(entries,) from arrival to the first start"""
    stays: Seconds
    """(entries,) from arrival to the end"""
    busy: float
    """share of the machines' time in which they were played on, 0 to 1"""
    longest_line: int
    interrupted: int
    """how often a failure ended a run"""


@dataclass(slots=True, eq=False)
class _Entry:
    arrived: float
    length: float
    resumes: bool
    left: float = 0
    started: float = math.nan
    ended: float = math.nan


class _Event(IntEnum):
    """In the order in which events of one moment happen."""

    ENDS = 0
    FAILS = 1
    REPAIRED = 2
    ARRIVES = 3


def stream(class_: CompetitionClass, a_day: float, used: float = 1, confirmed: float = 0) -> Stream:
    """Entries of a class, with the rounds that its time has by default.

    Args:
        used: mean share of its time that a round takes; below 1 an entry's own share follows a beta distribution
        confirmed: share of the entries that would lead, where such play as many rounds again
    """
    time = class_.time

    def length(random: np.random.Generator) -> float:
        again = 2 if time.confirmed and random.random() < confirmed else 1
        share = random.beta(2 * used, 2 - 2 * used) if 0 < used < 1 else used
        return AROUND + again * time.rounds * time.seconds * share

    return Stream(a_day=a_day, length=length, resumes=not time.in_job)


def simulate(
    streams: Sequence[Stream], machines: Machines, days: float, random: np.random.Generator, rush: float = 1
) -> Queued:
    """Let entries arrive for so many days, and go on until the last of them has ended.

    Args:
        rush: on the last tenth of the days so many times as many entries arrive as on the others; the mean stays
    """
    return _Line(machines, random).run(arrivals(streams, days, random, rush))


def arrivals(streams: Sequence[Stream], days: float, random: np.random.Generator, rush: float = 1) -> list[_Entry]:
    """Entries of all streams in the order of their arrival: a Poisson process, of two rates where there is a rush."""
    quiet, rushed = 1 - RUSH_SHARE, RUSH_SHARE * rush
    entries = []
    for stream in streams:
        number = random.poisson(stream.a_day * days)
        place = random.uniform(0, quiet + rushed, number)
        share_of_days = np.where(place < quiet, place, quiet + (place - quiet) / rush)
        entries += [_Entry(when, stream.length(random), stream.resumes) for when in (share_of_days * days * DAY).tolist()]
    return sorted(entries, key=lambda entry: entry.arrived)


class _Line:
    """Machines, who plays on them, and who waits."""

    def __init__(self, machines: Machines, random: np.random.Generator) -> None:
        self.machines, self.random = machines, random
        self.events: list[tuple[float, int, int, int]] = []
        """(when, what, which machine or entry, the machine's turn)"""
        self.playing: dict[int, tuple[_Entry, float]] = {}
        """machine -> entry, since when"""
        self.turn = [0] * machines.count
        """of each machine: an end that was planned for an earlier one does not come"""
        self.idle = list(range(machines.count))
        self.waiting: deque[_Entry] = deque()
        self.busy = 0.0
        self.longest = self.interrupted = 0

    def run(self, entries: list[_Entry]) -> Queued:
        """From the first arrival to the last end."""
        for number, entry in enumerate(entries):
            entry.left = entry.length
            self.events.append((entry.arrived, _Event.ARRIVES, number, 0))
        for machine in self.idle:
            self._plan_failure(machine, 0)
        heapq.heapify(self.events)
        now, left = 0.0, len(entries)
        while left:
            now, what, which, turn = heapq.heappop(self.events)
            if what == _Event.ARRIVES:
                self.waiting.append(entries[which])
            elif what == _Event.REPAIRED:
                self.idle.append(which)
                self._plan_failure(which, now)
            elif what == _Event.FAILS:
                self._fail(which, now)
            elif turn == self.turn[which]:
                self._leave(which, now).ended = now
                self.idle.append(which)
                left -= 1
            while self.idle and self.waiting:
                self._start(self.idle.pop(), self.waiting.popleft(), now)
            self.longest = max(self.longest, len(self.waiting))
        return Queued(
            waits=np.array([entry.started - entry.arrived for entry in entries], np.float64),
            stays=np.array([entry.ended - entry.arrived for entry in entries], np.float64),
            busy=self.busy / (now * self.machines.count) if now else 0,
            longest_line=self.longest,
            interrupted=self.interrupted,
        )

    def _start(self, machine: int, entry: _Entry, now: float) -> None:
        if math.isnan(entry.started):
            entry.started = now
        self.playing[machine] = entry, now
        heapq.heappush(self.events, (now + entry.left, _Event.ENDS, machine, self.turn[machine]))

    def _leave(self, machine: int, now: float) -> _Entry:
        """Whoever plays there stops."""
        entry, began = self.playing.pop(machine)
        self.turn[machine] += 1
        self.busy += now - began
        if entry.resumes:
            entry.left -= now - began
        return entry

    def _plan_failure(self, machine: int, now: float) -> None:
        if math.isfinite(self.machines.seconds_between_failures):
            after = self.random.exponential(self.machines.seconds_between_failures)
            heapq.heappush(self.events, (now + after, _Event.FAILS, machine, 0))

    def _fail(self, machine: int, now: float) -> None:
        if machine in self.playing:
            self.waiting.appendleft(self._leave(machine, now))
            self.interrupted += 1
        else:
            self.idle.remove(machine)
        heapq.heappush(self.events, (now + self.machines.repair_seconds, _Event.REPAIRED, machine, 0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Staffing:
    """What so many machines would mean; times in seconds."""

    machines: int
    busy: float
    median: float
    """of the waits"""
    late: float
    """that one wait in twenty is longer than"""
    longest: float
    """wait of all"""
    line: int
    """entries that wait at one time, at most"""
    interrupted: float
    """runs of a season that a failure ended, the mean"""


def staffing(
    streams: Sequence[Stream], machines: Machines, days: float, seed: int, rush: float = 1, seasons: int = SEASONS
) -> Staffing:
    """Many seasons of so many days, each with entries of its own; the same ones whatever the machines are."""
    held = [simulate(streams, machines, days, np.random.default_rng([seed, season]), rush) for season in range(seasons)]
    waits = np.concatenate([one.waits for one in held])
    return Staffing(
        machines=machines.count,
        busy=float(np.mean([one.busy for one in held])),
        median=float(np.median(waits)) if len(waits) else 0,
        late=float(np.quantile(waits, 0.95)) if len(waits) else 0,
        longest=float(waits.max(initial=0)),
        line=max(one.longest_line for one in held),
        interrupted=float(np.mean([one.interrupted for one in held])),
    )


def enough(
    streams: Sequence[Stream], machines: Machines, days: float, wait: float, seed: int, rush: float = 1
) -> list[Staffing]:
    """From the fewest machines that could do the work if it came evenly to the fewest with which 19 waits in 20 are short.

    Args:
        machines: all but the count
        wait: seconds that are short enough
    """
    tried = [staffing(streams, replace(machines, count=max(1, math.ceil(load(streams)))), days, seed, rush)]
    while tried[-1].late > wait:
        tried.append(staffing(streams, replace(machines, count=tried[-1].machines + 1), days, seed, rush))
    return tried


def load(streams: Sequence[Stream]) -> float:
    """Machines that would be busy all the time: arrivals a day x the mean length in days."""
    random = np.random.default_rng(0)
    return sum(one.a_day * float(np.mean([one.length(random) for _ in range(SAMPLED)])) / DAY for one in streams)
