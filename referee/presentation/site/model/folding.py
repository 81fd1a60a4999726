"""Which operators of a large graph are drawn: equal blocks in a row once, then the first and the last."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

LONGEST_BLOCK = 64
"""operators of a block that is looked for"""
WORTHWHILE = 4
"""operators that a run hides, at least: shorter ones come by chance"""

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Run:
    """Equal blocks of operators, one behind the other."""

    start: int
    period: int
    times: int

    @property
    def end(self) -> int:
        """One behind its last operator."""
        return self.start + self.period * self.times


def equal_blocks(operators: Sequence[Hashable], inputs: Sequence[Sequence[int]]) -> list[Run]:
    """Runs of blocks that do the same to what the block before made. Nothing behind a run takes from a block before its last.

    Args:
        operators: what each one is; equal ones may stand for each other
        inputs: of each operator, the numbers of those that it takes from, -1 for the graph's input
    """
    kinds: dict[Hashable, int] = {}
    tokens = np.asarray(
        [
            kinds.setdefault((operator, *(_from(number, source) for source in inputs[number])), len(kinds))
            for number, operator in enumerate(operators)
        ],
        np.int64,
    )
    furthest = np.arange(len(operators))
    for number, sources in enumerate(inputs):
        for source in sources:
            if source >= 0:
                furthest[source] = max(furthest[source], number)
    runs, at = [], 0
    reaches = {period: _reach(tokens, period) for period in range(1, min(LONGEST_BLOCK, len(tokens) // 2) + 1)}
    while at < len(tokens):
        run = _longest(at, reaches, furthest)
        runs += [run] if run else []
        at = run.end if run else at + 1
    return runs


def shown(operators: int, runs: Sequence[Run], most: int) -> tuple[list[int], list[int]]:
    """The operators that are drawn, as (the first ones, the last ones), two to one where not all are.

    Args:
        operators: how many there are
        runs: of which the first block stands for all
        most: how many may be drawn
    """
    standing = [True] * operators
    for run in runs:
        standing[run.start + run.period : run.end] = [False] * (run.period * (run.times - 1))
    kept = [number for number in range(operators) if standing[number]]
    if len(kept) <= most:
        return kept, []
    last = most // 3
    return kept[: most - last], kept[len(kept) - last :]


def _from(number: int, source: int) -> Hashable:
    """Where a block takes from: the distance, or the very operator where that is far off."""
    return number - source if number - source <= LONGEST_BLOCK else ("at", source)


def _reach(tokens: Ints, period: int) -> Ints:
    """For each place, the first from which on the token is another one than a period later."""
    differs = np.flatnonzero(tokens[:-period] != tokens[period:])
    stops = np.append(differs, len(tokens) - period)
    return np.asarray(stops[np.searchsorted(stops, np.arange(len(tokens) - period))])


def _longest(at: int, reaches: dict[int, Ints], furthest: Ints) -> Run | None:
    """The run from a place that hides the most, of the shortest blocks."""
    best = None
    for period, reach in reaches.items():
        times = (int(reach[at]) - at) // period + 1 if at < len(reach) else 1
        run = Run(at, period, times)
        hidden = period * (times - 1)
        if hidden < WORTHWHILE or (best and hidden <= best.period * (best.times - 1)):
            continue
        if (furthest[at : run.end - period] < run.end).all():
            best = run
    return best
