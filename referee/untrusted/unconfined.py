"""No sandbox at all: for practice on one's own code where bubblewrap is missing. Nothing here resists anybody."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

from referee.untrusted import clock
from referee.untrusted.collect import collect_all
from referee.untrusted.log import Log
from referee.untrusted.sandbox import PACKAGE, Job, Outcome, Watch

TICK_SECONDS = 0.25


class Unconfined:
    """Runs train.py as the user that the referee runs as.

    Args:
        reason: why no better sandbox could be had
    """

    name = "unconfined"
    confines = False

    def __init__(self, reason: str) -> None:
        self.reason = reason

    def run(self, job: Job, watch: Watch) -> Outcome:
        """See `Sandbox.run`."""
        with contextlib.ExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="mlgolf-", ignore_cleanup_errors=True)))
            for name in ("home", "out", "tmp"):
                (folder / name).mkdir()
            output = os.open(folder / "out", os.O_RDONLY | os.O_DIRECTORY)
            stack.callback(os.close, output)
            reading, writing = os.pipe()
            log_read = stack.enter_context(open(reading, "rb", buffering=0))
            started = clock.now()
            with open(writing, "wb", buffering=0) as log_inside:
                process = subprocess.Popen(
                    [sys.executable, "train.py"],
                    cwd=job.entry,
                    env=_environment(job, folder),
                    stdin=subprocess.DEVNULL,
                    stdout=log_inside,
                    stderr=log_inside,
                    start_new_session=True,
                )
            log = Log(log_read, job.log_bytes)
            try:
                while process.poll() is None and (left := started + job.seconds - clock.now()) > 0:
                    with contextlib.suppress(subprocess.TimeoutExpired):
                        process.wait(min(left, TICK_SECONDS))
                    watch(clock.now() - started, output)
            finally:
                timed_out = process.poll() is None
                # What train.py left running in its session goes too; a daemon that left the session can't be found.
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                status = process.wait()
            return Outcome(
                seconds=clock.now() - started,
                timed_out=timed_out,
                status=None if timed_out else status if status >= 0 else 128 - status,
                log=log.text(),
                files=collect_all(output, job.wanted),
                output_full=False,
            )


def _environment(job: Job, folder: Path) -> dict[str, str]:
    return {
        "HOME": f"{folder / 'home'}",
        "TMPDIR": f"{folder / 'tmp'}",
        "PATH": os.environ.get("PATH", os.defpath),
        "LANG": "C.UTF-8",
        "PYTHONPATH": f"{PACKAGE.parent}",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONUNBUFFERED": "1",
        "MLGOLF_OUT": f"{folder / 'out'}",
        **{variable: f"{file}" for variable, file in job.inputs.items()},
        **job.environment,
    }
