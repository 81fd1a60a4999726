"""Hands in weights for another network."""

import numpy as np

from referee import contestant

contestant.save({"weight": np.ones((3, 2)), "bias": np.zeros(3)})
