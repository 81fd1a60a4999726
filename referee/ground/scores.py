"""Scores: named functions of a model, lower is better. A new score is one row of SCORES.

Every tensor that was handed in counts, biases too. Formulas are over W, a tensor as float64; a tensor of one axis is a
matrix of one row, one of more than two is (first axis, all others), so a convolution kernel is (out, in * kh * kw).
"""

from __future__ import annotations

import lzma
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from referee.ground.graph import Model

Matrix = npt.NDArray[np.float64]

SVD_UP_TO = 1024
"""Smaller side up to which an ill-conditioned matrix gets an SVD. Above it the Gram matrix serves every matrix: it is 10x
faster and errs by no more than 3e-6 relative (measured at exact rank one)."""
GRAM_ERROR = 1e-9
"""Relative error of the sum of singular values up to which the Gram matrix is as good as an SVD."""


@dataclass(frozen=True, slots=True)
class Score:
    """A row of the table of scores."""

    name: str
    sentence: str
    formula: str
    whole: bool
    """counts something: shown without decimals"""
    of: Callable[[Model], float]


def l1(model: Model) -> float:
    """Sum over tensors of sum |w|."""
    return sum(float(np.abs(matrix).sum()) for matrix in matrices(model))


def l2(model: Model) -> float:
    """Sum over tensors of the Frobenius norm, sqrt(sum w^2)."""
    return sum(float(np.linalg.norm(matrix)) for matrix in matrices(model))


def nuclear(model: Model) -> float:
    """Sum over tensors of the sum of singular values."""
    return sum(float(singular_values(matrix).sum()) for matrix in matrices(model))


def spectral(model: Model) -> float:
    """Sum over tensors of the largest singular value."""
    return sum(float(singular_values(matrix).max(initial=0)) for matrix in matrices(model))


def nonzero(model: Model) -> float:
    """Number of values that are not zero; -0.0 is zero."""
    return float(sum(np.count_nonzero(tensor) for tensor in model.weights.values()))


def parameters(model: Model) -> float:
    """Number of values, zero or not."""
    return float(sum(tensor.size for tensor in model.weights.values()))


def compressed_bytes(model: Model) -> float:
    """Length of the canonical file under xz (preset 9 extreme, a dictionary as large as the file, no check sum)."""
    # The preset's own dictionary of 64 MiB compresses a small file no better, and takes 40 ms to set up.
    dictionary = 1 << max(12, min(26, (len(model.canonical) - 1).bit_length()))
    chain = [{"id": lzma.FILTER_LZMA2, "preset": 9 | lzma.PRESET_EXTREME, "dict_size": dictionary}]
    return float(len(lzma.compress(model.canonical, lzma.FORMAT_XZ, check=lzma.CHECK_NONE, filters=chain)))


def matrices(model: Model) -> Iterator[Matrix]:
    """Every tensor that counts as a (rows, columns) float64 matrix, in the order of names."""
    for _, tensor in sorted(model.weights.items()):
        yield as_matrix(tensor)


def as_matrix(tensor: npt.NDArray[Any]) -> Matrix:
    """(n,) -> (1, n); (a, b, c, ...) -> (a, b * c * ...); float64."""
    rows = tensor.shape[0] if tensor.ndim > 1 else 1
    columns = tensor.size // rows if rows else 0
    return tensor.astype(np.float64).reshape(rows, columns)


def singular_values(matrix: Matrix) -> Matrix:
    """Singular values in no particular order: by SVD, or as roots of the eigenvalues of the smaller Gram matrix.

    Args:
        matrix: (rows, columns) float64

    Returns:
        (min(rows, columns),) float64, not negative
    """
    if min(matrix.shape) == 0:
        return np.zeros(0)
    if min(matrix.shape) == 1:
        return np.asarray([np.linalg.norm(matrix)])
    wide = matrix if matrix.shape[0] <= matrix.shape[1] else matrix.T
    large = len(wide) > SVD_UP_TO
    if large or not _is_singular_at_a_look(wide):
        gram = wide @ wide.T
        squares = np.diag(gram)
        if large or squares.min() > 1e-10 * squares.max():
            values = np.sqrt(np.linalg.eigvalsh(gram).clip(min=0))
            if large or _gram_error(values) <= GRAM_ERROR * values.sum():
                return np.asarray(values)
    return np.asarray(np.linalg.svd(matrix, compute_uv=False))


def _is_singular_at_a_look(wide: Matrix) -> bool:
    """Whether some rows and columns alone are singular, so that a matrix of low rank mostly pays for its SVD alone."""
    some = wide[:64, :: max(1, wide.shape[1] // 1024)]
    try:
        pivots = np.diag(np.linalg.cholesky(some @ some.T))
    except np.linalg.LinAlgError:
        return True
    return bool(pivots.min() <= 1e-5 * pivots.max())


def _gram_error(values: Matrix) -> float:
    """Bound on the error of the sum of sqrt(eigenvalues): each eigenvalue errs by eps times the largest (Weyl)."""
    return float(np.finfo(np.float64).eps * (values.max() ** 2 / (2 * values.clip(min=1e-300))).sum())


SCORES: Mapping[str, Score] = {
    score.name: score
    for score in (
        Score("l1", "sum of absolute weights", "Σ_W Σ|w|", False, l1),
        Score("l2", "sum of the L2 norms of the weight matrices", "Σ_W √Σw²", False, l2),
        Score("nuclear", "sum of the nuclear norms of the weight matrices", "Σ_W Σᵢ σᵢ(W)", False, nuclear),
        Score("spectral", "sum of the spectral norms of the weight matrices", "Σ_W maxᵢ σᵢ(W)", False, spectral),
        Score("nonzero", "number of weights that are not zero", "Σ_W #{w ≠ 0}", True, nonzero),
        Score("parameters", "number of weights", "Σ_W #{w}", True, parameters),
        Score("bytes", "length of the compressed model file", "|xz(canonical file)|", True, compressed_bytes),
    )
}


def all_scores(model: Model) -> dict[str, float]:
    """Every score of the table, in its order."""
    return {name: score.of(model) for name, score in SCORES.items()}
