"""No sandbox at all: for practice on one's own code where nothing better works. Nothing here resists anybody.

It keeps the same promises as the others to an entry that means no harm: the same guard, the same clock, the same files and
variables, capped memory and output, and nothing left running, daemons included. To one that does mean harm it is no wall:
train.py runs as the user who started the referee, with the network and all files of that user.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from pathlib import Path

from referee.untrusted.limits import ladder
from referee.untrusted.machine import leftovers
from referee.untrusted.sandbox import Box, Job
from referee.untrusted.sandboxes import inside
from referee.untrusted.sandboxes.pipes import Pipes
from referee.untrusted.supervision import readable

GRACE_SECONDS = 5
"""for the guard to find and kill what train.py started"""


class Unconfined:
    """Runs train.py as the user that the referee runs as.

    Args:
        reason: why no better sandbox could be had
    """

    name = "unconfined"
    confines = False

    def __init__(self, reason: str) -> None:
        self.reason = reason

    def open(self, job: Job, stack: contextlib.ExitStack) -> Box:
        """See `Sandbox.open`."""
        work = Path(stack.enter_context(leftovers.folder("box")))
        for name in ("home", "out", "tmp"):
            (work / name).mkdir()
        inside.stage(job, work / "golf", work / "golf")
        output = os.open(work / "out", os.O_RDONLY | os.O_DIRECTORY)
        stack.callback(os.close, output)
        cap = ladder.cap(job.limits)
        stack.callback(cap.close)
        pipes = Pipes(stack)
        guard = inside.command(sys.executable, work / "golf", {"adopt": 1})
        process = subprocess.Popen(
            [*cap.prefix, "sh", "-ec", f'{cap.entering}exec "$@"', "mlgolf", *guard],
            cwd=work / "golf/entry",
            env=inside.environment(job, work / "golf", home=work / "home", tmp=work / "tmp", out=work / "out"),
            stdin=pipes.control_inside,
            stdout=pipes.log_inside,
            stderr=pipes.log_inside,
            start_new_session=True,
        )
        init = os.pidfd_open(process.pid)
        stack.callback(os.close, init)

        def end() -> None:
            pipes.hang_up()
            if not readable(init, GRACE_SECONDS):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()

        stack.callback(end)
        log = pipes.started(job.limits.log_bytes)
        cap.attach(process.pid, ())
        return Box(
            init=init,
            output=output,
            log=log,
            release=pipes.release,
            kill=pipes.hang_up,
            status=process.wait,
            cap=cap,
            overflows=lambda: _overflows(work / "out", job),
        )

    def sweep(self) -> list[str]:
        """See `Sandbox.sweep`: it leaves nothing but what every referee puts away."""
        return []


def _overflows(folder: Path, job: Job) -> bool:
    """Whether the output folder holds more than it may; it looks no further than that."""
    size = 0
    for files, path in enumerate(folder.rglob("*"), start=1):
        with contextlib.suppress(OSError):
            size += path.lstat().st_blocks * 512
        if size > job.limits.output_bytes or files > job.limits.output_files:
            return True
    return False
