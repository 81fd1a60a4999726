"""Builds reference.onnx: a one-hot row and a one-hot column pick their entry out of the one tensor, a 40 x 40 matrix.

Run it after a change: `python competitions/completion/reference.py`.
"""

from pathlib import Path

import numpy as np
from onnx import TensorProto, helper, numpy_helper, save

SIDE = 40

graph = helper.make_graph(
    [
        helper.make_node("Split", ["x"], ["row", "column"], axis=1, num_outputs=2),
        helper.make_node("MatMul", ["row", "matrix"], ["entries"]),
        helper.make_node("Mul", ["entries", "column"], ["entry"]),
        helper.make_node("ReduceSum", ["entry", "axes"], ["answer"], keepdims=1),
    ],
    "completion",
    [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["batch", 2 * SIDE])],
    [helper.make_tensor_value_info("answer", TensorProto.FLOAT, ["batch", 1])],
    [
        numpy_helper.from_array(np.zeros((SIDE, SIDE), np.float32), "matrix"),
        numpy_helper.from_array(np.array([1], np.int64), "axes"),
    ],
)
model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10)
save(model, Path(__file__).with_name("reference.onnx"))
