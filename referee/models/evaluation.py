"""Run a rebuilt model on rows, in a child process that can't take the referee with it.

The rows are shuffled by a secret before the child sees them, and some are run one by one as well: a model that counts rows
or looks at its neighbours gives itself away. A second child asks onnx's own reference implementation about a few rows, so
that no bug of one runtime can be taken for a model. Both children start before they are needed, for they import slowly.
"""

from __future__ import annotations

import contextlib
import json
import selectors
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

import numpy as np
import numpy.typing as npt

from referee.ground.errors import InvalidModel, RefereeFault, RuleBroken
from referee.models.budget import Budget

Array = npt.NDArray[Any]
CHILD = Path(__file__).with_name("evaluation_child.py")
OPINION = Path(__file__).with_name("opinion_child.py")
INVALID = 10
"""exit status of a child that stands for: the model can't be run"""
TOLERANCE = 1e-3
"""Between a row alone and the row in its batch: absolute, and relative to the row's largest output. onnxruntime was
bit-identical across batch sizes but for means over more than 10 000 numbers, which it adds in another order."""
OPINION_TOLERANCE = 1e-3
"""Between onnxruntime and onnx.reference, likewise: they add in another order, and take other approximations of erf."""


@dataclass(frozen=True, slots=True)
class Probes:
    """Graphs derived from the model that measure something about it."""

    absolute: bytes | None = None
    """the network of absolute weights, to be run on ones"""
    counting: bytes | None = None
    """counts the weights that touch one example"""
    counted_rows: Sequence[int] = ()
    """places in the parts, one behind the other"""


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What came out."""

    outputs: list[Array]
    """for each part (rows, columns) float32, finite"""
    measured: dict[str, float] = field(default_factory=dict)
    """what the probes found, as far as it is finite"""


WRITTEN_ROWS = 1024
"""rows that are put in their secret order at a time"""

Watch = Callable[[int, int], None]
"""told now and then: rows done, rows in all"""


class Children:
    """The two children, importing what they need. For one evaluation; ended with it.

    Used as a context: leaving it kills what still runs and removes what they wrote.
    """

    def __enter__(self) -> Self:
        self._scratch = tempfile.TemporaryDirectory(prefix="mlgolf-judge-")
        self.folder, self._running = Path(self._scratch.name), list[subprocess.Popen[bytes]]()
        try:
            self.runtime, self.opinion = (self._started(script) for script in (CHILD, OPINION))
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        for child in self._running:
            child.kill()
            child.wait()
            for pipe in (child.stdin, child.stdout):
                if pipe is not None:
                    with contextlib.suppress(BrokenPipeError):
                        pipe.close()
        self._scratch.cleanup()

    def _started(self, script: Path) -> subprocess.Popen[bytes]:
        with self.errors(script).open("wb") as errors:
            child = subprocess.Popen(
                [sys.executable, "-I", "-S", str(script), json.dumps(sys.path)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                env={"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
                cwd=self.folder,
            )
        self._running.append(child)
        return child

    def errors(self, script: Path) -> Path:
        """Where what a child says about its end stands."""
        return self.folder / f"{script.stem}.err"


def evaluate(
    canonical: bytes,
    parts: Sequence[Array],
    columns: Sequence[int],
    budget: Budget = Budget(),
    *,
    probes: Probes = Probes(),
    children: Children | None = None,
    watch: Watch = lambda done, rows: None,
) -> Evaluation:
    """Outputs of a model for several sets of rows.

    Args:
        canonical: the rebuilt model
        parts: sets of rows, each (rows, ...) float32
        columns: how many numbers an output row may have

    Raises:
        InvalidModel: it can't be run within the budget, its outputs have a wrong shape or are not finite, or two
            implementations of ONNX don't agree about them.
        RuleBroken: a row's output depends on the other rows of its batch.
    """
    if children is None:
        with Children() as own:
            return evaluate(canonical, parts, columns, budget, probes=probes, children=own, watch=watch)
    folder = children.folder
    order, alone = _lay_out(folder, parts, budget, probes)
    (folder / "model.onnx").write_bytes(canonical)
    for name, content in (("absolute", probes.absolute), ("counting", probes.counting)):
        if content is not None:
            (folder / f"{name}.onnx").write_bytes(content)
    until = time.monotonic() + budget.wall_seconds
    asked = {**asdict(budget), "columns": list(columns), "rows": len(order), "row_shape": parts[0].shape[1:]}
    for child in (children.runtime, children.opinion):
        _ask(child, asked)
    _finish(children, children.runtime, CHILD, budget, until, watch)
    batched, single = (_array(folder / f"{name}.npy") for name in ("batched", "single"))
    if not np.isfinite(batched).all():
        raise InvalidModel("an output is NaN or infinite")
    if not _close(single, batched[alone], TOLERANCE):
        raise RuleBroken("the output for a row depends on the other rows of its batch")
    _finish(children, children.opinion, OPINION, budget, until, lambda done, rows: None)
    opinion = _array(folder / "opinion.npy")
    if not _close(opinion, batched[alone[: len(opinion)]], OPINION_TOLERANCE):
        raise InvalidModel("onnxruntime and onnx.reference don't agree about the outputs; export it with simpler operators")
    outputs = np.empty_like(batched)
    outputs[order] = batched
    measured = json.loads((folder / "measured.json").read_text(encoding="utf-8"))
    return Evaluation(np.split(outputs, np.cumsum([len(part) for part in parts])[:-1]), measured)


def _lay_out(folder: Path, parts: Sequence[Array], budget: Budget, probes: Probes) -> tuple[Array, Array]:
    """Write the rows in a secret order; give that order, and the places in it of the rows to run alone."""
    rows = sum(len(part) for part in parts)
    # Seeded by the operating system: neither a contestant nor a reader can know the order.
    order = np.random.default_rng().permutation(rows)
    alone = np.random.default_rng().permutation(rows)[: budget.single_rows]
    place = np.empty_like(order)
    place[order] = np.arange(rows)
    # A file, read batch by batch: a large data set is never held twice.
    with (folder / "rows.f32").open("wb") as file:
        for start in range(0, rows, WRITTEN_ROWS):
            file.write(_gathered(parts, order[start : start + WRITTEN_ROWS]).data)
    np.save(folder / "alone.npy", alone)
    np.save(folder / "few.npy", _gathered(parts, order[alone[: budget.opinion_rows]]))
    np.save(folder / "counted.npy", place[np.asarray(probes.counted_rows, np.int64)])
    return order, alone


def _gathered(parts: Sequence[Array], places: Array) -> Array:
    """Rows by their places in the parts, one behind the other; (places, ...) float32."""
    rows, first = np.empty((len(places), *parts[0].shape[1:]), np.float32), 0
    for part in parts:
        here = (first <= places) & (places < first + len(part))
        rows[here] = part[places[here] - first]
        first += len(part)
    return rows


def _ask(child: subprocess.Popen[bytes], what: dict[str, Any]) -> None:
    assert child.stdin is not None
    # A child that is dead already says so when its end is looked at.
    with contextlib.suppress(BrokenPipeError):
        child.stdin.write(json.dumps(what).encode() + b"\n")
        child.stdin.flush()


def _finish(
    children: Children, child: subprocess.Popen[bytes], script: Path, budget: Budget, until: float, watch: Watch
) -> None:
    """Follow a child to its end, and say what that means."""
    assert child.stdout is not None
    if not _followed(child.stdout, until, watch):
        raise InvalidModel(f"running the model took more than {budget.wall_seconds} s")
    status = child.wait()
    told = children.errors(script).read_text(encoding="utf-8", errors="replace").strip().splitlines()[-1:]
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


def _close(one: Array, other: Array, tolerance: float) -> bool:
    if one.shape != other.shape:
        return False
    scale = tolerance * (1 + np.abs(other).max(axis=1, keepdims=True))
    # NaN is close to nothing.
    return bool((np.abs(one - other) <= scale).all())


def _array(file: Path) -> Array:
    return np.asarray(np.load(file, allow_pickle=False))
