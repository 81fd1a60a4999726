"""Handwritten digits: a fresh 80/20 split and a fresh permutation of the ten labels for every draw."""

import numpy as np
from sklearn.datasets import load_digits

from referee.host import Draw

TRAINING_ROWS = 1437


def draw(seed: int) -> Draw:
    random = np.random.default_rng(seed)
    images, labels = load_digits(return_X_y=True)
    x = images.astype(np.float32) / 16
    y = random.permutation(10)[labels]
    order = random.permutation(len(x))
    train, heldout = order[:TRAINING_ROWS], order[TRAINING_ROWS:]
    return Draw(x[train], y[train], x[heldout], y[heldout])
