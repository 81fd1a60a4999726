"""Start from the host's model and prune the difference: take back the changes that the loss would miss least.

The weights are start + change, and only the change is trained. A change that is pruned is zero for good, so that this
weight is the host's again, to the bit, and costs nothing. Diff pruning learns such a sparse difference with a relaxed L0
penalty; here it goes gradually, by the saliency |change| h^(1/4), with Adam's mean squared gradient for h. The hidden layer
learns more slowly than the output layer, as its features are worth keeping.

Sources:
    Parameter-Efficient Transfer Learning with Diff Pruning. D. Guo, A. M. Rush, Y. Kim, 2021.
    Optimal Brain Damage. Y. LeCun, J. S. Denker, S. A. Solla, 1989.
    Adam: A Method for Stochastic Optimization. D. P. Kingma, J. Ba, 2014.
"""

import os

os.environ["OPENBLAS_NUM_THREADS"] = "1"  # On matrices this small, threads mostly wait for each other.

import numpy as np
from safetensors.numpy import load_file

from referee import contestant

STEPS, BATCH, LEARNING_RATE = 60_000, 128, 0.02
HIDDEN_SHARE, FITS, PRUNED_AT_ONCE = 0.3, 0.95e-3, 0.03


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
    losses = np.log(np.exp(logits - largest).sum(axis=1)) + largest[:, 0] - right
    return float(losses.mean()), int((logits >= right[:, None]).sum()) == len(y)


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
    """Unset `kept` for the least salient of the changes, and for all that leads to a hidden unit nobody listens to."""
    candidates = np.flatnonzero(kept)
    count = max(1, int(PRUNED_AT_ONCE * len(candidates)))
    kept[candidates[np.argsort(saliency[candidates])[:count]]] = 0
    tensors = views(kept)
    heard = tensors["output.weight"].any(axis=0)
    tensors["hidden.weight"][~heard], tensors["hidden.bias"][~heard] = 0, 0


SHAPES = contestant.reference_shapes()
x, y = contestant.load()
random = np.random.default_rng(contestant.seed())
host = load_file(os.environ["MLGOLF_PRETRAINED"])
start = np.concatenate([host[name].ravel() for name in SHAPES])
weights, change, slope, mean, square, rate = np.zeros((6, len(start)), np.float32)
kept = np.ones(len(start), bool)
network = views(weights)
# The host's output layer is zero: it gets a random start, as no gradient would reach the hidden layer otherwise.
views(change)["output.weight"][:] = random.normal(0, np.sqrt(2 / 128), SHAPES["output.weight"])
weights[:] = start + change
for name, part in views(rate).items():
    part[:] = LEARNING_RATE * (HIDDEN_SHARE if name.startswith("hidden") else 1)

for step in range(1, STEPS + 1):
    batch = random.integers(0, len(x), BATCH)
    gradient(network, x[batch], y[batch], into=views(slope))
    slope *= kept
    mean += 0.1 * (slope - mean)
    square += 0.001 * (slope * slope - square)
    change -= rate * mean / (1 - 0.9**step) / (np.sqrt(square / (1 - 0.999**step)) + 1e-8)
    weights[:] = start + change
    if step % 25 == 0:
        loss, all_correct = fit(network, x, y)
        contestant.report(step, loss)
        if all_correct and loss <= FITS:
            contestant.save(network)
            prune(kept, np.abs(change) * square**0.25)
            change[~kept], mean[~kept] = 0, 0
            weights[:] = start + change
