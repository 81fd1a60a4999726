"""Builds reference.onnx: one linear layer, 2000 features to one answer, without a bias.

Run it after a change: `python competitions/diabetes-2000/reference.py`.
"""

from pathlib import Path

import numpy as np
from onnx import TensorProto, helper, numpy_helper, save

FEATURES = 2000

graph = helper.make_graph(
    [helper.make_node("Gemm", ["x", "weight"], ["answer"], transB=1)],
    "diabetes-2000",
    [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["batch", FEATURES])],
    [helper.make_tensor_value_info("answer", TensorProto.FLOAT, ["batch", 1])],
    [numpy_helper.from_array(np.zeros((1, FEATURES), np.float32), "weight")],
)
model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10)
save(model, Path(__file__).with_name("reference.onnx"))
