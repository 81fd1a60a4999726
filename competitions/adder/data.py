"""Sums of two numbers of ten digits, written in ten symbols whose meaning is drawn afresh; one row a digit of the answer."""

import numpy as np

from referee.host import Draw

DIGITS = 10
STEPS = DIGITS + 1
UNKNOWN = 10
TRAINING_SUMS, HELDOUT_SUMS = 2000, 1000


def draw(seed: int) -> Draw:
    random = np.random.default_rng(seed)
    symbols = random.permutation(10)
    # Lowest digit first. The same pair twice in 4000 of 10^20 would be a wonder.
    terms = random.integers(0, 10, (TRAINING_SUMS + HELDOUT_SUMS, 2, DIGITS))
    answers, carry = np.empty((len(terms), STEPS), int), 0
    for place in range(DIGITS):
        carry, answers[:, place] = np.divmod(terms[:, 0, place] + terms[:, 1, place] + carry, 10)
    answers[:, DIGITS] = carry
    question, answer = symbols[terms].reshape(len(terms), -1), symbols[answers]
    known = np.tril(np.ones((STEPS, STEPS), bool), -1)
    begun = np.where(known, answer[:, None], UNKNOWN)
    x = np.concatenate([np.repeat(question[:, None], STEPS, axis=1), begun], axis=2).reshape(-1, 2 * DIGITS + STEPS)
    y, train = answer.ravel(), TRAINING_SUMS * STEPS
    return Draw(x[:train], y[:train], x[train:], y[train:])
