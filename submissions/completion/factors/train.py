"""Gradient descent on two factors with weight decay, as one would train a linear network with one hidden layer.

Write the matrix as a product left right^T, each 40 x WIDTH. Among all ways to write it, the least half sum of the
squared weights is exactly the nuclear norm, so plain weight decay on the factors is a nuclear norm on the product. The
question is no longer convex, but a local minimum with a column of zeros to spare is a global one. No singular value
decomposition is needed, which is what makes this the way for large matrices.

Adam takes the product close to the threshold with a decay that falls. Then its place is taken by alternating least
squares on the same function: with one factor held, the other is a ridge regression for each row. The decay that just
meets the threshold follows from the error, which is proportional to it.

Sources:
    Maximum-Margin Matrix Factorization. N. Srebro, J. D. M. Rennie, T. S. Jaakkola, 2005.
    Matrix Completion and Low-Rank SVD via Fast Alternating Least Squares. T. Hastie, R. Mazumder, J. D. Lee,
        R. Zadeh, 2015.
    Local Minima and Convergence in Low-Rank Semidefinite Programming. S. Burer, R. D. C. Monteiro, 2005.
"""

import numpy as np

from referee import contestant

WIDTH, LEARNING_RATE, STEPS = 6, 0.05, 3000
DECAYS = 10.0, 0.01  # first and last, of half the sum of squares
SWEEPS, TARGET = 1000, 0.99995e-3


def loss_of(matrix):
    return np.sqrt(np.mean((matrix[row, column] - y) ** 2))


x, y = contestant.load()
row, column = x[:, :40].argmax(axis=1), x[:, 40:].argmax(axis=1)
random = np.random.default_rng(contestant.seed())
seen, shown = np.zeros((2, *contestant.reference_shapes()["matrix"]))
seen[row, column], shown[row, column] = 1, y
factors = random.normal(0, 0.5, (2, 40, WIDTH))
mean, square = np.zeros((2, *factors.shape))

for step in range(1, STEPS + 1):
    left, right = factors
    decay = DECAYS[0] * (DECAYS[1] / DECAYS[0]) ** (step / STEPS)
    error = seen * (left @ right.T) - shown
    if step % 100 == 0:
        contestant.report(step, loss_of(left @ right.T))
    slope = np.stack([error @ right, error.T @ left]) + decay * factors
    mean += 0.1 * (slope - mean)
    square += 0.001 * (slope * slope - square)
    factors -= LEARNING_RATE * mean / (1 - 0.9**step) / (np.sqrt(square / (1 - 0.999**step)) + 1e-8)


def regressed(other, seen, shown, decay):
    """The factor that is best for the other one: a ridge regression of each row on what it has of `seen`."""
    grams = np.einsum("ij,jk,jl->ikl", seen, other, other, optimize=True) + decay * np.eye(WIDTH)
    return np.linalg.solve(grams, (shown @ other)[..., None])[..., 0]


left, right = factors
for sweep in range(1, SWEEPS + 1):
    left = regressed(right, seen, shown, decay)
    right = regressed(left, seen.T, shown.T, decay)
    if sweep % 100 == 0:
        matrix = left @ right.T
        contestant.report(STEPS + sweep, loss_of(matrix))
        if loss_of(matrix.astype(np.float32)) <= 1e-3:
            contestant.save({"matrix": matrix})
        decay *= TARGET / loss_of(matrix)
