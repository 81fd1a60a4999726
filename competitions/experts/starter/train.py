"""A first entry: one expert a task and Adam, in numpy, until the fit holds. Any pruning beats it.

The contract: hand in weights with the names and shapes of the reference while `contestant.seconds_left()` > 0.
Save as often as you like; what was saved last is judged, so save only what fits. All else here is yours to replace.
"""

import os

os.environ["OPENBLAS_NUM_THREADS"] = "1"  # On matrices this small, threads mostly wait for each other.

import numpy as np

from referee import contestant

TASKS, STEPS, LEARNING_RATE = 8, 5000, 0.01
TARGET = 0.3e-3  # The referee asks for 1e-2 and no row wrong; a mean below ln(2) / 2048 = 0.34e-3 leaves no row wrong.

x, y = contestant.load()  # (2048, 18) float32, eight names of tasks and ten numbers, and (2048,) int64
shapes = contestant.reference_shapes()
random = np.random.default_rng(contestant.seed())
units = shapes["experts.weight"][0] // TASKS
# The router opens the gate of the row's own task, at 1, and no other: the tasks are eight networks of their own.
router = np.eye(TASKS, x.shape[1], dtype=np.float32)
experts = np.zeros(shapes["experts.weight"], np.float32)
output = np.zeros(shapes["output.weight"], np.float32)


def trained(rows, labels):
    """Weights (units, 1 + inputs) and (2, units) of a small network that fits the rows of one task."""
    weights = [random.normal(0, 0.4, (units, rows.shape[1])), random.normal(0, 0.5, (2, units))]
    mean, square = ([np.zeros_like(weight) for weight in weights] for _ in range(2))
    for step in range(1, STEPS + 1):
        active = np.maximum(rows @ weights[0].T, 0)
        logits = active @ weights[1].T
        logits -= logits.max(axis=1, keepdims=True)
        log_likelihood = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
        loss = -log_likelihood[np.arange(len(labels)), labels].mean()
        if loss <= TARGET:
            break
        error = (np.exp(log_likelihood) - np.eye(2)[labels]) / len(labels)
        slopes = [((error @ weights[1]) * (active > 0)).T @ rows, error.T @ active]
        for place, slope in enumerate(slopes):
            mean[place] += 0.1 * (slope - mean[place])
            square[place] += 0.001 * (slope * slope - square[place])
            scale = np.sqrt(square[place] / (1 - 0.999**step)) + 1e-8
            weights[place] -= LEARNING_RATE * mean[place] / (1 - 0.9**step) / scale
    return *weights, loss


for task in range(TASKS):
    own = x[:, task] == 1
    own_units = slice(task * units, (task + 1) * units)
    # The name of the task is the input that is always 1: a bias.
    rows = np.concatenate([x[own, task : task + 1], x[own, TASKS:]], axis=1).astype(np.float64)
    loss = np.inf
    while loss > TARGET:  # Now and then a network is stuck with a row wrong, and begins again.
        first, second, loss = trained(rows, y[own])
    contestant.report(task + 1, loss)
    experts[own_units, task, 0], experts[own_units, TASKS:, 0] = first[:, 0], first[:, 1:]
    output[:, own_units] = second

contestant.save({"router.weight": router, "experts.weight": experts, "output.weight": output})
