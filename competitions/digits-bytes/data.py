"""Handwritten digits: a fresh 80/20 split, labels and pixels in the order of fresh permutations, for every draw."""

from pathlib import Path

import numpy as np

from referee.host import Draw

TRAINING_ROWS = 1437


def draw(seed: int) -> Draw:
    random = np.random.default_rng(seed)
    # As scikit-learn ships it: 64 pixels of 0 to 16 and the digit, a line an image.
    table = np.loadtxt(Path(__file__).with_name("digits.csv.gz"), delimiter=",")
    x, y = table[:, :64] / 16, random.permutation(10)[table[:, 64].astype(int)]
    order, pixels = random.permutation(len(x)), random.permutation(64)
    train, heldout = order[:TRAINING_ROWS], order[TRAINING_ROWS:]
    x = x[:, pixels]
    return Draw(x[train], y[train], x[heldout], y[heldout])
