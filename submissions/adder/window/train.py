"""A small network looks at the place in question and at the one before it, with Adam in numpy and 32-bit weights.

Both digits here and both digits there tell the sum, and the answer there tells whether they had a carry themselves. These
six tokens are all that a digit depends on, so one network serves every place, as a convolution would.

Source: Adam: A Method for Stochastic Optimization. D. P. Kingma, J. Ba, 2014.
"""

import numpy as np
from onnx import TensorProto, helper, numpy_helper

from referee import contestant

HIDDEN, LEARNING_RATE, TOKENS, UNKNOWN = 48, 0.01, 11, 10


def windows(x):
    """The six tokens that matter, (rows, 6): both digits and the answer's, at the first unknown place and the one before."""
    edge = np.full((len(x), 1), UNKNOWN)
    lines = [np.hstack([edge, part]) for part in (np.hstack([x[:, :10], edge]), np.hstack([x[:, 10:20], edge]), x[:, 20:])]
    place = (x[:, 20:] == UNKNOWN).argmax(axis=1)
    rows = np.arange(len(x))
    return np.stack([line[rows, place + later] for later in (0, 1) for line in lines], axis=1).astype(int)


def as_onnx(weights):
    """The same in ONNX: `first` is 1 at the first unknown place, and picks the window by multiplication."""
    nodes = [
        ("Slice", ["x", "20", "31", "1"], "answer", {}),
        ("Slice", ["x", "0", "10", "1"], "left", {}),
        ("Slice", ["x", "10", "20", "1"], "right", {}),
        ("Mul", ["left_edge", "zero"], "none", {}),
        ("Add", ["none", "unknown"], "edge", {}),
        ("Concat", ["edge", "left", "edge", "edge", "right", "edge", "edge", "answer"], "flat", {"axis": 1}),
        ("Reshape", ["flat", "lines"], "places", {}),
        ("Equal", ["answer", "unknown"], "is_unknown", {}),
        ("Cast", ["is_unknown"], "open", {"to": TensorProto.FLOAT}),
        ("CumSum", ["open", "axis"], "count", {}),
        ("Equal", ["count", "one"], "is_first", {}),
        ("Cast", ["is_first"], "first_flat", {"to": TensorProto.FLOAT}),
        ("Unsqueeze", ["first_flat", "1"], "first", {}),
        ("Slice", ["places", "0", "11", "2"], "earlier", {}),
        ("Slice", ["places", "1", "12", "2"], "now", {}),
        ("Concat", ["earlier", "now"], "both", {"axis": 1}),
        ("Mul", ["both", "first"], "picked", {}),
        ("ReduceSum", ["picked", "2"], "window", {"keepdims": 0}),
        ("Unsqueeze", ["window", "2"], "column", {}),
        ("Equal", ["column", "tokens"], "is_token", {}),
        ("Cast", ["is_token"], "one_hot", {"to": TensorProto.FLOAT}),
        ("Flatten", ["one_hot"], "features", {}),
        ("Gemm", ["features", "w1", "b1"], "hidden", {}),
        ("Relu", ["hidden"], "active", {}),
        ("Gemm", ["active", "w2", "b2"], "logits", {}),
    ]
    nodes.insert(3, ("Slice", ["x", "0", "1", "1"], "left_edge", {}))
    known = {f"{number}": np.array([number]) for number in (0, 1, 2, 10, 11, 12, 20, 31)}
    known |= {"lines": np.array([-1, 3, 12]), "axis": np.array(1), "zero": np.float32(0), "one": np.float32(1)}
    known |= {"unknown": np.float32(UNKNOWN), "tokens": np.arange(TOKENS, dtype=np.float32), **weights}
    graph = helper.make_graph(
        [helper.make_node(kind, inputs, [output], **more) for kind, inputs, output, more in nodes],
        "adder",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", 31])],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["n", 10])],
        [numpy_helper.from_array(np.asarray(array), name) for name, array in known.items()],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10)


x, y = contestant.load()  # (22000, 31) float32 tokens from 0 to 10, where 10 is "not yet known", and (22000,) int64
features = np.eye(TOKENS, dtype=np.float32)[windows(x)].reshape(len(x), -1)
random = np.random.default_rng(contestant.seed())
weights = {
    "w1": random.normal(0, 0.2, (features.shape[1], HIDDEN)).astype(np.float32),
    "b1": np.zeros(HIDDEN, np.float32),
    "w2": random.normal(0, 0.2, (HIDDEN, 10)).astype(np.float32),
    "b2": np.zeros(10, np.float32),
}
mean, square = ({name: np.zeros_like(weight) for name, weight in weights.items()} for _ in range(2))
train = np.arange(len(x) - 2200)  # the last 200 sums are ours to ask
for step in range(1, 20_000):
    some = random.choice(train, 512)
    active = np.maximum(features[some] @ weights["w1"] + weights["b1"], 0)
    logits = active @ weights["w2"] + weights["b2"]
    error = np.exp(logits - logits.max(axis=1, keepdims=True))
    error /= error.sum(axis=1, keepdims=True)
    if step % 250 == 0:
        contestant.report(step, -np.log(error[np.arange(512), y[some]] + 1e-12).mean())
        asked = np.maximum(features[-2200:] @ weights["w1"] + weights["b1"], 0) @ weights["w2"] + weights["b2"]
        if (asked.argmax(axis=1) == y[-2200:]).reshape(-1, 11).all(axis=1).mean() >= 0.999:
            contestant.save(as_onnx(weights))
            break
    error[np.arange(512), y[some]] -= 1
    error /= 512
    back = (error @ weights["w2"].T) * (active > 0)
    slopes = {"w1": features[some].T @ back, "b1": back.sum(axis=0), "w2": active.T @ error, "b2": error.sum(axis=0)}
    for name, slope in slopes.items():
        mean[name] += 0.1 * (slope - mean[name])
        square[name] += 0.001 * (slope * slope - square[name])
        weights[name] -= LEARNING_RATE * mean[name] / (1 - 0.9**step) / (np.sqrt(square[name] / (1 - 0.999**step)) + 1e-8)
