"""A scope of systemd: the way to a control group on a machine that systemd runs, for root and for an ordinary user alike.

Theory of operation. systemd owns the tree of groups, and hands a part of it to whoever asks for a scope with `Delegate=yes`.
A keeper is started in such a scope and moved aside into a group of its own; the job gets another one next to it, which is
capped. An excess kills everything in the job's group and nothing else (for a delegated scope systemd's own OOMPolicy is
`continue`), so that what the kernel counted can be read until the keeper ends. It reads a pipe from the referee: when the
referee dies the keeper ends, the scope is empty, and systemd removes it.

An ordinary user may move a process between two groups only where the part of the tree that holds both is his, and a referee
that was started by `ssh` or as a service stands outside of it. So his launcher starts in a scope too, which it leaves at once.

Sources: systemd-run(1), systemd.scope(5), https://systemd.io/CGROUP_DELEGATION of systemd.
"""

from __future__ import annotations

import contextlib
import os
import select
import subprocess
import time
from pathlib import Path

from referee.ground.hardware import Limits
from referee.untrusted.limits.cgroup import Group2, mounted, path_of
from referee.untrusted.marks import new_name

BOOTED = Path("/run/systemd/system")
"""there where systemd is the first process; see sd_booted(3)"""
SETTLE_SECONDS = 10


class Scope:
    """A capped group in a scope of systemd.

    Args:
        keeper: a process that holds the scope, and ends with its stdin
        folder: of the scope, in the hierarchy of version 2
    """

    name = "systemd scope"
    hard = True

    def __init__(self, keeper: subprocess.Popen[bytes], folder: Path, limits: Limits) -> None:
        self.folder = folder
        self._keeper = keeper
        (folder / "keeper").mkdir()
        # A group that hands controllers on may hold no process itself.
        (folder / "keeper/cgroup.procs").write_text(f"{keeper.pid}")
        self.group = Group2.make(folder, limits)
        self.memory, self.entering = self.group.memory, self.group.entering
        # The last words take out again what systemd-run was told and what it adds: all of it could be read inside.
        bare = ("--", "env", "--unset=XDG_RUNTIME_DIR", "--unset=INVOCATION_ID")
        self.prefix = () if os.geteuid() == 0 else (*_systemd_run(), *bare)

    @classmethod
    def make(cls, limits: Limits) -> Scope:
        """A new scope with a group in it.

        Raises:
            OSError: this user may not, or has no systemd of his own.
        """
        keeper = subprocess.Popen(
            [*_systemd_run(), f"--unit={new_name()}", "--property=Delegate=yes", "--", "cat"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
            # Ctrl-C is the referee's to answer.
            start_new_session=True,
        )
        try:
            _answers(keeper)
            return cls(keeper, _folder(keeper.pid), limits)
        except BaseException:
            _end(keeper)
            raise

    def attach(self, pid: int, folders: tuple[int, ...]) -> None:
        """Nothing to do: files in memory are charged to the group."""

    def exceeded(self) -> bool:
        """See `Cap`."""
        return self.group.exceeded()

    def peak(self) -> int | None:
        """See `Cap`."""
        return self.group.peak()

    def close(self) -> None:
        """See `Cap`."""
        try:
            self.group.close()
        finally:
            _end(self._keeper)
        give_up = time.monotonic() + SETTLE_SECONDS
        while self.folder.exists() and time.monotonic() < give_up:
            time.sleep(0.002)


def _systemd_run() -> list[str]:
    """The command that starts another in a new scope, up to its own options."""
    run = ["systemd-run", "--scope", "--quiet", "--collect"]
    if os.geteuid() == 0:
        return run
    # Not the referee's own variable: a service, a cron job or `sudo -u` has none.
    return ["env", f"XDG_RUNTIME_DIR=/run/user/{os.geteuid()}", *run, "--user"]


def _answers(keeper: subprocess.Popen[bytes]) -> None:
    """Wait until the keeper runs in its scope: `cat` says what it is told."""
    assert keeper.stdin is not None and keeper.stdout is not None
    with contextlib.suppress(BrokenPipeError):
        keeper.stdin.write(b"!")
    told = select.select([keeper.stdout], [], [], SETTLE_SECONDS)[0]
    if not told or keeper.stdout.read(1) != b"!":
        raise OSError("systemd gave no scope")


def _folder(pid: int) -> Path:
    top, path = mounted("cgroup2"), path_of(f"{pid}", "")
    if top is None or path is None:
        raise OSError("there is no hierarchy of version 2")
    return top / path


def _end(keeper: subprocess.Popen[bytes]) -> None:
    for pipe in (keeper.stdin, keeper.stdout):
        assert pipe is not None
        pipe.close()
    keeper.kill()
    keeper.wait()
