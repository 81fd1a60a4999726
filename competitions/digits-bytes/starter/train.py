"""A first entry: a linear softmax in numpy and 8 bits a weight. It stores every weight, so that any pruning beats it.

The contract: hand in an ONNX graph, of operators on the referee's list, while `contestant.seconds_left()` > 0. Save as
often as you like; what was saved last is judged, so save only what fits. All else here is yours to replace.
"""

import numpy as np
from onnx import TensorProto, helper, numpy_helper

from referee import contestant

LEARNING_RATE, LARGEST = 0.3, 127
TARGET = 0.4e-3  # The referee asks for 1e-3 and no row wrong; a mean below ln(2) / 1437 = 0.48e-3 leaves no row wrong.


def fit(weight):
    """Cross entropy in float64 and the probabilities, of logits x @ weight."""
    logits = (x @ weight).astype(np.float64)
    logits -= logits.max(axis=1, keepdims=True)
    log_likelihood = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
    return -log_likelihood[rows, y].mean(), np.exp(log_likelihood)


def as_onnx(whole):
    """Logits x @ weight, where the weights are whole numbers of 8 bits, which a Cast makes floats."""
    nodes = [
        helper.make_node("Cast", ["whole"], ["weight"], to=TensorProto.FLOAT),
        helper.make_node("Gemm", ["x", "weight"], ["logits"]),
    ]
    ends = [helper.make_tensor_value_info(name, TensorProto.FLOAT, ["n", n]) for name, n in (("x", 64), ("logits", 10))]
    graph = helper.make_graph(nodes, "linear", ends[:1], ends[1:], [numpy_helper.from_array(whole, "whole")])
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10)


x, y = contestant.load()  # (1437, 64) float32 from 0 to 1, and (1437,) int64
rows = np.arange(len(y))
weight, mean, square = np.zeros((3, 64, 10), np.float32)
for step in range(1, 100_000):
    loss, error = fit(weight)
    if step % 100 == 0:
        contestant.report(step, loss)
        whole = np.rint(weight * np.minimum(1, LARGEST / np.abs(weight).max()))
        if fit(whole)[0] <= TARGET:
            contestant.save(as_onnx(whole.astype(np.int8)))
            break
    error[rows, y] -= 1
    slope = (x.T @ error / len(y)).astype(np.float32)
    mean += 0.1 * (slope - mean)
    square += 0.001 * (slope * slope - square)
    weight -= LEARNING_RATE * mean / (1 - 0.9**step) / (np.sqrt(square / (1 - 0.999**step)) + 1e-8)
