"""What every sandbox offers: run one job, stop it on time, hand over what it left."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from referee.untrusted.collect import Refused

PACKAGE = Path(__file__).resolve().parent.parent
CONTESTANT_FILES = ("__init__.py", "contestant/__init__.py", "contestant/export.py", "py.typed")
"""all that a contestant sees of the referee's package"""

Watch = Callable[[float, int], None]
"""Called about four times a second with the seconds used and a descriptor of the output folder."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One training."""

    entry: Path
    """folder with train.py; what else stands in it is visible too"""
    inputs: Mapping[str, Path]
    """environment variable -> file that it names, read-only"""
    environment: Mapping[str, str]
    seconds: float
    output_bytes: int
    log_bytes: int
    processes: int
    devices: tuple[str, ...] = ()
    """device nodes to pass through"""
    wanted: Mapping[str, int]
    """name of a file in the output folder -> bytes that it may have"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How a job ended. All of its processes are gone."""

    seconds: float
    """from the release of the process to the death of the last one"""
    timed_out: bool
    status: int | None
    """of train.py where it ended by itself; 128 + n where signal n ended it"""
    log: str
    files: Mapping[str, bytes | Refused]
    """those of the wanted files that were there"""
    output_full: bool


class Sandbox(Protocol):
    """A way to run strangers' code."""

    name: str
    confines: bool
    """whether its results may become records"""

    def run(self, job: Job, watch: Watch) -> Outcome:
        """Run `job` to its end or its deadline.

        Raises:
            RefereeFault: the sandbox itself failed.
        """
        ...


def is_full(folder: int) -> bool:
    """Whether the file system of a folder has no room left."""
    status = os.fstatvfs(folder)
    return status.f_bavail == 0 or (status.f_files > 0 and status.f_favail == 0)
