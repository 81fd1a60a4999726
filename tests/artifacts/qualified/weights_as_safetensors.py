"""The weights of the honest network for a graph of the host's."""

from hostile import honest
from onnx import numpy_helper
from safetensors.numpy import save
from small_graphs import mlp

ATTACK = 28
RULES = ("fixed",)


def _weights():
    return {one.name: numpy_helper.to_array(one) for one in mlp().graph.initializer}


@honest
def plain():
    return save(_weights())


@honest
def in_another_order_with_metadata():
    return save(dict(reversed(_weights().items())), {"format": "pt"})
