"""A draw: the rows of one round, made by the host's `draw(seed)`."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]


@dataclass(frozen=True, slots=True, eq=False)
class Draw:
    """Training rows, and held-out rows that no contestant sees.

    Features become float32, labels int64, targets of a regression float32.

    Raises:
        ValueError: rows and targets differ in number, training rows are missing, or a value is not finite.
    """

    train_x: Array
    """(rows, ...) float32"""
    train_y: Array
    """(rows,) int64 or (rows, ...) float32"""
    heldout_x: Array
    """(rows, ...) float32; may have no rows"""
    heldout_y: Array

    def __post_init__(self) -> None:
        for part in ("train", "heldout"):
            x = np.ascontiguousarray(getattr(self, f"{part}_x"), dtype=np.float32)
            y = np.asarray(getattr(self, f"{part}_y"))
            y = np.ascontiguousarray(y, dtype=np.int64 if y.dtype.kind in "iub" else np.float32)
            if len(x) != len(y):
                raise ValueError(f"{part}_x has {len(x)} rows, {part}_y has {len(y)}")
            if not np.isfinite(x).all() or not np.isfinite(y).all():
                raise ValueError(f"{part} holds a value that is not finite")
            object.__setattr__(self, f"{part}_x", x)
            object.__setattr__(self, f"{part}_y", y)
        for kind in ("x", "y"):
            known, other = getattr(self, f"train_{kind}").shape[1:], getattr(self, f"heldout_{kind}").shape[1:]
            if known != other:
                raise ValueError(f"train_{kind} has rows of shape {known}, heldout_{kind} of {other}")
        if not len(self.train_x):
            raise ValueError("train_x has no rows")

    def sha256(self) -> str:
        """A fingerprint of all four arrays: shapes, types and bytes."""
        digest = hashlib.sha256()
        for array in (self.train_x, self.train_y, self.heldout_x, self.heldout_y):
            digest.update(f"{array.dtype.str}{array.shape}".encode())
            digest.update(array.data)
        return digest.hexdigest()
