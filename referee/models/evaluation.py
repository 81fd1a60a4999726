"""Run a rebuilt model on rows, in a child process that can't take the referee with it.

The rows are shuffled by a secret before the child sees them, and some are run one by one as well: a model that counts rows
or looks at its neighbours gives itself away.
"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from referee.ground.errors import InvalidModel, RefereeFault, RuleBroken

Array = npt.NDArray[Any]
CHILD = Path(__file__).with_name("evaluation_child.py")
INVALID = 10
"""exit status of the child that stands for: the model can't be run"""


@dataclass(frozen=True, slots=True)
class Budget:
    """What the child may use."""

    memory_bytes: int = 3 * 2**30
    cpu_seconds: int = 30
    wall_seconds: int = 120
    batch_rows: int = 1024
    single_rows: int = 256
    """rows that are run one by one as well"""


TOLERANCE = 1e-4
"""Between a row alone and the row in its batch: absolute, and relative to the row's largest output. On one machine
onnxruntime was bit-identical across batch sizes; the rest is left for other machines."""


def evaluate(canonical: bytes, parts: Sequence[Array], columns: Sequence[int], budget: Budget = Budget()) -> list[Array]:
    """Outputs of a model for several sets of rows.

    Args:
        canonical: the rebuilt model
        parts: sets of rows, each (rows, ...) float32
        columns: how many numbers an output row may have

    Returns:
        for each part (rows, columns) float32, finite

    Raises:
        InvalidModel: it can't be run within the budget, or its outputs have a wrong shape or are not finite.
        RuleBroken: a row's output depends on the other rows of its batch.
    """
    rows = np.concatenate(parts)
    # Seeded by the operating system: neither a contestant nor a reader can know the order.
    order = np.random.default_rng().permutation(len(rows))
    alone = np.random.default_rng().permutation(len(rows))[: budget.single_rows]
    with tempfile.TemporaryDirectory(prefix="mlgolf-judge-") as folder:
        np.save(Path(folder) / "alone.npy", alone)
        np.save(Path(folder) / "rows.npy", rows[order])
        (Path(folder) / "model.onnx").write_bytes(canonical)
        _run_child(Path(folder), columns, budget)
        batched = np.load(Path(folder) / "batched.npy", allow_pickle=False)
        single = np.load(Path(folder) / "single.npy", allow_pickle=False)
    if not np.isfinite(batched).all():
        raise InvalidModel("an output is NaN or infinite")
    together = batched[alone]
    scale = TOLERANCE * (1 + np.abs(together).max(axis=1, keepdims=True))
    if single.shape != together.shape or not (np.abs(single - together) <= scale).all():
        raise RuleBroken("the output for a row depends on the other rows of its batch")
    outputs = np.empty_like(batched)
    outputs[order] = batched
    return np.split(outputs, np.cumsum([len(part) for part in parts])[:-1])


def _run_child(folder: Path, columns: Sequence[int], budget: Budget) -> None:
    asked = json.dumps({"folder": str(folder), "columns": list(columns), "path": sys.path, **asdict(budget)})
    try:
        child = subprocess.run(
            [sys.executable, "-I", "-S", str(CHILD), asked],
            capture_output=True,
            timeout=budget.wall_seconds,
            env={"OMP_NUM_THREADS": "1"},
            cwd=folder,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise InvalidModel(f"running the model took more than {budget.wall_seconds} s") from None
    told = child.stderr.decode("utf-8", "replace").strip().splitlines()[-1:]
    if child.returncode == INVALID:
        raise InvalidModel(told[0][:300] if told else "the model can't be run")
    if child.returncode == -signal.SIGXCPU or child.returncode == -signal.SIGKILL:
        raise InvalidModel(f"running the model took more than {budget.cpu_seconds} s of processor time")
    if child.returncode < 0:
        raise InvalidModel(f"running the model ended in {signal.Signals(-child.returncode).name}")
    if child.returncode:
        raise RefereeFault(f"the evaluation failed: {told[0][:300] if told else f'exit {child.returncode}'}")
