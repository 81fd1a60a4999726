"""A random 40 x 40 matrix of rank 3 and of nuclear norm 100; half of its entries are shown, the rest held out.

Below a certain number of entries, which depends on luck, some other matrix with the same seen entries has a smaller
nuclear norm. Such a draw (about one in fifteen) is made anew, so that the par of 100 holds for every seed.
"""

import numpy as np

from referee.host import Draw

SIDE, RANK, NUCLEAR = 40, 3, 100.0
TRAINING_ROWS = SIDE * SIDE // 2


def draw(seed: int) -> Draw:
    random = np.random.default_rng(seed)
    while True:
        matrix = random_matrix(random)
        order = random.permutation(SIDE * SIDE)
        seen = np.isin(np.arange(SIDE * SIDE), order[:TRAINING_ROWS]).reshape(SIDE, SIDE)
        if least_nuclear_norm(matrix, seen) > (1 - 1e-6) * NUCLEAR:
            break
    row, column = np.divmod(order, SIDE)
    one_hot = np.eye(SIDE, dtype=np.float32)
    x, y = np.concatenate([one_hot[row], one_hot[column]], axis=1), matrix[row, column]
    return Draw(x[:TRAINING_ROWS], y[:TRAINING_ROWS], x[TRAINING_ROWS:], y[TRAINING_ROWS:])


def random_matrix(random: np.random.Generator) -> np.ndarray:
    """Sum of three s u v^T with orthonormal u, orthonormal v and s that add up to 100. No LAPACK: the same to the bit
    on every machine."""
    left, right = orthonormal(random), orthonormal(random)
    sizes = random.uniform(1, 2, RANK)
    return sum(s * u[:, None] * v for s, u, v in zip(sizes * NUCLEAR / sizes.sum(), left, right, strict=True))


def orthonormal(random: np.random.Generator) -> np.ndarray:
    """(RANK, SIDE): Gram-Schmidt on uniform numbers."""
    rows = random.uniform(-1, 1, (RANK, SIDE))
    for i, row in enumerate(rows):
        for other in rows[:i]:
            row -= (row * other).sum() * other
        row /= np.sqrt((row * row).sum())
    return rows


def least_nuclear_norm(matrix: np.ndarray, seen: np.ndarray, steps: int = 600, size: float = 3.0) -> float:
    """A lower bound on the nuclear norm of whatever agrees with the seen entries; it becomes tight.

    Douglas-Rachford splitting. It brings along a Z that is zero outside of the seen entries; divided by its spectral
    norm, it has <Z, M> <= |M| for every M, and <Z, M> takes the seen entries alone.
    """
    shown = np.where(seen, matrix, 0)
    state, best = shown, 0.0
    for step in range(1, steps + 1):
        agrees = np.where(seen, matrix, state)
        u, s, v = np.linalg.svd(2 * agrees - state)
        small = (u * np.maximum(s - size, 0)) @ v
        if step % 50 == 0:
            z = np.where(seen, 2 * agrees - state - small, 0)
            best = max(best, float((z * shown).sum() / np.linalg.norm(z, 2)))
            if best > (1 - 1e-6) * NUCLEAR:
                break
        state = state + small - agrees
    return best
