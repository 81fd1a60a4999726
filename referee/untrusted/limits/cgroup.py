"""Control groups, version 2 and version 1: the kernel caps the memory and the processes, and kills what asks for more.

Sources: Documentation/admin-guide/cgroup-v2.rst and cgroup-v1/memory.rst of Linux.
"""

from __future__ import annotations

import contextlib
import os
import shlex
import signal
import time
from collections.abc import Iterator
from pathlib import Path

from referee.ground.errors import RefereeFault
from referee.ground.hardware import Limits
from referee.untrusted.limits.cap import memory_bytes, read_number
from referee.untrusted.marks import PREFIX, is_left_over, new_name

EMPTY_SECONDS = 10


class Group2:
    """A group of version 2.

    Args:
        folder: of the group, in the one hierarchy
        memory: bytes that it may have
    """

    name = "cgroup v2"
    hard = True
    prefix: tuple[str, ...] = ()

    def __init__(self, folder: Path, memory: int) -> None:
        self.folder, self.memory = folder, memory
        self.entering = _enter([folder])

    @classmethod
    def make(cls, parent: Path, limits: Limits) -> Group2:
        """A new group below `parent`.

        Raises:
            OSError: this user may not, or the controllers are not there.
        """
        have = (parent / "cgroup.subtree_control").read_text().split()
        if missing := [f"+{name}" for name in ("memory", "pids") if name not in have]:
            (parent / "cgroup.subtree_control").write_text(" ".join(missing))
        group = cls(_make(parent), memory_bytes(limits))
        try:
            write_limits2(group.folder, group.memory, limits.processes)
        except OSError:
            group.close()
            raise
        return group

    def attach(self, pid: int, folders: tuple[int, ...]) -> None:
        """Nothing to do: files in memory are charged to the group."""

    def exceeded(self) -> bool:
        """See `Cap`: the group reached its limit, and the kernel killed somebody."""
        try:
            events = dict(line.split() for line in (self.folder / "memory.events").read_text().splitlines())
        except OSError:
            return False
        # Where the machine itself runs out of memory, the second alone is counted: that is not the job's fault.
        return int(events.get("oom", 0)) > 0 and int(events.get("oom_kill", 0)) > 0

    def peak(self) -> int | None:
        """See `Cap`. Kernels before 5.19 keep none."""
        return read_number(self.folder / "memory.peak")

    def close(self) -> None:
        """See `Cap`."""
        with contextlib.suppress(OSError):
            (self.folder / "cgroup.kill").write_text("1")
        _remove([self.folder])


class Group1:
    """A pair of groups of version 1: one caps the memory, one the processes.

    Args:
        memory_folder, pids_folder: in their hierarchies
        memory: bytes
    """

    name = "cgroup v1"
    hard = True
    prefix: tuple[str, ...] = ()

    def __init__(self, memory_folder: Path, pids_folder: Path, memory: int) -> None:
        self.folders, self.memory = (memory_folder, pids_folder), memory
        self.entering = _enter(self.folders)

    @classmethod
    def make(cls, memory_parent: Path, pids_parent: Path, limits: Limits) -> Group1:
        """A new pair.

        Raises:
            OSError: this user may not.
        """
        memory_folder = _make(memory_parent)
        try:
            pids_folder = _make(pids_parent)
        except OSError:
            memory_folder.rmdir()
            raise
        group = cls(memory_folder, pids_folder, memory_bytes(limits))
        try:
            (memory_folder / "memory.limit_in_bytes").write_text(f"{group.memory}")
            swap = memory_folder / "memory.memsw.limit_in_bytes"
            if swap.exists():
                swap.write_text(f"{group.memory}")
            (pids_folder / "pids.max").write_text(f"{limits.processes}")
        except OSError:
            group.close()
            raise
        return group

    def attach(self, pid: int, folders: tuple[int, ...]) -> None:
        """Nothing to do: files in memory are charged to the group."""

    def exceeded(self) -> bool:
        """See `Cap`: the kernel killed somebody."""
        try:
            lines = (self.folders[0] / "memory.oom_control").read_text().splitlines()
        except OSError:
            return False
        return any(line.startswith("oom_kill ") and not line.endswith(" 0") for line in lines)

    def peak(self) -> int | None:
        """See `Cap`."""
        return read_number(self.folders[0] / "memory.max_usage_in_bytes")

    def close(self) -> None:
        """See `Cap`."""
        _remove(self.folders)


