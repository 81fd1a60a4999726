"""The control group that somebody else made and will remove: the engine of a container. It is read, and nothing else."""

from __future__ import annotations

from referee.ground.hardware import Limits
from referee.untrusted.limits import cgroup
from referee.untrusted.limits.cap import memory_bytes


class Theirs:
    """Remembers what it read last, for the group goes with its last process."""

    name = "the engine's control group"
    hard = True
    prefix: tuple[str, ...] = ()
    entering = ""

    def __init__(self, limits: Limits) -> None:
        self.memory = memory_bytes(limits)
        self._group: cgroup.Group1 | cgroup.Group2 | None = None
        self._peak: int | None = None
        self._exceeded = False

    def attach(self, pid: int, folders: tuple[int, ...]) -> None:
        """See `Cap`; files in memory are charged to the group."""
        self._group = cgroup.group_of(pid, self.memory)

    def exceeded(self) -> bool:
        """See `Cap`."""
        if self._group is not None:
            self._exceeded = self._exceeded or self._group.exceeded()
            self.peak()
        return self._exceeded

    def peak(self) -> int | None:
        """See `Cap`."""
        peak = self._group.peak() if self._group is not None else None
        self._peak = self._peak if peak is None else peak
        return self._peak

    def close(self) -> None:
        """See `Cap`: it is not ours to remove."""
