"""Allowed operators that tell how many rows there are: sizes may decide shapes, not values."""

from hostile import hostile
from onnx import TensorProto
from small_graphs import node

ATTACK = 30


@hostile("the output for a row depends on the other rows of its batch", "checker", "runtime")
def by_shape(given):
    given.graph.node[2].output[0] = "z"
    given.graph.node.extend([
        node("Shape", ["x"], ["s"], end=1), node("Cast", ["s"], ["f"], to=TensorProto.FLOAT), node("Add", ["z", "f"], ["y"])
    ])  # fmt: skip
