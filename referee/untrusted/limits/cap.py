"""What caps the memory and the processes of one job."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Protocol

from referee.ground.hardware import GIB, Limits

RESERVE_GIB = 1
"""left to the machine where neither the hardware nor the competition says how much memory a round may have"""


class Cap(Protocol):
    """Made before the box, entered by the box's first process, asked while it runs and once it is dead."""

    name: str
    hard: bool
    """whether the kernel itself enforces it; else somebody looks now and then, and may be late"""
    memory: int
    """bytes"""
    prefix: tuple[str, ...]
    """command that starts the box's own, to be put in front of it"""
    entering: str
    """lines of a shell, in which `$$` is the process to be capped; run before any privilege is dropped"""

    def attach(self, pid: int, folders: tuple[int, ...]) -> None:
        """The box stands.

        Args:
            pid: of its first process
            folders: descriptors of its file systems in memory, an own one each
        """
        ...

    def exceeded(self) -> bool:
        """Whether the job has asked for more memory than it may have; from then on it stays true."""
        ...

    def peak(self) -> int | None:
        """Bytes, the most at one time so far; None where that can't be measured."""
        ...

    def close(self) -> None:
        """Kill what is left in it, and leave nothing behind."""
        ...


def memory_bytes(limits: Limits) -> int:
    """What a round may have."""
    gib = limits.memory_gib
    physical = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return int(gib * GIB) if gib is not None else max(physical - RESERVE_GIB * GIB, physical // 2)


def read_number(file: Path) -> int | None:
    """The one number in a file of the kernel's; None where it is missing or says `max`."""
    try:
        return int(file.read_text())
    except (OSError, ValueError):
        return None
