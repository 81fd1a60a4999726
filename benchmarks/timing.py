"""Paired timing of whole processes and of calls: A B A B, so that a machine that drifts slows both."""

from __future__ import annotations

import statistics
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Row:
    """A line of the table."""

    what: str
    ours: float
    """median, seconds"""
    against: str
    theirs: float
    """median, seconds"""
    bound: str
    holds: bool

    @property
    def ratio(self) -> float:
        """Ours over theirs."""
        return self.ours / self.theirs if self.theirs else float("nan")


def paired(ours: Callable[[], object], theirs: Callable[[], object], times: int) -> tuple[list[float], list[float]]:
    """Seconds of each call, after one warm-up of both."""
    ours(), theirs()
    pairs = [(seconds(ours), seconds(theirs)) for _ in range(times)]
    return [one for one, _ in pairs], [other for _, other in pairs]


def seconds(call: Callable[[], object]) -> float:
    """Wall-clock seconds of one call."""
    began = time.perf_counter()
    call()
    return time.perf_counter() - began


def process(words: Sequence[str], cwd: Path, environment: Mapping[str, str] | None = None) -> Callable[[], object]:
    """A call that runs a command to its end and fails with it."""
    return lambda: subprocess.run(words, cwd=cwd, env=environment, check=True, capture_output=True)


def median(values: Sequence[float]) -> float:
    """The middle one."""
    return statistics.median(values)
