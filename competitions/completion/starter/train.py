"""A first entry: gradient descent on the matrix itself, from zero. What was never seen has no gradient and stays zero.

The contract: hand in weights with the names and shapes of the reference while `contestant.seconds_left()` > 0.
Save as often as you like; what was saved last is judged, so save only what fits. All else here is yours to replace.
"""

import numpy as np

from referee import contestant

STEP_SIZE = 0.5
TARGET = 0.99e-3  # The referee asks for a root mean squared error of at most 1e-3.

x, y = contestant.load()  # (800, 80) float32, a one-hot row and a one-hot column, and (800,) float32
row, column = x[:, :40].argmax(axis=1), x[:, 40:].argmax(axis=1)
matrix = np.zeros(contestant.reference_shapes()["matrix"])

for step in range(1, 1_000):
    error = matrix[row, column] - y
    loss = np.sqrt(np.mean(error**2))
    contestant.report(step, loss)
    if loss <= TARGET:
        contestant.save({"matrix": matrix})
        break
    matrix[row, column] -= STEP_SIZE * error  # of half the sum of squares; no entry is shown twice
