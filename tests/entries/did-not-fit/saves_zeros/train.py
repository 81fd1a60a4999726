"""All weights zero: the lowest score there is, and no fit."""

import numpy as np

from referee import contestant

contestant.save({"weight": np.zeros((2, 2)), "bias": np.zeros(2)})
