"""Builds reference.onnx, 10 -> 32 -> 1 with ReLU. Run it after a change: `python competitions/parity/reference.py`."""

from pathlib import Path

import numpy as np
from onnx import TensorProto, helper, numpy_helper, save

SHAPES = {"hidden.weight": (32, 10), "hidden.bias": (32,), "output.weight": (1, 32), "output.bias": (1,)}

graph = helper.make_graph(
    [
        helper.make_node("Gemm", ["x", "hidden.weight", "hidden.bias"], ["hidden"], transB=1),
        helper.make_node("Relu", ["hidden"], ["active"]),
        helper.make_node("Gemm", ["active", "output.weight", "output.bias"], ["logits"], transB=1),
    ],
    "parity",
    [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["batch", 10])],
    [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["batch", 1])],
    [numpy_helper.from_array(np.zeros(shape, np.float32), name) for name, shape in SHAPES.items()],
)
model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10)
save(model, Path(__file__).with_name("reference.onnx"))
