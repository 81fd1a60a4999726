"""Scores of large tensors, kept between rounds and between runs by the digest of the tensor.

The folder is the user's own cache, where no contestant's code reaches. What stands there can't be taken for another tensor's,
and is dropped with the version of the arithmetic. `rm -r` it at any time.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import math
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np

from referee.files.store import write_bytes
from referee.ground.graph import Array
from referee.ground.scores import SCORES

ARITHMETIC = "1"
"""raise it when a formula of `ground.scores` changes"""
FROM_BYTES = 2**18
"""size from which on looking pays; smaller tensors are counted faster than found"""


def default_folder() -> Path | None:
    """`$XDG_CACHE_HOME/ml-golf/scores`, or below `~/.cache`; None for a user without a home."""
    try:
        return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "ml-golf" / "scores"
    except RuntimeError:
        return None


class ScoreCache:
    """Remembers what a tensor or a file scores.

    Args:
        folder: where; None for a cache that forgets everything
    """

    def __init__(self, folder: Path | None) -> None:
        self.folder = folder

    def __call__(self, kind: str, array: Array, compute: Callable[[], dict[str, float]]) -> dict[str, float]:
        """What `compute` gives for `array`: kept, or computed and kept.

        Args:
            kind: what the array is, `tensor` or `file`: one may hold the bytes of the other
        """
        if self.folder is None or array.nbytes < FROM_BYTES:
            return compute()
        file = self.folder / f"{_digest(kind, array)}.json"
        kept = _read(file)
        if kept is None:
            kept = compute()
            # A full disk or a home that may not be written costs time, no result.
            with contextlib.suppress(OSError):
                write_bytes(file, json.dumps(kept).encode())
        return kept


def _digest(kind: str, array: Array) -> str:
    # A referee with other scores looks elsewhere.
    digest = hashlib.sha256(f"{ARITHMETIC} {' '.join(SCORES)} {kind} {array.dtype.str} {array.shape}\n".encode())
    digest.update(np.ascontiguousarray(array).data)
    return digest.hexdigest()


def _read(file: Path) -> dict[str, float] | None:
    try:
        plain = json.loads(file.read_bytes())
    except (OSError, ValueError, RecursionError):
        return None
    if not isinstance(plain, dict) or not plain or not plain.keys() <= SCORES.keys():
        return None
    return plain if all(isinstance(value, float) and math.isfinite(value) for value in plain.values()) else None
