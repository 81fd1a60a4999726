"""A first entry: an MLP and plain Adam in numpy, until the fit holds. Its file is as long as an MLP in float32 is.

The contract: hand in an ONNX model while `contestant.seconds_left()` > 0; `as_onnx` writes one from arrays.
Save as often as you like; what was saved last is judged, so save only what fits. All else here is yours to replace.
"""

import numpy as np
from onnx import TensorProto, helper, numpy_helper

from referee import contestant

HIDDEN, LEARNING_RATE = 64, 0.005
TARGET = 0.4e-3  # The referee asks for 1e-2 and no row wrong; a mean below ln(2) / 1500 = 0.46e-3 leaves no row wrong.


def as_onnx(weights):
    """Two dense layers with a ReLU between them, as ONNX."""
    nodes = [
        helper.make_node("Gemm", ["x", "hidden.weight", "hidden.bias"], ["hidden"]),
        helper.make_node("Relu", ["hidden"], ["active"]),
        helper.make_node("Gemm", ["active", "output.weight", "output.bias"], ["logits"]),
    ]
    ends = [helper.make_tensor_value_info(n, TensorProto.FLOAT, ["rows", s]) for n, s in (("x", 64), ("logits", 10))]
    tensors = [numpy_helper.from_array(array, name) for name, array in weights.items()]
    graph = helper.make_graph(nodes, "mlp", ends[:1], ends[1:], tensors)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10)


x, y = contestant.load()  # (1500, 64) float32, and (1500,) int64 from 0 to 9
rows = np.arange(len(y))
random = np.random.default_rng(contestant.seed())
weights = {
    "hidden.weight": random.normal(0, np.sqrt(2 / 64), (64, HIDDEN)).astype(np.float32),
    "hidden.bias": np.zeros(HIDDEN, np.float32),
    "output.weight": random.normal(0, np.sqrt(1 / HIDDEN), (HIDDEN, 10)).astype(np.float32),
    "output.bias": np.zeros(10, np.float32),
}
mean = {name: np.zeros_like(weight) for name, weight in weights.items()}
square = {name: np.zeros_like(weight) for name, weight in weights.items()}

for step in range(1, 10_000):
    active = np.maximum(x @ weights["hidden.weight"] + weights["hidden.bias"], 0)
    logits = (active @ weights["output.weight"] + weights["output.bias"]).astype(np.float64)
    logits -= logits.max(axis=1, keepdims=True)
    log_likelihood = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
    loss = -log_likelihood[rows, y].mean()
    if step % 100 == 0:
        contestant.report(step, loss)
    if loss <= TARGET:
        contestant.save(as_onnx(weights))
        break

    error = np.exp(log_likelihood)
    error[rows, y] -= 1
    error = (error / len(y)).astype(np.float32)
    back = (error @ weights["output.weight"].T) * (active > 0)
    slopes = {
        "hidden.weight": x.T @ back,
        "hidden.bias": back.sum(axis=0),
        "output.weight": active.T @ error,
        "output.bias": error.sum(axis=0),
    }
    for name, slope in slopes.items():
        mean[name] += 0.1 * (slope - mean[name])
        square[name] += 0.001 * (slope * slope - square[name])
        scale = np.sqrt(square[name] / (1 - 0.999**step)) + 1e-8
        weights[name] -= LEARNING_RATE * mean[name] / (1 - 0.9**step) / scale
