"""A first entry: conjugate gradients on the normal equations, from zero, until the fit holds.

The contract: hand in weights with the names and shapes of the reference while `contestant.seconds_left()` > 0.
Save as often as you like; what was saved last is judged, so save only what fits. All else here is yours to replace.
"""

import numpy as np

from referee import contestant

TARGET = 0.99e-4  # The referee asks for a mean squared error of at most 1e-4.

x, y = (array.astype(np.float64) for array in contestant.load())  # (280, features) and (280,)
weight = np.zeros(x.shape[1])
error = y.copy()
slope = direction = x.T @ error

for step in range(1, 10_000):
    ahead = x @ direction
    length = (slope @ slope) / (ahead @ ahead)
    weight += length * direction
    error -= length * ahead
    loss = np.mean(error**2)
    if step % 20 == 0:
        contestant.report(step, loss)
    if loss <= TARGET:
        contestant.save({"weight": weight[None]})
        break
    following = x.T @ error
    direction = following + (following @ following) / (slope @ slope) * direction
    slope = following
