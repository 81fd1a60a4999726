"""Builds reference.onnx, a mixture of experts: a router, 8 experts of 8 hidden units, one output layer. No biases.

The router gives each expert a gate, ReLU(router x), so that a gate can be exactly zero. What goes into an expert is the
row times its gate: as ReLU lets a positive scale through, this is the same as a gate on what comes out. Where a gate is
zero, an expert meets nothing but zeros, and its weights are not counted.

Run it after a change: `python competitions/experts/reference.py`.
"""

from pathlib import Path

import numpy as np
from onnx import TensorProto, helper, numpy_helper, save

INPUTS, EXPERTS, UNITS, CLASSES = 18, 8, 8, 2
SHAPES = {
    "router.weight": (EXPERTS, INPUTS),
    "experts.weight": (EXPERTS * UNITS, INPUTS, 1),
    "output.weight": (CLASSES, EXPERTS * UNITS),
}
TARGETS = {"to_gates": (-1, EXPERTS, 1), "to_rows": (-1, 1, INPUTS), "to_experts": (-1, EXPERTS * INPUTS, 1)}

graph = helper.make_graph(
    [
        helper.make_node("Gemm", ["x", "router.weight"], ["routed"], transB=1),
        helper.make_node("Relu", ["routed"], ["gate"]),
        helper.make_node("Reshape", ["gate", "to_gates"], ["gates"]),
        helper.make_node("Reshape", ["x", "to_rows"], ["rows"]),
        helper.make_node("Mul", ["gates", "rows"], ["gated"]),
        helper.make_node("Reshape", ["gated", "to_experts"], ["given"]),
        # In groups: unit u of expert e reads the 18 numbers that expert e is given, and no others.
        helper.make_node("Conv", ["given", "experts.weight"], ["hidden"], group=EXPERTS),
        helper.make_node("Relu", ["hidden"], ["active"]),
        helper.make_node("Flatten", ["active"], ["flat"]),
        helper.make_node("Gemm", ["flat", "output.weight"], ["logits"], transB=1),
    ],
    "experts",
    [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["batch", INPUTS])],
    [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["batch", CLASSES])],
    [numpy_helper.from_array(np.zeros(shape, np.float32), name) for name, shape in SHAPES.items()]
    + [numpy_helper.from_array(np.array(target, np.int64), name) for name, target in TARGETS.items()],
)
model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10)
save(model, Path(__file__).with_name("reference.onnx"))
