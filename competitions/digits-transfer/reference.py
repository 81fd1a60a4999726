"""Builds reference.onnx, 64 -> 128 -> 5 with ReLU.

Run it after a change: `python competitions/digits-transfer/reference.py`.
"""

from pathlib import Path

import numpy as np
from onnx import TensorProto, helper, numpy_helper, save

SHAPES = {"hidden.weight": (128, 64), "hidden.bias": (128,), "output.weight": (5, 128), "output.bias": (5,)}

graph = helper.make_graph(
    [
        helper.make_node("Gemm", ["x", "hidden.weight", "hidden.bias"], ["hidden"], transB=1),
        helper.make_node("Relu", ["hidden"], ["active"]),
        helper.make_node("Gemm", ["active", "output.weight", "output.bias"], ["logits"], transB=1),
    ],
    "digits-transfer",
    [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["batch", 64])],
    [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["batch", 5])],
    [numpy_helper.from_array(np.zeros(shape, np.float32), name) for name, shape in SHAPES.items()],
)
model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10)
save(model, Path(__file__).with_name("reference.onnx"))
