"""Metadata, constants, typed data, spelt-out defaults, a long domain, unused leftovers: odd, and harmless."""

import numpy as np
from hostile import honest
from onnx import TensorProto, helper, numpy_helper
from small_graphs import node, tensor

ATTACK = 29


@honest
def metadata(given):
    given.producer_name = given.doc_string = "an exporter"
    given.metadata_props.add(key="path", value="/home/golfer/model.py")
    given.graph.node[0].name = given.graph.node[0].doc_string = "layer 1"
    given.graph.value_info.append(helper.make_tensor_value_info("h", TensorProto.FLOAT, ["batch", 8]))


@honest
def typed_data(given):
    values = numpy_helper.to_array(given.graph.initializer[1])
    given.graph.initializer[1].CopyFrom(helper.make_tensor("b1", TensorProto.FLOAT, [8], values.tolist()))


@honest
def constants(given):
    values = numpy_helper.to_array(given.graph.initializer[1])
    del given.graph.initializer[1]
    given.graph.node.insert(0, node("Constant", [], ["b1"], value=tensor("", values)))


@honest
def defaults(given):
    given.graph.node[0].attribute.append(helper.make_attribute("alpha", 1.0))


@honest
def the_long_name_of_the_domain(given):
    given.opset_import[0].domain = given.graph.node[0].domain = "ai.onnx"


@honest
def leftovers(given):
    given.graph.initializer.append(tensor("unused", np.arange(1000)))
    given.graph.node.append(node("Relu", ["h"], ["dead"]))


@honest
def initializers_among_the_inputs(given):
    """As before version 4 of the format."""
    given.graph.input.append(helper.make_tensor_value_info("w1", TensorProto.FLOAT, [8, 4]))


@honest
def sizes_computed_from_sizes(given):
    """The `view(x.shape[0], -1)` of every torch export."""
    given.graph.node[1].output[0] = "r"
    given.graph.node.insert(2, node("Reshape", ["r", "both"], ["a"]))
    given.graph.node.insert(2, node("Concat", ["rows", "rest"], ["both"], axis=0))
    given.graph.node.insert(2, node("Shape", ["r"], ["rows"], start=0, end=1))
    given.graph.initializer.append(tensor("rest", [-1], np.int64))
