"""The nuclear norm against numpy's best of SVD and Gram matrix, among those that are as exact: 1e-9, 1e-5 above 1024."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from benchmarks.timing import Row, median, seconds
from referee.ground.scores import singular_values

SHAPES = [(10, 32), (32, 64), (256, 784), (512, 512), (1024, 1024), (1025, 1025), (2048, 2048), (256, 65536)]


def rows() -> Iterator[Row]:
    """One for each shape."""
    random = np.random.default_rng(0)
    for shape in SHAPES:
        yield _row(random.standard_normal(shape), f"{shape[0]} x {shape[1]}")
    yield _row(random.standard_normal((512, 20)) @ random.standard_normal((20, 512)), "512 x 512, rank 20")


def _row(matrix: np.ndarray, size: str) -> Row:
    tolerance = 1e-9 if min(matrix.shape) <= 1024 else 1e-5
    times = 9 if matrix.size < 10**6 else 3
    methods = {"SVD": _svd, "Gram": _gram}
    exact = _svd(matrix)
    agreeing = {name: method for name, method in methods.items() if abs(method(matrix) - exact) <= tolerance * exact}
    assert abs(singular_values(matrix).sum() - exact) <= tolerance * exact
    measured: dict[str, list[float]] = {name: [] for name in ("ours", *agreeing)}
    for _ in range(times):
        measured["ours"].append(seconds(lambda matrix=matrix: singular_values(matrix).sum()))
        for name, method in agreeing.items():
            measured[name].append(seconds(lambda matrix=matrix, method=method: method(matrix)))
    best = min(agreeing, key=lambda name: median(measured[name]))
    ours, theirs = median(measured["ours"]), median(measured[best])
    # A tenth and 20 microseconds for the noise of the clock.
    return Row(f"nuclear norm {size}", ours, f"numpy {best}", theirs, "<= best", ours <= 1.1 * theirs + 2e-5)


def _svd(matrix: np.ndarray) -> float:
    return float(np.linalg.svd(matrix, compute_uv=False).sum())


def _gram(matrix: np.ndarray) -> float:
    gram = matrix @ matrix.T if matrix.shape[0] <= matrix.shape[1] else matrix.T @ matrix
    return float(np.sqrt(np.linalg.eigvalsh(gram).clip(min=0)).sum())
