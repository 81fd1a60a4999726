"""The two pipes between the referee and a guard: one holds it back and tells it that the referee lives, one drains the log."""

from __future__ import annotations

import contextlib
import os
from typing import BinaryIO

from referee.ground.errors import RefereeFault
from referee.untrusted import clock
from referee.untrusted.log import Log, shown
from referee.untrusted.sandboxes.guard import GO, READY
from referee.untrusted.supervision import readable

SET_UP_SECONDS = 60
TOLD = 300
"""signs kept of what a sandbox said when it could not be built"""


class Pipes:
    """Made before the box. Everything that it opens goes onto `stack`."""

    def __init__(self, stack: contextlib.ExitStack) -> None:
        self._stack = stack
        self.control_inside, self._control = self.pipe()
        self._log, self.log_inside = self.pipe()

    def pipe(self) -> tuple[BinaryIO, BinaryIO]:
        """Its two ends as files: unlike a bare descriptor, a file can be closed twice."""
        reading, writing = os.pipe()
        return (
            self._stack.enter_context(open(reading, "rb", buffering=0)),
            self._stack.enter_context(open(writing, "wb", buffering=0)),
        )

    def file(self, content: bytes) -> int:
        """The descriptor of a file without a name that holds `content`."""
        file = os.memfd_create("mlgolf")
        self._stack.callback(os.close, file)
        os.write(file, content)
        os.lseek(file, 0, os.SEEK_SET)
        return file

    def started(self, log_bytes: int) -> Log:
        """Wait until the guard is ready; from then on what comes is the entry's.

        Raises:
            RefereeFault: the sandbox could not be built.
        """
        self.control_inside.close()
        self.log_inside.close()
        told = bytearray()
        give_up = clock.now() + SET_UP_SECONDS
        while not told.endswith(READY):
            # A byte at a time: whatever follows is the log's.
            byte = self._log.read(1) if readable(self._log.fileno(), give_up - clock.now()) else b""
            if not byte:
                said = " ".join(shown(told.decode("utf-8", "replace")).split())[-TOLD:]
                raise RefereeFault(f"the sandbox could not be built: {said or 'it said nothing'}; see `referee doctor`")
            told += byte
        return Log(self._log, log_bytes)

    def release(self) -> None:
        """Let the entry start."""
        self._control.write(GO)

    def hang_up(self) -> None:
        """Tell the guard that the referee is gone: it takes the box down."""
        self._control.close()


def read_line(pipe: BinaryIO) -> bytes:
    """One line, which must be there soon.

    Raises:
        RefereeFault: it is not.
    """
    line = pipe.readline() if readable(pipe.fileno(), SET_UP_SECONDS) else b""
    if not line:
        raise RefereeFault("the sandbox did not say which process is its first; see `referee doctor`")
    return line
