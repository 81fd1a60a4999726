"""Handwritten digits, one training label in ten wrong: a fresh split, noise, and order of labels and pixels for every draw."""

from pathlib import Path

import numpy as np

from referee.host import Draw

TRAINING_ROWS, WRONG_LABELS = 1437, 144


def draw(seed: int) -> Draw:
    random = np.random.default_rng(seed)
    # As scikit-learn ships it: 64 pixels of 0 to 16 and the digit, a line an image.
    table = np.loadtxt(Path(__file__).with_name("digits.csv.gz"), delimiter=",")
    x, y = table[:, :64] / 16, random.permutation(10)[table[:, 64].astype(int)]
    order, pixels = random.permutation(len(x)), random.permutation(64)
    train, heldout = order[:TRAINING_ROWS], order[TRAINING_ROWS:]
    labels = y[train]
    wrong = random.permutation(TRAINING_ROWS)[:WRONG_LABELS]
    # One of the nine other symbols, each as likely.
    labels[wrong] = (labels[wrong] + random.integers(1, 10, WRONG_LABELS)) % 10
    x = x[:, pixels]
    return Draw(x[train], labels, x[heldout], y[heldout])
