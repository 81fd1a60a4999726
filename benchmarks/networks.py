"""Networks to measure with, as ONNX files with random weights."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from onnx import ModelProto, NodeProto, TensorProto, helper, numpy_helper


class _Network:
    """Nodes and tensors as they are added."""

    def __init__(self) -> None:
        self.random = np.random.default_rng(0)
        self.nodes: list[NodeProto] = []
        self.tensors: list[TensorProto] = []

    def tensor(self, *shape: int, scale: float = 1.0, offset: float = 0.0) -> str:
        values = offset + scale * self.random.standard_normal(shape)
        self.tensors.append(numpy_helper.from_array(values.astype(np.float32), f"t{len(self.tensors)}"))
        return self.tensors[-1].name

    def node(self, op: str, *inputs: str, **attributes: object) -> str:
        made = f"v{len(self.nodes)}"
        self.nodes.append(helper.make_node(op, list(inputs), [made], **attributes))
        return made

    def model(self, width: tuple[int, ...], output: str) -> ModelProto:
        inputs = [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", *width])]
        outputs = [helper.make_tensor_value_info(output, TensorProto.FLOAT, None)]
        graph = helper.make_graph(self.nodes, "network", inputs, outputs, self.tensors)
        return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10)


def resnet20() -> ModelProto:
    """He et al. 2016 for (n, 3, 32, 32) and ten classes: 19 convolutions with BatchNormalization, 41 million multiply-adds."""
    net = _Network()

    def layer(x: str, width: int, out: int, size: int, step: int) -> str:
        weights = net.tensor(out, width, size, size, scale=(2 / (size * size * width)) ** 0.5)
        made = net.node("Conv", x, weights, strides=[step, step], pads=[size // 2] * 4)
        means = net.tensor(out, scale=0.1)
        scale, variance = net.tensor(out, scale=0.05, offset=1), net.tensor(out, scale=0.05, offset=1)
        return net.node("BatchNormalization", made, scale, net.tensor(out, scale=0.1), means, variance)

    x, width = net.node("Relu", layer("x", 3, 16, 3, 1)), 16
    for out in (16, 32, 64):
        for _ in range(3):
            step = 2 if out > width else 1
            inner = net.node("Relu", layer(x, width, out, 3, step))
            added = layer(x, width, out, 1, step) if step == 2 else x
            x, width = net.node("Relu", net.node("Add", layer(inner, out, out, 3, 1), added)), out
    pooled = net.node("Flatten", net.node("GlobalAveragePool", x))
    return net.model((3, 32, 32), net.node("Gemm", pooled, net.tensor(64, 10, scale=0.1), net.tensor(10, scale=0.1)))


def perceptron(*widths: int) -> ModelProto:
    """A chain of layers with biases and ReLU between them."""
    net = _Network()
    x = "x"
    for place, (width, out) in enumerate(pairwise(widths)):
        x = net.node("Gemm", x, net.tensor(width, out, scale=(2 / width) ** 0.5), net.tensor(out, scale=0.1))
        x = net.node("Relu", x) if place < len(widths) - 2 else x
    return net.model((widths[0],), x)