def write_limits2(folder: Path, memory: int, processes: int) -> None:
    """Cap a group of version 2.

    Raises:
        OSError: this user may not.
    """
    (folder / "memory.max").write_text(f"{memory}")
    (folder / "memory.oom.group").write_text("1")
    (folder / "pids.max").write_text(f"{processes}")
    with contextlib.suppress(FileNotFoundError):
        (folder / "memory.swap.max").write_text("0")


def mounted(kind: str, controller: str = "") -> Path | None:
    """Where a hierarchy stands: `cgroup2`, or `cgroup` with a controller."""
    for line in Path("/proc/self/mounts").read_text(encoding="utf-8", errors="replace").splitlines():
        _, place, type_, options, *_ = line.split()
        if type_ == kind and (not controller or controller in options.split(",")):
            return Path(place)
    return None


def unified() -> Path | None:
    """The hierarchy of version 2, where it has what a cap needs: on a machine of mixed versions it stands, and has nothing."""
    top = mounted("cgroup2")
    controllers = (top / "cgroup.controllers").read_text().split() if top else []
    return top if {"memory", "pids"} <= set(controllers) else None


def own(controller: str) -> Path | None:
    """The group of version 1 that this process is in."""
    top, path = mounted("cgroup", controller), path_of("self", controller)
    if top is None or path is None:
        return None
    return top / path if (top / path).is_dir() else top


def group_of(pid: int, memory: int) -> Group1 | Group2:
    """The group that a process is in, to be read.

    Args:
        memory: bytes that it may have

    Raises:
        RefereeFault: it is not to be seen from here.
    """
    top2, top, path = mounted("cgroup2"), mounted("cgroup", "memory"), path_of(f"{pid}", "")
    if top2 and path is not None and (top2 / path / "memory.events").exists():
        return Group2(top2 / path, memory)
    path = path_of(f"{pid}", "memory")
    if top and path is not None and (top / path / "memory.oom_control").exists():
        return Group1(top / path, top / path, memory)
    raise RefereeFault(f"the control group of process {pid} can't be seen; run the referee outside of any container")


def path_of(process: str, controller: str) -> str | None:
    """Of the group of a process, below the top of its hierarchy; without a controller, of version 2."""
    for line in Path(f"/proc/{process}/cgroup").read_text().splitlines():
        _, controllers, path = line.split(":", 2)
        if controller in controllers.split(","):
            return path.lstrip("/")
    return None


def leftovers() -> Iterator[Path]:
    """Groups whose referee is gone."""
    tops = {mounted("cgroup2"), own("memory"), own("pids")}
    for top in tops - {None}:
        assert top is not None
        for folder in top.glob(f"{PREFIX}*"):
            if is_left_over(folder.name):
                yield folder


def sweep(folder: Path) -> None:
    """Kill what is left in a group, and remove it."""
    _remove([folder])


def _make(parent: Path) -> Path:
    folder = parent / new_name()
    folder.mkdir()
    return folder


def _enter(folders: list[Path] | tuple[Path, ...]) -> str:
    return "".join(f"echo $$ > {shlex.quote(str(folder / 'cgroup.procs'))}\n" for folder in folders)


def _remove(folders: list[Path] | tuple[Path, ...]) -> None:
    """Kill and remove; whoever has just died may still be counted for a moment."""
    give_up = time.monotonic() + EMPTY_SECONDS
    for folder in folders:
        while True:
            for word in _processes(folder):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(int(word), signal.SIGKILL)
            try:
                folder.rmdir()
                break
            except FileNotFoundError:
                break
            except OSError as error:
                if time.monotonic() > give_up:
                    raise RefereeFault(f"{folder} can't be removed ({error.strerror}); look at what runs in it") from None
                time.sleep(0.002)


def _processes(folder: Path) -> list[str]:
    try:
        return (folder / "cgroup.procs").read_text().split()
    except OSError:
        return []
