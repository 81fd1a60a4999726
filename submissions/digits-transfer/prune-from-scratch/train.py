"""Train from nothing, and remove the weights that the loss would miss least until no more can go.

The same as `digits/numpy-prune`, on half as many digits: a weight's saliency is |w| h^(1/4), half-way between its
magnitude and what optimal brain damage asks for, with Adam's mean squared gradient for h. Three weights in a hundred go
at a time, whenever the fit holds. Every model that fits is handed in, so the last has the fewest.

Sources:
    Optimal Brain Damage. Y. LeCun, J. S. Denker, S. A. Solla, 1989.
    To Prune, or Not to Prune. M. Zhu, S. Gupta, 2017.
    Adam: A Method for Stochastic Optimization. D. P. Kingma, J. Ba, 2014.
"""

import os

os.environ["OPENBLAS_NUM_THREADS"] = "1"  # On matrices this small, threads mostly wait for each other.

import numpy as np

from referee import contestant

STEPS, BATCH, LEARNING_RATE = 60_000, 128, 0.02
FITS, PRUNED_AT_ONCE = 0.95e-3, 0.03


def views(flat):
    """The tensors of the network, as windows into one flat array."""
    sizes = [int(np.prod(shape)) for shape in SHAPES.values()]
    parts = np.split(flat, np.cumsum(sizes)[:-1])
    return {name: part.reshape(shape) for (name, shape), part in zip(SHAPES.items(), parts, strict=True)}


def forward(w, x):
    active = np.maximum(x @ w["hidden.weight"].T + w["hidden.bias"], 0)
    return active, active @ w["output.weight"].T + w["output.bias"]


def fit(w, x, y):
    """Cross entropy in float64, as the referee computes it, and whether every row is right: a tie is not."""
    _, logits = forward(w, x)
    logits = logits.astype(np.float64)
    right = logits[np.arange(len(y)), y]
    largest = logits.max(axis=1, keepdims=True)
    loss = np.log(np.exp(logits - largest).sum(axis=1)) + largest[:, 0] - right
    return float(loss.mean()), int((logits >= right[:, None]).sum()) == len(y)


def gradient(w, x, y, into):
    active, logits = forward(w, x)
    error = np.exp(logits - logits.max(axis=1, keepdims=True))
    error /= error.sum(axis=1, keepdims=True)
    error[np.arange(len(y)), y] -= 1
    error /= len(y)
    back = (error @ w["output.weight"]) * (active > 0)
    into["output.weight"][:], into["output.bias"][:] = error.T @ active, error.sum(axis=0)
    into["hidden.weight"][:], into["hidden.bias"][:] = back.T @ x, back.sum(axis=0)


def prune(kept, saliency):
    """Unset `kept` for the least salient of the weights, and for all that leads to a hidden unit nobody listens to."""
    candidates = np.flatnonzero(kept)
    count = max(1, int(PRUNED_AT_ONCE * len(candidates)))
    kept[candidates[np.argsort(saliency[candidates])[:count]]] = 0
    tensors = views(kept)
    heard = tensors["output.weight"].any(axis=0)
    tensors["hidden.weight"][~heard], tensors["hidden.bias"][~heard] = 0, 0


def batches(random, rows):
    while True:
        order = random.permutation(rows)
        yield from order[: rows - rows % BATCH].reshape(-1, BATCH)


SHAPES = contestant.reference_shapes()
x, y = contestant.load()
random = np.random.default_rng(contestant.seed())
weights, slope, mean, square = np.zeros((4, sum(int(np.prod(shape)) for shape in SHAPES.values())), np.float32)
kept = np.ones(len(weights), bool)
network = views(weights)
for name in ("hidden.weight", "output.weight"):
    network[name][:] = random.normal(0, np.sqrt(2 / SHAPES[name][1]), SHAPES[name])

for step, batch in zip(range(1, STEPS + 1), batches(random, len(x)), strict=False):
    gradient(network, x[batch], y[batch], into=views(slope))
    slope *= kept
    mean += 0.1 * (slope - mean)
    square += 0.001 * (slope * slope - square)
    weights -= LEARNING_RATE * mean / (1 - 0.9**step) / (np.sqrt(square / (1 - 0.999**step)) + 1e-8)
    if step % 25 == 0:
        loss, all_correct = fit(network, x, y)
        if step % 500 == 0:
            contestant.report(step, loss)
        if all_correct and loss <= FITS:
            contestant.save(network)
            prune(kept, np.abs(weights) * square**0.25)
            weights[~kept], mean[~kept] = 0, 0
