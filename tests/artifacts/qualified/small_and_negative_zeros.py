"""Subnormal numbers and negative zeros, which are numbers, and an infinity that nothing comes of."""

import math

import numpy as np
from hostile import honest
from onnx import numpy_helper
from small_graphs import node, tensor

ATTACK = 31


@honest
def subnormals(given):
    bias = numpy_helper.to_array(given.graph.initializer[1])
    given.graph.initializer[1].CopyFrom(tensor("b1", bias + np.float32(1e-45)))
    given.graph.node[2].output[0] = "z"
    given.graph.node.append(node("Add", ["z", "tiny"], ["y"]))
    given.graph.initializer.append(tensor("tiny", [1e-45, -1e-45, -0.0]))


@honest
def an_infinity_on_the_way(given):
    """1 / inf is 0."""
    given.graph.node[2].output[0] = "z"
    given.graph.node.extend([
        node("Div", ["one", "zero"], ["inf"]), node("Div", ["one", "inf"], ["none"]), node("Add", ["z", "none"], ["y"])
    ])  # fmt: skip
    given.graph.initializer.extend([tensor("one", [1.0]), tensor("zero", [math.copysign(0, 1)])])
