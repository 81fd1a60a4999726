"""Eight tasks in one: a row names its task and brings ten numbers; each task is a small ReLU network drawn afresh.

Of the ten numbers a task looks at four. Its network has two hidden units, and its answer is yes or no. Rows that the
task is undecided about are left out, so that a perfect fit is no matter of the last digit.
"""

import numpy as np

from referee.host import Draw

TASKS, INPUTS, LOOKED_AT, UNITS = 8, 10, 4, 2
TRAINING_ROWS, HELDOUT_ROWS = 256, 64
"""of each task"""
UNDECIDED = 0.2
"""share of the rows that are left out, those nearest to the border"""


def draw(seed: int) -> Draw:
    random = np.random.default_rng(seed)
    x, y = zip(*(task(random, number) for number in range(TASKS)), strict=True)
    train = random.permutation(TASKS * TRAINING_ROWS)
    heldout = random.permutation(TASKS * HELDOUT_ROWS)
    first, rest = (np.concatenate([part[:TRAINING_ROWS] for part in parts])[train] for parts in (x, y))
    later, last = (np.concatenate([part[TRAINING_ROWS:] for part in parts])[heldout] for parts in (x, y))
    return Draw(first, rest, later, last)


def task(random: np.random.Generator, number: int) -> tuple[np.ndarray, np.ndarray]:
    """Rows (rows, tasks + inputs) and answers (rows,) of one task."""
    rows = TRAINING_ROWS + HELDOUT_ROWS
    drawn = int(rows / (1 - UNDECIDED)) + 1
    numbers = random.normal(size=(drawn, INPUTS))
    seen = numbers[:, random.choice(INPUTS, LOOKED_AT, replace=False)]
    hidden = np.maximum(seen @ random.normal(size=(LOOKED_AT, UNITS)) + 0.5 * random.normal(size=UNITS), 0)
    value = hidden.sum(axis=1) - np.median(hidden.sum(axis=1))
    decided = np.sort(np.argsort(np.abs(value))[-rows:])
    named = np.broadcast_to(np.eye(TASKS)[number], (rows, TASKS))
    answers = (value[decided] > 0) ^ random.integers(2)
    return np.concatenate([named, numbers[decided]], axis=1), answers.astype(np.int64)
