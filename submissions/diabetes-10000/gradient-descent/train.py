"""Gradient descent from zero, stopped at the threshold: nobody asks it for a small norm, and it gives one.

Every slope of the squared error is a sum of training rows, so weights that begin at zero never leave the span of the
rows. There lies one interpolating answer only, the one of the smallest norm, and gradient descent ends in it. On
the way there it fits the strong directions of the data first, much like a ridge regression with a ridge that falls, and
at the moment at which the threshold is met its norm is hardly above that of the ridge.

That moment comes after some hundred thousand steps, or millions where features are few. But a step on a squared error is
a fixed linear map, of 280 numbers, as the weights are x^T a. The map of 2 steps is the map of one applied twice, and
so on: thirty squarings make the maps of 1, 2, 4, ... steps. Going through them from the longest to the shortest, each
taken if it stays above the threshold, finds the step to stop at. The weights are those of plain gradient descent.

Sources:
    Reconciling Modern Machine-Learning Practice and the Classical Bias-Variance Trade-Off. M. Belkin, D. Hsu, S. Ma,
        S. Mandal, 2019.
    Benign Overfitting in Linear Regression. P. L. Bartlett, P. M. Long, G. Lugosi, A. Tsigler, 2020.
    A Continuous-Time View of Early Stopping for Least Squares. A. Ali, J. Z. Kolter, R. J. Tibshirani, 2019.
"""

import numpy as np

from referee import contestant

TARGET, DOUBLINGS = 0.9995e-4, 30

x, y = (array.astype(np.float64) for array in contestant.load())
gram = x @ x.T
step_size = 1 / np.linalg.norm(gram, 2)


def loss_of(a):
    return np.mean((gram @ a - y) ** 2)


# One step takes a to `turn` a + `move`; the weights are x^T a.
turn, move = np.eye(len(y)) - step_size * gram, step_size * y
maps = [(1, turn, move)]
while len(maps) <= DOUBLINGS and loss_of(move) > TARGET:  # `move` is where the steps of a map lead from zero
    turn, move = turn @ turn, turn @ move + move
    maps.append((2 * maps[-1][0], turn, move))
    contestant.report(maps[-1][0], loss_of(move))

step, a = 0, np.zeros(len(y))
for steps, turn, move in reversed(maps):
    further = turn @ a + move
    if loss_of(further) > TARGET:
        step, a = step + steps, further

_, turn, move = maps[0]
contestant.save({"weight": (x.T @ (turn @ a + move))[None]})  # one step more, to be below
