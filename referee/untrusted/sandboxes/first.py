"""The first process of a box, held by its pidfd: with it dies everything in the box."""

from __future__ import annotations

import contextlib
import signal

from referee.untrusted.supervision import DEATH_SECONDS, readable


def kill(init: int) -> None:
    """Ask for its death; returns at once."""
    with contextlib.suppress(ProcessLookupError):
        signal.pidfd_send_signal(init, signal.SIGKILL)


def end(init: int) -> None:
    """Kill it, and wait until it is dead."""
    kill(init)
    readable(init, DEATH_SECONDS)
