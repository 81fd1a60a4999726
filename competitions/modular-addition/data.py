"""Addition modulo 59 over symbols whose names are drawn afresh; 40 % of the 3481 pairs are shown, the rest held out."""

import numpy as np

from referee.host import Draw

P = 59
TRAINING_ROWS = int(0.4 * P * P)


def draw(seed: int) -> Draw:
    random = np.random.default_rng(seed)
    left, right = (axis.ravel() for axis in np.meshgrid(np.arange(P), np.arange(P), indexing="ij"))
    symbols = np.stack([random.permutation(P) for _ in range(3)])
    one_hot = np.eye(P, dtype=np.float32)
    x = np.concatenate([one_hot[symbols[0][left]], one_hot[symbols[1][right]]], axis=1)
    y = symbols[2][(left + right) % P]
    order = random.permutation(len(x))
    train, heldout = order[:TRAINING_ROWS], order[TRAINING_ROWS:]
    return Draw(x[train], y[train], x[heldout], y[heldout])
