"""What every sandbox offers: open a box for one job, with its command held back. `supervision` does the rest, once for all.

A new sandbox is a file in `sandboxes` and a row in `backends`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from referee.ground.hardware import Limits
from referee.untrusted.collect import Refused
from referee.untrusted.limits.cap import Cap
from referee.untrusted.log import Log

Watch = Callable[[float, int], None]
"""Called about four times a second, in a thread of its own, with the seconds used and a descriptor of the output folder."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One training."""

    entry: Mapping[str, Path]
    """name below the entry's folder -> file; train.py is among them"""
    inputs: Mapping[str, Path]
    """environment variable -> file that it names, read-only"""
    environment: Mapping[str, str]
    seconds: float
    limits: Limits
    devices: tuple[str, ...] = ()
    """device nodes to pass through"""
    wanted: Mapping[str, int]
    """name of a file in the output folder -> bytes that it may have"""


class Stop(StrEnum):
    """Why a job was stopped before it ended by itself."""

    TIME = "time"
    MEMORY = "memory"
    OUTPUT = "output"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How a job ended. All of its processes are gone."""

    seconds: float
    """from the release of the process to the death of the last one"""
    stopped: Stop | None
    status: int | None
    """of train.py where it ended by itself; 128 + n where signal n ended it"""
    log: str
    files: Mapping[str, bytes | Refused]
    """those of the wanted files that were there"""
    output_full: bool
    memory: int | None
    """bytes, the most at one time, of processes and files in memory; None where nothing could measure it"""
    memory_limit: int
    """bytes"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A sandbox that stands: everything is mounted and capped, and its guard waits to be released."""

    init: int
    """pidfd of the guard; when it is dead, so is everything in the box"""
    output: int
    """descriptor of the output folder; it stays readable when the box is dead"""
    log: Log
    release: Callable[[], None]
    kill: Callable[[], None]
    """ask for the death of everything; returns at once"""
    status: Callable[[], int]
    """of train.py, once the guard is dead"""
    cap: Cap
    overflows: Callable[[], bool] = lambda: False
    """whether the output folder holds more than it may, where the file system itself does not prevent it"""


class Sandbox(Protocol):
    """A way to run strangers' code."""

    name: str
    confines: bool
    """whether its results may become records"""

    def open(self, job: Job, stack: ExitStack) -> Box:
        """Build a box. What is to be undone goes onto `stack`: afterwards nothing of the job runs and nothing of it is left.

        Raises:
            RefereeFault: the sandbox itself failed.
        """
        ...

    def sweep(self) -> list[str]:
        """Put away what a killed referee left that only this sandbox knows of; a sentence for each thing found."""
        ...
