"""ONNX models in a few lines, for tests to spoil."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from onnx import ModelProto, NodeProto, TensorProto, helper, numpy_helper

node = helper.make_node


def tensor(name: str, values: object, dtype: type = np.float32) -> TensorProto:
    """An initializer; a bare number has no axes."""
    return numpy_helper.from_array(np.asarray(values, dtype), name)


def model(
    nodes: Sequence[NodeProto], tensors: Sequence[TensorProto] = (), *, width: tuple[int, ...] = (4,), opset: int = 20
) -> ModelProto:
    """From `x` (batch, *width) to `y`."""
    graph = helper.make_graph(
        list(nodes),
        "a graph",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["batch", *width])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)],
        list(tensors),
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=10)


def mlp() -> ModelProto:
    """An honest network, 4 -> 8 -> 3."""
    random = np.random.default_rng(3)
    return model(
        [node("Gemm", ["x", "w1", "b1"], ["h"], transB=1), node("Relu", ["h"], ["a"]), node("Gemm", ["a", "w2", "b2"], ["y"])],
        [
            tensor("w1", random.standard_normal((8, 4))),
            tensor("b1", random.standard_normal(8)),
            tensor("w2", random.standard_normal((8, 3))),
            tensor("b2", random.standard_normal(3)),
        ],
    )
