"""Builds reference.onnx, 118 -> 256 -> 59 with ReLU and without biases.

Without biases the network is homogeneous: weights times c give logits times c^2, so a model can always be scaled to sit
just below the threshold of the fit, and the score compares shapes instead of how long somebody trained.

Run it after a change: `python competitions/modular-addition/reference.py`.
"""

from pathlib import Path

import numpy as np
from onnx import TensorProto, helper, numpy_helper, save

SHAPES = {"hidden.weight": (256, 118), "output.weight": (59, 256)}

graph = helper.make_graph(
    [
        helper.make_node("Gemm", ["x", "hidden.weight"], ["hidden"], transB=1),
        helper.make_node("Relu", ["hidden"], ["active"]),
        helper.make_node("Gemm", ["active", "output.weight"], ["logits"], transB=1),
    ],
    "modular-addition",
    [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["batch", 118])],
    [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["batch", 59])],
    [numpy_helper.from_array(np.zeros(shape, np.float32), name) for name, shape in SHAPES.items()],
)
model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10)
save(model, Path(__file__).with_name("reference.onnx"))
