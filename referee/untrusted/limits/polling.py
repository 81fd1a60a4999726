"""Where no control group may be had: look at the processes now and then. Soft: it sees an excess when it looks, not before."""

from __future__ import annotations

import os
from collections import deque
from pathlib import Path

from referee.ground.hardware import Limits
from referee.untrusted.limits.cap import memory_bytes

PAGE = os.sysconf("SC_PAGE_SIZE")


class Polling:
    """Adds up what the processes of a box and its files in memory take.

    A process is first counted with all that it shares, which is cheap and too much; only where that is over the cap, its
    shared pages are divided among those who share them.
    """

    name = "a look now and then"
    hard = False
    prefix: tuple[str, ...] = ()
    entering = ""

    def __init__(self, limits: Limits) -> None:
        self.memory = memory_bytes(limits)
        self._pid = 0
        self._folders: tuple[int, ...] = ()
        self._peak: int | None = None
        self._exceeded = False

    def attach(self, pid: int, folders: tuple[int, ...]) -> None:
        """See `Cap`."""
        self._pid, self._folders = pid, folders

    def exceeded(self) -> bool:
        """See `Cap`; this is the look."""
        if self._exceeded or not self._pid:
            return self._exceeded
        files = sum(_held(folder) for folder in self._folders)
        pids = descendants(self._pid)
        used = files + sum(_resident(pid) for pid in pids)
        if used > self.memory:
            used = files + sum(_proportional(pid) for pid in pids)
        self._peak = max(self._peak or 0, used)
        self._exceeded = used > self.memory
        return self._exceeded

    def peak(self) -> int | None:
        """See `Cap`; an excess between two looks is missed."""
        return self._peak

    def close(self) -> None:
        """See `Cap`: it left nothing anywhere."""
        self._folders = ()


def descendants(pid: int) -> list[int]:
    """A process and all below it, itself first; whoever comes or goes meanwhile may be missed."""
    found, left = [], deque([pid])
    while left:
        one = left.popleft()
        found.append(one)
        try:
            for task in os.listdir(f"/proc/{one}/task"):  # noqa: PTH208
                left += map(int, Path(f"/proc/{one}/task/{task}/children").read_text().split())
        except OSError:
            continue
    return found


def _held(folder: int) -> int:
    status = os.fstatvfs(folder)
    return (status.f_blocks - status.f_bfree) * status.f_frsize


def _resident(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE
    except (OSError, IndexError):
        return 0


def _proportional(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        # Not ours to look into: count it in full.
        return _resident(pid)
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))
