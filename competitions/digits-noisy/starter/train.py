"""A first entry: plain Adam in numpy, until the fit holds. It asks for no small norm, so that any penalty beats it.

The contract: hand in an ONNX graph, of operators that a positive scale passes through, as long as
`contestant.seconds_left()` > 0. Save as often as you like; what was saved last is judged, so save only what fits. All
else here is yours to replace.
"""

import os

os.environ["OPENBLAS_NUM_THREADS"] = "1"  # On matrices this small, threads mostly wait for each other.

import numpy as np
from onnx import TensorProto, helper, numpy_helper

from referee import contestant

HIDDEN, LEARNING_RATE, TARGET = 256, 0.003, 0.98e-2


def as_onnx(weights):
    """64 -> HIDDEN -> 10 with ReLU."""
    nodes = [
        helper.make_node("Gemm", ["x", "into", "bias"], ["hidden"]),
        helper.make_node("Relu", ["hidden"], ["active"]),
        helper.make_node("Gemm", ["active", "out", "offset"], ["logits"]),
    ]
    ends = [helper.make_tensor_value_info(name, TensorProto.FLOAT, ["n", n]) for name, n in (("x", 64), ("logits", 10))]
    tensors = [numpy_helper.from_array(weight, name) for name, weight in weights.items()]
    graph = helper.make_graph(nodes, "digits", ends[:1], ends[1:], tensors)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10)


x, y = contestant.load()  # (1437, 64) float32 from 0 to 1, and (1437,) int64
rows = np.arange(len(y))
random = np.random.default_rng(contestant.seed())
weights = {
    "into": random.normal(0, (2 / 64) ** 0.5, (64, HIDDEN)).astype(np.float32),
    "bias": np.zeros(HIDDEN, np.float32),
    "out": random.normal(0, (2 / HIDDEN) ** 0.5, (HIDDEN, 10)).astype(np.float32),
    "offset": np.zeros(10, np.float32),
}
mean = {name: np.zeros_like(weight) for name, weight in weights.items()}
square = {name: np.zeros_like(weight) for name, weight in weights.items()}

for step in range(1, 20_000):
    active = np.maximum(x @ weights["into"] + weights["bias"], 0)
    logits = (active @ weights["out"] + weights["offset"]).astype(np.float64)
    logits -= logits.max(axis=1, keepdims=True)
    log_likelihood = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
    loss = -log_likelihood[rows, y].mean()
    if step % 100 == 0:
        contestant.report(step, loss)
    if loss <= TARGET and (logits.argmax(axis=1) == y).all():
        contestant.save(as_onnx(weights))
        break

    error = np.exp(log_likelihood)
    error[rows, y] -= 1
    error = (error / len(y)).astype(np.float32)
    back = (error @ weights["out"].T) * (active > 0)
    slopes = {"into": x.T @ back, "bias": back.sum(axis=0), "out": active.T @ error, "offset": error.sum(axis=0)}
    for name, slope in slopes.items():
        mean[name] += 0.1 * (slope - mean[name])
        square[name] += 0.001 * (slope * slope - square[name])
        scale = np.sqrt(square[name] / (1 - 0.999**step)) + 1e-8
        weights[name] -= LEARNING_RATE * mean[name] / (1 - 0.9**step) / scale
