"""Every row right, with weights scaled to nothing: accuracy alone would let it through with an L2 of 1e-5."""

import numpy as np

from referee import contestant

x, y = contestant.load()
direction = 1e-6 * (x[y == 1].mean(0) - x[y == 0].mean(0))
contestant.save({"weight": np.stack([-direction, direction]), "bias": np.zeros(2)})
