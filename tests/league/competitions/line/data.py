"""Points on two sides of a line, turned by a fresh angle."""

import numpy as np

from referee.host import Draw


def draw(seed: int) -> Draw:
    random = np.random.default_rng(seed)
    angle = random.uniform(0, 2 * np.pi)
    y = random.integers(0, 2, 60)
    along, across = random.uniform(-1, 1, 60), (2 * y - 1) * random.uniform(0.5, 1, 60)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    x = np.stack([along, across], axis=1) @ turn
    return Draw(x[:40], y[:40], x[40:], y[40:])
