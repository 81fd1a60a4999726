"""A plain network in numpy, written out as ONNX: two tanh layers, full-batch Adam until it fits."""

import numpy as np
from onnx import TensorProto, helper, numpy_helper

from referee import contestant

WIDTH = 24


def forward(weights, x):
    first = np.tanh(x @ weights[0] + weights[1])
    second = np.tanh(first @ weights[2] + weights[3])
    return first, second, second @ weights[4] + weights[5]


def gradients(weights, x, y):
    first, second, logits = forward(weights, x)
    exponents = np.exp(logits - logits.max(axis=1, keepdims=True))
    shares = exponents / exponents.sum(axis=1, keepdims=True)
    loss = -np.log(shares[np.arange(len(y)), y]).mean()
    error = (shares - np.eye(2)[y]) / len(y)
    back = error @ weights[4].T * (1 - second**2)
    further = back @ weights[2].T * (1 - first**2)
    return loss, [
        x.T @ further, further.sum(0), first.T @ back, back.sum(0), second.T @ error, error.sum(0)
    ]  # fmt: skip


def as_onnx(weights):
    names = ["w1", "b1", "w2", "b2", "w3", "b3"]
    nodes = [
        helper.make_node("Gemm", ["x", "w1", "b1"], ["h1"]),
        helper.make_node("Tanh", ["h1"], ["a1"]),
        helper.make_node("Gemm", ["a1", "w2", "b2"], ["h2"]),
        helper.make_node("Tanh", ["h2"], ["a2"]),
        helper.make_node("Gemm", ["a2", "w3", "b3"], ["logits"]),
    ]
    graph = helper.make_graph(
        nodes,
        "spirals",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["batch", 2])],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["batch", 2])],
        [numpy_helper.from_array(array.astype(np.float32), name) for name, array in zip(names, weights, strict=True)],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10)


x, y = contestant.load()
random = np.random.default_rng(contestant.seed())
shapes = [(2, WIDTH), (WIDTH,), (WIDTH, WIDTH), (WIDTH,), (WIDTH, 2), (2,)]
weights = [random.standard_normal(shape) * (3 if len(shape) == 1 else 4 / np.sqrt(shape[0])) for shape in shapes]
mean, square = [np.zeros(s) for s in shapes], [np.zeros(s) for s in shapes]
step, loss = 0, np.inf
while loss > 5e-3 and contestant.seconds_left() > 5:
    step += 1
    loss, slopes = gradients(weights, x, y)
    for index, slope in enumerate(slopes):
        mean[index] = 0.9 * mean[index] + 0.1 * slope
        square[index] = 0.999 * square[index] + 0.001 * slope**2
        unbiased = np.sqrt(square[index] / (1 - 0.999**step)) + 1e-8
        weights[index] -= 0.01 * mean[index] / (1 - 0.9**step) / unbiased
    if step % 500 == 0:
        contestant.report(step, loss)
contestant.save(as_onnx(weights))
