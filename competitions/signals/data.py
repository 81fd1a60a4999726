"""Ten shapes, drawn afresh; a row is one of them, shifted, scaled, stretched and noisy, in a window of 64 samples."""

import numpy as np

from referee.host import Draw

SHAPES, SAMPLES, LONGEST = 10, 64, 24
TRAINING_ROWS, HELDOUT_ROWS = 1500, 1000
NOISE, ALIKE = 0.3, 0.75


def smooth_shape(random) -> np.ndarray:
    """A sum of five half-sines with random weights: (50,), zero at both ends, of mean square 1."""
    time = np.linspace(0, 1, 50)
    shape = random.normal(size=5) @ np.sin(np.pi * np.arange(1, 6)[:, None] * time)
    return shape / np.sqrt(np.mean(shape**2))


def likeness(one, other) -> float:
    """The largest correlation of two shapes over all shifts."""
    return np.correlate(one, other, mode="full").max() / 50


def ten_shapes(random) -> list[np.ndarray]:
    """Random shapes, no two of which are alike: a candidate that resembles an earlier one is dropped."""
    shapes = []
    while len(shapes) < SHAPES:
        candidate = smooth_shape(random)
        if all(likeness(candidate, shape) < ALIKE for shape in shapes):
            shapes.append(candidate)
    return shapes


def row(shape, random) -> np.ndarray:
    """One signal: (64,). The shape takes 18 to 24 samples, anywhere in the window, at 0.7 to 1.3 of its height."""
    length = random.uniform(0.75 * LONGEST, LONGEST)
    start = random.uniform(0, SAMPLES - 1 - length)
    time = (np.arange(SAMPLES) - start) / length
    signal = np.interp(time, np.linspace(0, 1, 50), shape, left=0, right=0)
    return random.uniform(0.7, 1.3) * signal + NOISE * random.normal(size=SAMPLES)


def draw(seed: int) -> Draw:
    random = np.random.default_rng(seed)
    shapes = ten_shapes(random)
    y = random.permutation(np.arange(TRAINING_ROWS + HELDOUT_ROWS) % SHAPES)
    x = np.stack([row(shapes[label], random) for label in y])
    return Draw(x[:TRAINING_ROWS], y[:TRAINING_ROWS], x[TRAINING_ROWS:], y[TRAINING_ROWS:])
