"""The child of an evaluation: a process that imports, waits for work, and limits itself before it opens a model.

It imports slowly, so whoever is about to judge starts it first and imports the rest of the referee meanwhile: this module
takes nothing but the standard library.
"""

from __future__ import annotations

import contextlib
import json
import os
import selectors
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import IO, TYPE_CHECKING, Any, Self

from referee.ground.errors import InvalidModel, RefereeFault

if TYPE_CHECKING:
    from referee.models.budget import Budget

SCRIPT = Path(__file__).with_name("evaluation_child.py")
INVALID = 10
"""exit status of a child that stands for: the model can't be run"""

Watch = Callable[[int, int], None]
"""told now and then: rows done, rows in all"""


def unwatched(done: int, rows: int) -> None:
    """Nobody is told."""


class Child:
    """onnxruntime and onnx.reference in a process of their own. For one evaluation; ended with it.

    Used as a context: leaving it kills what still runs and removes what it wrote.
    """

    def __enter__(self) -> Self:
        self._scratch = tempfile.TemporaryDirectory(prefix=f"mlgolf-{os.getpid()}-judge-")
        self.folder = Path(self._scratch.name)
        self.free = True
        """nobody has asked it anything yet"""
        self._errors = self.folder / "errors"
        try:
            with self._errors.open("wb") as errors:
                self.process = subprocess.Popen(
                    [sys.executable, "-I", "-S", str(SCRIPT), json.dumps(sys.path)],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=errors,
                    env={"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
                    cwd=self.folder,
                )
        except BaseException:
            self._scratch.cleanup()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                with contextlib.suppress(BrokenPipeError):
                    pipe.close()
        self._scratch.cleanup()

    def ask(self, what: dict[str, Any]) -> None:
        """Set it to work on the files in `folder`."""
        self.free = False
        assert self.process.stdin is not None
        # A child that is dead already says so when its end is looked at.
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.write(json.dumps(what).encode() + b"\n")
            self.process.stdin.flush()

    def finish(self, budget: Budget, watch: Watch = unwatched) -> None:
        """Follow it to its end, and say what that means.

        Raises:
            InvalidModel: the model can't be run within the budget.
            RefereeFault: the child failed by itself.
        """
        assert self.process.stdout is not None
        if not _followed(self.process.stdout, time.monotonic() + budget.wall_seconds, watch):
            raise InvalidModel(f"running the model took more than {budget.wall_seconds} s")
        status = self.process.wait()
        told = self._errors.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-1:]
        if status == INVALID:
            raise InvalidModel(told[0][:300] if told else "the model can't be run")
        if status in (-signal.SIGXCPU, -signal.SIGKILL):
            raise InvalidModel(f"running the model took more than {budget.cpu_seconds} s of processor time")
        if status < 0:
            raise InvalidModel(f"running the model ended in {signal.Signals(-status).name}")
        if status:
            raise RefereeFault(f"the evaluation failed: {told[0][:300] if told else f'exit {status}'}")


def _followed(stdout: IO[bytes], until: float, watch: Watch) -> bool:
    """Read `done rows` lines until the child closes its end; whether it did so in time."""
    with selectors.DefaultSelector() as selector:
        selector.register(stdout, selectors.EVENT_READ)
        while True:
            if not selector.select(max(0, until - time.monotonic())):
                return False
            line = stdout.readline()
            if not line:
                return True
            done, rows = line.split()
            watch(int(done), int(rows))
