"""Run a rebuilt model on rows, in a child process that can't take the referee with it.

The rows are shuffled by a secret before the child sees them, and some are run one by one as well: a model that counts rows
or looks at its neighbours gives itself away. The child also asks onnx's own reference implementation about a few
rows, so that no bug of one runtime can be taken for a model. It is started before it is needed, see `child`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np

from referee.ground.errors import InvalidModel, RuleBroken
from referee.ground.graph import Array
from referee.models.budget import Budget
from referee.models.child import Child, Watch, unwatched

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


WRITTEN_BYTES = 2**18
"""of rows that are put in their secret order at a time: what stays near the processor is moved five times faster"""


def evaluate(
    canonical: bytes,
    parts: Sequence[Array],
    columns: Sequence[int],
    budget: Budget = Budget(),
    *,
    probes: Probes = Probes(),
    child: Child | None = None,
    watch: Watch = unwatched,
    begun: Callable[[], object] = lambda: None,
) -> Evaluation:
    """Outputs of a model for several sets of rows.

    Args:
        canonical: the rebuilt model
        parts: sets of rows, each (rows, ...) float32
        columns: how many numbers an output row may have
        child: started beforehand, for speed
        watch: told how many rows are done
        begun: called when the child is at work and there is nothing to do but wait

    Raises:
        InvalidModel: it can't be run within the budget, its outputs have a wrong shape or are not finite, or two
            implementations of ONNX don't agree about them.
        RuleBroken: a row's output depends on the other rows of its batch.
    """
    if child is None:
        with Child() as own:
            return evaluate(canonical, parts, columns, budget, probes=probes, child=own, watch=watch, begun=begun)
    folder = child.folder
    order, alone = _lay_out(folder, parts, budget, probes)
    (folder / "model.onnx").write_bytes(canonical)
    for name, content in (("absolute", probes.absolute), ("counting", probes.counting)):
        if content is not None:
            (folder / f"{name}.onnx").write_bytes(content)
    asked = {**asdict(budget), "columns": list(columns), "rows": len(order), "row_shape": parts[0].shape[1:]}
    child.ask(asked)
    begun()
    child.finish(budget, watch)
    batched, single = (_array(folder / f"{name}.npy") for name in ("batched", "single"))
    if not np.isfinite(batched).all():
        raise InvalidModel("an output is NaN or infinite")
    if not _close(single, batched[alone], TOLERANCE):
        raise RuleBroken("the output for a row depends on the other rows of its batch")
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
        size = max(1, WRITTEN_BYTES // max(1, parts[0][:1].nbytes))
        for start in range(0, rows, size):
            file.write(_gathered(parts, order[start : start + size]).data)
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


def _close(one: Array, other: Array, tolerance: float) -> bool:
    if one.shape != other.shape:
        return False
    scale = tolerance * (1 + np.abs(other).max(axis=1, keepdims=True))
    # NaN is close to nothing.
    return bool((np.abs(one - other) <= scale).all())


def _array(file: Path) -> Array:
    return np.asarray(np.load(file, allow_pickle=False))
