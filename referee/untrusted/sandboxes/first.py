"""The first process of a box, held by its pidfd: with it dies everything in the box."""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Callable
from pathlib import Path

from referee.ground.errors import RefereeFault
from referee.untrusted.limits.cap import Cap
from referee.untrusted.log import Log
from referee.untrusted.sandbox import Box
from referee.untrusted.sandboxes.inside import FOLDERS
from referee.untrusted.sandboxes.pipes import Pipes
from referee.untrusted.supervision import DEATH_SECONDS, readable


def box(pid: int, init: int, cap: Cap, log: Log, pipes: Pipes, status: Callable[[], int], stack: contextlib.ExitStack) -> Box:
    """The box around it, whose mounts stand. The descriptors of its folders go onto `stack`.

    Args:
        pid, init: the process, by its number and by its pidfd
        status: gives that of train.py, once the process is dead

    Raises:
        RefereeFault: its folders can't be looked into.
    """
    folders = [_opened(pid, folder) for folder in FOLDERS.values()]
    for folder in folders:
        stack.callback(os.close, folder)
    cap.attach(pid, tuple(folders))
    return Box(
        init=init,
        output=folders[0],
        log=log,
        release=pipes.release,
        kill=lambda: kill(init),
        status=status,
        cap=cap,
    )


def _opened(pid: int, folder: Path) -> int:
    try:
        return os.open(f"/proc/{pid}/root{folder}", os.O_RDONLY | os.O_DIRECTORY)
    except PermissionError:
        raise RefereeFault(f"the box's {folder} can't be opened from outside; run the referee as root") from None
    except FileNotFoundError:
        raise RefereeFault("the box ended before it was released; look at what kills processes on this machine") from None


def kill(init: int) -> None:
    """Ask for its death; returns at once."""
    with contextlib.suppress(ProcessLookupError):
        signal.pidfd_send_signal(init, signal.SIGKILL)


def end(init: int) -> None:
    """Kill it, and wait until it is dead."""
    kill(init)
    readable(init, DEATH_SECONDS)
