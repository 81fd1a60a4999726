"""One job from its release to its last death: the clock that stops it, the caps that end it, what it left behind."""

from __future__ import annotations

import os
import select
import threading
from collections.abc import Callable
from contextlib import ExitStack

from referee.ground.errors import RefereeFault
from referee.untrusted import clock
from referee.untrusted.collect import collect_all, is_full
from referee.untrusted.sandbox import Box, Job, Outcome, Sandbox, Stop, Watch

PATROL_SECONDS = 0.025
"""between two looks at what only a look can cap"""
WATCH_SECONDS = 0.25
DEATH_SECONDS = 60
"""after SIGKILL; whoever is alive then hangs in the kernel, which is the machine's failure"""


def run(sandbox: Sandbox, job: Job, watch: Watch) -> Outcome:
    """Run `job` to its end, its deadline or its excess; nothing of it is alive afterwards.

    Raises:
        RefereeFault: the sandbox itself failed.
    """
    with ExitStack() as stack:
        box = sandbox.open(job, stack)
        started = clock.now()
        box.release()
        stack.callback(_watched(box, started, watch))
        stopped = _until_stopped(box, started + job.seconds)
        if stopped is not None:
            box.kill()
            if not readable(box.init, DEATH_SECONDS):
                raise RefereeFault(f"the contestant's processes outlived SIGKILL by {DEATH_SECONDS} s; look at this machine")
        seconds = clock.now() - started
        if box.cap.exceeded():
            stopped = Stop.MEMORY
        return Outcome(
            seconds=seconds,
            stopped=stopped,
            status=box.status() if stopped is None else None,
            log=box.log.text(),
            files=collect_all(box.output, job.wanted),
            output_full=stopped is Stop.OUTPUT or is_full(box.output),
            memory=box.cap.peak(),
            memory_limit=box.cap.memory,
        )


def readable(descriptor: int, seconds: float) -> bool:
    """Wait until a descriptor can be read: a pipe has bytes or no writer, the process of a pidfd is dead."""
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    return bool(poll.poll(max(0.0, seconds) * 1000))


def _until_stopped(box: Box, deadline: float) -> Stop | None:
    """Why the box must be killed; None once it is dead by itself."""
    while (left := deadline - clock.now()) > 0:
        if readable(box.init, min(left, PATROL_SECONDS)):
            return None
        if box.cap.exceeded():
            return Stop.MEMORY
        if box.overflows():
            return Stop.OUTPUT
    return Stop.TIME


def _watched(box: Box, started: float, watch: Watch) -> Callable[[], None]:
    """Call `watch` now and then, in a thread: a terminal that blocks must not hold up the clock. Gives what ends it."""
    over = threading.Event()
    # The thread's own, so that a late watch never meets a closed descriptor or, worse, another file under its number.
    output = os.dup(box.output)

    def look() -> None:
        try:
            while not over.wait(WATCH_SECONDS):
                watch(clock.now() - started, output)
        finally:
            os.close(output)

    thread = threading.Thread(target=look, daemon=True)
    thread.start()

    def end() -> None:
        over.set()
        thread.join(timeout=1)

    return end
