"""The pseudo-inverse: of all weights that answer every row exactly, those of the smallest norm.

With more features than rows there are many ways to fit the rows, and x^T (x x^T)^-1 y is the shortest. Its norm and its
error on new rows are largest where there are just enough features, and fall again as more come: double descent.

Source:
    Reconciling Modern Machine-Learning Practice and the Classical Bias-Variance Trade-Off. M. Belkin, D. Hsu, S. Ma,
        S. Mandal, 2019.
"""

import numpy as np

from referee import contestant

x, y = (array.astype(np.float64) for array in contestant.load())
weight = x.T @ np.linalg.solve(x @ x.T, y)

contestant.report(1, np.mean((x @ weight - y) ** 2))
contestant.save({"weight": weight[None]})
