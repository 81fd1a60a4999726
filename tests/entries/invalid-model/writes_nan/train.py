"""NaN compares as neither larger nor smaller; it must not win."""

import numpy as np

from referee import contestant

contestant.save({"weight": np.full((2, 2), np.nan), "bias": np.zeros(2)})
