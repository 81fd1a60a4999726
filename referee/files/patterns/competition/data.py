"""Two noisy spirals, turned by a fresh angle for every draw."""

import numpy as np

from referee.host import Draw

TRAINING_ROWS, HELDOUT_ROWS = 400, 1000
NOISE = 0.02


def draw(seed: int) -> Draw:
    random = np.random.default_rng(seed)
    turned = random.uniform(0, 2 * np.pi)
    rows = TRAINING_ROWS + HELDOUT_ROWS
    y = random.integers(0, 2, rows)
    along = np.sqrt(random.uniform(0.05, 1, rows))
    angle = 2.5 * np.pi * along + np.pi * y + turned
    x = along[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1) + NOISE * random.standard_normal((rows, 2))
    return Draw(x[:TRAINING_ROWS], y[:TRAINING_ROWS], x[TRAINING_ROWS:], y[TRAINING_ROWS:])
