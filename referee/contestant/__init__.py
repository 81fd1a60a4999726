"""What an entry's `train.py` may import: `from referee import contestant`.

Using it is optional. Everything here is a short form of the contract: read `$MLGOLF_DATA` (.npz with `x` and `y`), write
`model.safetensors` or `model.onnx` into `$MLGOLF_OUT`, by rename, as often as you like, before `$MLGOLF_SECONDS` are over.

This package is the only part of the referee that is visible inside the sandbox, so it imports nothing else of it.
"""

from __future__ import annotations

import json
import math
import os
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["load", "reference_shapes", "report", "save", "seconds_left", "seed"]


def load() -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
    """The training rows of this round.

    Returns:
        `x` (rows, ...) float32 and `y` (rows,) int64 for classification, (rows, ...) float32 for regression.

    Raises:
        RuntimeError: outside a run.
    """
    with np.load(_variable("MLGOLF_DATA"), allow_pickle=False) as data:
        return data["x"], data["y"]


def seed() -> int:
    """The seed that the referee drew for this round's training. It says nothing about the draw of the data."""
    return int(_variable("MLGOLF_SEED"))


def seconds_left() -> float:
    """Wall-clock seconds until the process is killed, counted as the referee counts: from the start of the process."""
    return float(_variable("MLGOLF_SECONDS")) - _age_of_this_process()


def reference_shapes() -> dict[str, tuple[int, ...]]:
    """Name -> shape of every tensor to hand in, where the competition fixes the architecture."""
    with open(_variable("MLGOLF_SHAPES"), encoding="utf-8") as file:
        return {name: tuple(shape) for name, shape in json.load(file).items()}


def save(model: Any) -> None:
    """Hand in `model`; the last one that was saved completely is judged.

    A torch module is exported with the weights as they are: same names, shapes, values and ties. That takes a few seconds
    the first time and about one second after, so save now and then, not after every step.

    Args:
        model: a torch module. Or, where the architecture is fixed, the weights: a mapping of tensor name to array (numpy
            or torch). Or, where it is free, an `onnx.ModelProto` or its bytes.

    Raises:
        TypeError: the model is of none of the kinds that this competition takes.
        RuntimeError: the module can't be exported; the message says what to do.
    """
    model = getattr(model, "_orig_mod", model)  # what torch.compile wraps
    if isinstance(model, bytes):
        _replace("model.onnx", model)
    elif hasattr(model, "SerializeToString"):
        _replace("model.onnx", model.SerializeToString())
    elif "MLGOLF_SHAPES" in os.environ:
        _replace("model.safetensors", _safetensors(model))
    elif hasattr(model, "named_parameters"):
        from referee.contestant.export import exported

        _replace("model.onnx", exported(model, load()[0]))
    else:
        raise TypeError(
            f"contestant.save: expected a torch module or an ONNX model, got {type(model).__name__}; the architecture is free "
            "here, so weights need a graph: see site/pages/export.md"
        )


def report(step: int, loss: float) -> None:
    """Add a point to the loss curve that the live clock and the site show. Once a second is plenty.

    A loss that is not finite is dropped: a curve can't show it.
    """
    if not math.isfinite(loss):
        return
    with open(Path(_variable("MLGOLF_OUT")) / "curve.csv", "a", encoding="ascii") as file:
        file.write(f"{int(step)},{_age_of_this_process():.2f},{float(loss):.6g}\n")


def _safetensors(model: Any) -> bytes:
    from safetensors.numpy import save as to_bytes

    tensors = model.state_dict() if hasattr(model, "state_dict") else model
    if not isinstance(tensors, Mapping):
        raise TypeError(
            f"contestant.save: expected a mapping of arrays, a torch module or an ONNX model, got {type(model).__name__}"
        )
    # A pruned weight is easily -0.0, which the referee takes for zero; + 0 makes the file say so too.
    arrays = {name: np.ascontiguousarray(_array(tensor), dtype=np.float32) + 0 for name, tensor in tensors.items()}
    return to_bytes(arrays)


def _array(tensor: Any) -> npt.NDArray[Any]:
    return np.asarray(tensor.detach().cpu().numpy() if hasattr(tensor, "detach") else tensor)


def _replace(name: str, content: bytes) -> None:
    folder = Path(_variable("MLGOLF_OUT"))
    half_written = folder / f".{name}.{os.getpid()}"
    half_written.write_bytes(content)
    half_written.replace(folder / name)


def _age_of_this_process() -> float:
    try:
        # Field 22 of stat(5): start time in clock ticks after boot. The command name before it may hold spaces.
        fields = Path("/proc/self/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
        started = int(fields[19]) / os.sysconf("SC_CLK_TCK")
        return time.clock_gettime(time.CLOCK_BOOTTIME) - started
    except (OSError, AttributeError, IndexError, ValueError):
        return time.monotonic() - _IMPORTED


def _variable(name: str) -> str:
    try:
        return os.environ[name]
    except KeyError:
        raise RuntimeError(
            f"{name} is not set: this code runs inside a round; start one with `referee run ENTRY --practice`"
        ) from None


_IMPORTED = time.monotonic()
