"""Scores: named functions of a model, lower is better. A new score is one row of SCORES.

Every tensor that was handed in counts, biases too. Formulas are over W, a tensor as float64; a tensor of one axis is a
matrix of one row, one of more than two is (first axis, all others), so a convolution kernel is (out, in * kh * kw).
"""

from __future__ import annotations

import lzma
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt

from referee.ground.graph import Model

Matrix = npt.NDArray[np.float64]
Additive = Mapping[str, float]
"""name of a score that is a sum over tensors -> what one tensor adds"""

Remembered = Callable[[str, npt.NDArray[Any], Callable[[], dict[str, float]]], Mapping[str, float]]
"""(kind of thing, its content, how to count it) -> what it counts"""

SVD_UP_TO = 1024
"""Smaller side up to which an ill-conditioned matrix gets an SVD. Above it the Gram matrix serves every matrix: it is 10x
faster and errs by no more than 3e-6 relative (measured at exact rank one)."""
GRAM_ERROR = 1e-9
"""Relative error of the sum of singular values up to which the Gram matrix is as good as an SVD."""


@dataclass(frozen=True, slots=True)
class Counted:
    """What a score is computed from."""

    model: Model
    tensors: Mapping[str, Additive]
    """tensor -> what it adds to each additive score"""
    compressed: float
    """bytes of the canonical file under xz"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """A row of the table of scores. What it is sound for stands in `ground.soundness`."""

    name: str
    sentence: str
    formula: str
    source: str
    """of the formula, or of the idea to count it"""
    same: str
    """what leaves it as it is, and so wins nothing"""
    whole: bool
    """counts something: shown without decimals"""
    tolerance: float = 1e-12
    """relative difference between two machines that verification accepts"""
    of: Callable[[Counted], float | None]
    """None where the graph has no such number"""


def additive(tensor: npt.NDArray[Any]) -> dict[str, float]:
    """What a tensor adds to each score that is a sum over tensors.

    Args:
        tensor: of any shape, and any type of number or truth value

    Returns:
        l1: sum |w|; l2: Frobenius norm; nuclear, spectral: sum and largest of the singular values; nonzero: values that are
        not zero (-0.0 is); parameters: values; bits: nonzero x bits of a value
    """
    matrix = as_matrix(tensor)
    singular = singular_values(matrix)
    nonzero = int(np.count_nonzero(tensor))
    return {
        "l1": float(np.abs(matrix).sum()),
        "l2": float(np.linalg.norm(matrix)),
        "nuclear": float(singular.sum()),
        "spectral": float(singular.max(initial=0)),
        "nonzero": float(nonzero),
        "parameters": float(tensor.size),
        "bits": float(nonzero * (1 if tensor.dtype == bool else 8 * tensor.dtype.itemsize)),
    }


def summed(name: str) -> Callable[[Counted], float]:
    """A score that is a sum over tensors, to the last bit the same in whatever order they come."""
    return lambda counted: math.fsum(tensor[name] for tensor in counted.tensors.values())


def measured(name: str) -> Callable[[Counted], float | None]:
    """A score that takes a run of the graph, or a walk over its shapes: `models.probes` and `models.shapes`."""
    return lambda counted: counted.model.measured.get(name)


def compressed_bytes(content: bytes) -> float:
    """Length under `xz -9e --check=none` (the dictionary is as large as the content: it compresses no worse)."""
    # The preset's own dictionary of 64 MiB takes 40 ms to set up.
    dictionary = 1 << max(12, min(26, (len(content) - 1).bit_length()))
    chain = [{"id": lzma.FILTER_LZMA2, "preset": 9 | lzma.PRESET_EXTREME, "dict_size": dictionary}]
    return float(len(lzma.compress(content, lzma.FORMAT_XZ, check=lzma.CHECK_NONE, filters=chain)))


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


_SHAPE = "order and names of tensors, the numbering of neurons, a matrix stored transposed"
SCORES: Mapping[str, Score] = {
    score.name: score
    for score in (
        Score(
            name="l1",
            sentence="sum of absolute weights",
            formula="Σ_W Σ|w|",
            source="Tibshirani 1996, Regression shrinkage and selection via the lasso",
            same=f"{_SHAPE}, any reshaping",
            whole=False,
            of=summed("l1"),
        ),
        Score(
            name="l2",
            sentence="sum of the L2 norms of the weight matrices",
            formula="Σ_W √Σw²",
            source="Krogh and Hertz 1991, A simple weight decay can improve generalization",
            same=f"{_SHAPE}, any reshaping, a rotation of a layer",
            whole=False,
            of=summed("l2"),
        ),
        Score(
            name="nuclear",
            sentence="sum of the nuclear norms of the weight matrices",
            formula="Σ_W Σᵢ σᵢ(W)",
            source="Srebro, Rennie and Jaakkola 2004, Maximum-margin matrix factorization",
            same=f"{_SHAPE}, a rotation of a layer",
            whole=False,
            tolerance=1e-5,
            of=summed("nuclear"),
        ),
        Score(
            name="spectral",
            sentence="sum of the spectral norms of the weight matrices",
            formula="Σ_W maxᵢ σᵢ(W)",
            source="Yoshida and Miyato 2017, Spectral norm regularization for improving the generalizability of deep learning",
            same=f"{_SHAPE}, a rotation of a layer",
            whole=False,
            tolerance=1e-5,
            of=summed("spectral"),
        ),
        Score(
            name="nonzero",
            sentence="number of weights that are not zero",
            formula="Σ_W #{w ≠ 0}",
            source="LeCun, Denker and Solla 1990, Optimal brain damage",
            same=f"{_SHAPE}, any reshaping, the size of the weights",
            whole=True,
            of=summed("nonzero"),
        ),
        Score(
            name="parameters",
            sentence="number of weights",
            formula="Σ_W #{w}",
            source="the usual count; a shared tensor counts once",
            same="all but the shapes of the tensors",
            whole=True,
            of=summed("parameters"),
        ),
        Score(
            name="bytes",
            sentence="length of the compressed model file",
            formula="|xz(canonical file)|",
            source="Rissanen 1978, Modeling by shortest data description; xz -9e of the file that the referee rebuilt",
            same="names, metadata, order of tensors, attributes at their default, -0.0",
            whole=True,
            # Releases of liblzma differ by a few bytes.
            tolerance=2e-3,
            of=lambda counted: counted.compressed,
        ),
        Score(
            name="bits",
            sentence="bits of the weights that are not zero",
            formula="Σ_W #{w ≠ 0} · width(W)",
            source="Han, Mao and Dally 2016, Deep compression; without the cost of their positions",
            same=f"{_SHAPE}, any reshaping, the size of the weights",
            whole=True,
            of=summed("bits"),
        ),
        Score(
            name="path_norm",
            sentence="sum over all paths through the network of the product of their absolute weights, biases counted",
            formula="Σ_k f_|W|(1)_k",
            source="Neyshabur, Tomioka and Srebro 2015, Norm-based capacity control; Gonon et al. 2024, A path-norm toolkit",
            same="the numbering of neurons, a scale moved from one layer to the next, BatchNormalization folded or not",
            whole=False,
            tolerance=1e-4,
            of=measured("path_norm"),
        ),
        Score(
            name="flops",
            sentence="multiply-adds of one example",
            formula="Σ_nodes #{a · b + c}",
            source="the loops of products and convolutions; every other arithmetic operator costs one a number",
            same="the weights themselves, names, moving numbers about",
            whole=True,
            of=measured("flops"),
        ),
        Score(
            name="active_nonzero",
            sentence="mean number of non-zero weights that touch one example",
            formula="mean_x Σ_W #{w ≠ 0, w meets x ≠ 0}",
            source="Shazeer et al. 2017, Outrageously large neural networks: the sparsely-gated mixture-of-experts layer",
            same="the numbering of neurons, the size of the weights",
            whole=True,
            tolerance=1e-3,
            of=measured("active_nonzero"),
        ),
    )
}


def all_scores(counted: Counted) -> dict[str, float]:
    """Every score of the table that the model has, in the table's order."""
    values = {name: score.of(counted) for name, score in SCORES.items()}
    return {name: value for name, value in values.items() if value is not None}


def counted(model: Model, remembered: Remembered = lambda kind, content, count: count()) -> Counted:
    """A model with its tensors counted.

    Args:
        remembered: gives what it knows of a tensor or of a file, or has it counted
    """
    tensors = {name: remembered("tensor", tensor, partial(additive, tensor)) for name, tensor in model.weights.items()}
    file = np.frombuffer(model.canonical, np.uint8)
    compressed = remembered("file", file, lambda: {"bytes": compressed_bytes(model.canonical)})
    return Counted(model, tensors, compressed["bytes"])
