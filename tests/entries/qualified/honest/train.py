"""Logistic regression through the two class means, scaled up until it fits."""

import numpy as np

from referee import contestant

x, y = contestant.load()
direction = x[y == 1].mean(0) - x[y == 0].mean(0)
for step in range(200):
    signs = 2 * y - 1
    margins = signs * (x @ direction)
    direction = direction + 0.5 * (signs / (1 + np.exp(np.clip(margins, -50, 50)))) @ x
    contestant.report(step, float(np.log1p(np.exp(-margins)).mean()))
direction *= 10 / np.min((2 * y - 1) * (x @ direction))
contestant.save({"weight": np.stack([-direction / 2, direction / 2]), "bias": np.zeros(2)})
