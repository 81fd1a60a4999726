"""Puts a graph, a table, an MLP in words or a second meaning into a node's attributes."""

import math

from hostile import hostile
from onnx import AttributeProto, helper
from small_graphs import node, tensor

ATTACK = 29
NOT_ONE_TENSOR = "node 0 (Constant): a constant must be one tensor, in the attribute value"


@hostile("node 1 (Relu): the attribute body is not allowed")
def a_subgraph(given):
    given.graph.node[1].attribute.append(helper.make_attribute("body", given.graph))


@hostile("node 1 (Relu): the attribute table is not allowed")
def a_tensor(given):
    given.graph.node[1].attribute.append(helper.make_attribute("table", tensor("t", [1.0])))


@hostile("node 1 (Relu): the attribute words is not allowed")
def weights_in_words(given):
    given.graph.node[1].attribute.append(helper.make_attribute("words", ["0.1 0.2", "0.3"]))


@hostile("node 0 (Gemm): the attribute transB is not allowed")
def one_twice(given):
    given.graph.node[0].attribute.append(helper.make_attribute("transB", 0))


@hostile("node 0 (Gemm): the attribute alpha is not allowed")
def one_of_a_function_around(given):
    given.graph.node[0].attribute.add(name="alpha", ref_attr_name="outer", type=AttributeProto.FLOAT)


@hostile("node 0 (Gemm): the attribute alpha is of another type than ONNX says")
def a_whole_number_for_a_float(given):
    given.graph.node[0].attribute.append(helper.make_attribute("alpha", 3))


@hostile("node 0 (Gemm): the attribute alpha is not finite", "checker", "runtime")
def nan(given):
    given.graph.node[0].attribute.append(helper.make_attribute("alpha", math.nan))


@hostile("node 0 (Gemm): the attribute beta is not finite", "checker", "runtime")
def infinity(given):
    given.graph.node[0].attribute.append(helper.make_attribute("beta", -math.inf))


@hostile("is not allowed")
def a_name_that_is_no_text():
    from small_graphs import model

    leaky = model([node("LeakyRelu", ["x"], ["y"], alpha=0.5)])
    return leaky.SerializeToString().replace(b"alpha", b"\xfflpha")


@hostile(NOT_ONE_TENSOR, "checker")
def a_constant_of_strings(given):
    given.graph.node.insert(0, node("Constant", [], ["k"], value_strings=["a", "b"]))


@hostile(NOT_ONE_TENSOR)
def a_constant_of_nothing(given):
    given.graph.node.insert(0, node("Constant", [], ["k"]))


@hostile(NOT_ONE_TENSOR)
def a_constant_with_two_outputs(given):
    given.graph.node.insert(0, node("Constant", [], ["", "k"], value=tensor("", 1.0)))


@hostile("node 3 (BatchNormalization): the attribute training_mode must be 0; export the model for inference", "checker")
def training(given):
    """Normalises by the batch, so that rows tell each other their labels."""
    given.graph.node[2].output[0] = "z"
    given.graph.node.append(node("BatchNormalization", ["z", "b2", "b2", "b2", "b2"], ["y", "m", "v"], training_mode=1))
