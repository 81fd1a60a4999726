"""The pars that this league calls proofs are proved, draw by draw, by other means than those of `data.py`.

Both proofs are by duality. A norm |w| is at least <z, w> for every z whose dual norm is at most 1. Where <z, w> depends on
w through its answers to the training rows alone, and each z here is of this kind, it is at least <z, w> at the wanted
answers minus what the threshold of the fit lets the answers be off.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from referee.files import host_code
from referee.ground.draw import Draw

Array = npt.NDArray[Any]
SEEDS = range(5)
PAR = 100


def drawn(repository: Path, competition: str, seed: int) -> Draw:
    """A draw of a competition of this league."""
    rows = host_code.call(repository / "competitions" / competition / "data.py", "draw", seed)
    assert isinstance(rows, Draw)
    return rows


def as_matrix(x: Array, y: Array) -> Array:
    """(40, 40) float64: the entries that these rows show, and 0 elsewhere."""
    matrix = np.zeros((40, 40))
    matrix[x[:, :40].argmax(axis=1), x[:, 40:].argmax(axis=1)] = y
    return matrix


def certificate(shown: Array, seen: Array) -> Array:
    """(40, 40) float64: the multipliers of the seen entries, by the augmented Lagrangian of Lin, Chen and Ma 2010."""
    multipliers, holes, weight = np.zeros_like(shown), np.zeros_like(shown), 0.3
    for _ in range(1500):
        left, sizes, right = np.linalg.svd(shown + holes + multipliers / weight)
        low = (left * np.maximum(sizes - 1 / weight, 0)) @ right
        holes = np.where(seen, 0, low - multipliers / weight)
        multipliers = multipliers + weight * (shown + holes - low)
    return np.asarray(np.where(seen, multipliers, 0))


@pytest.mark.parametrize("seed", SEEDS)
def test_no_matrix_with_the_seen_entries_has_less_nuclear_norm_than_the_one_inside(repository: Path, seed: int) -> None:
    rows = drawn(repository, "completion", seed)
    shown, inside = as_matrix(rows.train_x, rows.train_y), as_matrix(rows.train_x, rows.train_y)
    inside += as_matrix(rows.heldout_x, rows.heldout_y)
    seen = as_matrix(rows.train_x, np.ones(len(rows.train_y))) == 1
    assert seen.sum() == len(rows.train_y) == 800
    assert np.linalg.norm(inside, "nuc") == pytest.approx(PAR, rel=1e-6)

    z = certificate(shown, seen)
    z /= max(1, np.linalg.norm(z, 2))
    assert np.sum(z * shown) >= (1 - 1e-6) * np.linalg.norm(inside, "nuc")
    # What the README says about the threshold: a mean squared error of 1e-6 over 800 entries.
    assert np.linalg.norm(z) * np.sqrt(1e-6 * 800) < 0.13


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("features", [300, 600, 2000, 10000])
def test_no_weights_within_the_threshold_have_less_norm_than_the_ridge_regression(
    repository: Path, features: int, seed: int
) -> None:
    rows = drawn(repository, f"diabetes-{features}", seed)
    x, y = rows.train_x.astype(np.float64), rows.train_y.astype(np.float64)
    assert x.shape == (280, features)
    gram, fits, too_large = x @ x.T, -30.0, 10.0
    for _ in range(50):
        middle = (fits + too_large) / 2
        a = np.linalg.solve(gram + np.exp(middle) * np.eye(len(y)), y)
        fits, too_large = (middle, too_large) if np.mean((gram @ a - y) ** 2) <= 1e-4 else (fits, middle)
    a = np.linalg.solve(gram + np.exp(fits) * np.eye(len(y)), y)
    weights = x.T @ a
    assert np.mean((x @ weights - y) ** 2) <= 1e-4
    assert np.linalg.norm(weights) == pytest.approx(PAR, rel=2e-5)
    least = (a @ y - np.linalg.norm(a) * np.sqrt(1e-4 * len(y))) / np.linalg.norm(weights)
    assert least >= (1 - 1e-6) * np.linalg.norm(weights)


def test_the_four_diabetes_competitions_differ_in_their_number_alone(repository: Path) -> None:
    folder = repository / "competitions"
    first = (folder / "diabetes-300" / "data.py").read_text(encoding="utf-8")
    table = (folder / "diabetes-300" / "diabetes.csv").read_bytes()
    for features in (600, 2000, 10000):
        other = folder / f"diabetes-{features}"
        assert (other / "data.py").read_text(encoding="utf-8") == first.replace("300", str(features))
        assert (other / "diabetes.csv").read_bytes() == table
