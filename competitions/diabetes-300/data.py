"""Diabetes patients seen through 300 random ReLU features; a fresh split and fresh features for every draw.

The features are scaled so that the least norm of weights which meet the threshold of the fit is 100 in every draw.
"""

from pathlib import Path

import numpy as np

from referee.host import Draw

FEATURES = 300
TRAINING_ROWS = 280
THRESHOLD, PAR = 1e-4, 100.0


def draw(seed: int) -> Draw:
    random = np.random.default_rng(seed)
    # Ten measurements of a patient, and how far the disease had gone a year later: a line a patient.
    table = np.loadtxt(Path(__file__).with_name("diabetes.csv"), delimiter=",", skiprows=1)
    table = table[random.permutation(len(table))]
    train = table[:TRAINING_ROWS]
    table = (table - train.mean(axis=0)) / train.std(axis=0)
    x, y = random_features(table[:, :-1], random).astype(np.float32), table[:, -1].astype(np.float32)
    # In a few digits: LAPACK's last ones differ between machines, and the rows of a draw may not.
    scale = float(f"{least_norm(x[:TRAINING_ROWS], y[:TRAINING_ROWS]) / PAR:.6g}")
    x = x * np.float32(scale)
    return Draw(x[:TRAINING_ROWS], y[:TRAINING_ROWS], x[TRAINING_ROWS:], y[TRAINING_ROWS:])


def random_features(measured: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """(rows, FEATURES): ReLU of random directions. Added one measurement at a time: the same to the bit on every machine."""
    features = np.zeros((len(measured), FEATURES))
    for values, directions in zip(measured.T, random.standard_normal((measured.shape[1], FEATURES)), strict=True):
        features += values[:, None] * directions
    return np.maximum(features, 0) / np.sqrt(FEATURES)


def least_norm(x: np.ndarray, y: np.ndarray) -> float:
    """The smallest L2 norm of weights whose mean squared error is at most THRESHOLD.

    The question is convex, so the answer is a ridge regression, w = x^T (x x^T + ridge)^-1 y, whose error grows with the
    ridge: bisect it. In the basis of the eigenvectors of x x^T each step is a sum over rows.
    """
    x, y = x.astype(np.float64), y.astype(np.float64)
    eigenvalues, eigenvectors = np.linalg.eigh(x @ x.T)
    along = (eigenvectors.T @ y) ** 2
    low, high = 1e-12 * eigenvalues[-1], eigenvalues[-1]
    for _ in range(100):
        ridge = np.sqrt(low * high)
        if np.mean((ridge / (eigenvalues + ridge)) ** 2 * along) <= THRESHOLD:
            low = ridge
        else:
            high = ridge
    return float(np.sqrt((eigenvalues * along / (eigenvalues + low) ** 2).sum()))
