"""Builds reference.onnx: one linear layer, 2 -> 2."""

from pathlib import Path

import numpy as np
from onnx import TensorProto, helper, numpy_helper, save

graph = helper.make_graph(
    [helper.make_node("Gemm", ["x", "weight", "bias"], ["logits"], transB=1)],
    "line",
    [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["batch", 2])],
    [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["batch", 2])],
    [
        numpy_helper.from_array(np.zeros((2, 2), np.float32), "weight"),
        numpy_helper.from_array(np.zeros(2, np.float32), "bias"),
    ],
)
model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10)
save(model, Path(__file__).with_name("reference.onnx"))
