"""Reads what nothing makes, writes over what is there, or goes in circles."""

from hostile import hostile
from small_graphs import model, node

ATTACK = 29
NAMES = "its outputs must have names of their own"


@hostile('node 1 (Relu): the input "nowhere" is made by nothing before it')
def reads_what_nothing_makes(given):
    given.graph.node[1].input[0] = "nowhere"


@hostile('node 1 (Relu): the input "y" is made by nothing before it')
def reads_its_own_future(given):
    given.graph.node[1].input[0] = "y"


@hostile(f"node 2 (Gemm): {NAMES}")
def writes_over_a_value(given):
    given.graph.node[2].output[0] = "h"


@hostile(f"node 1 (Relu): {NAMES}")
def writes_over_a_tensor(given):
    given.graph.node[1].output[0] = "w2"


@hostile(f"node 1 (Relu): {NAMES}")
def writes_over_the_input(given):
    given.graph.node[1].output[0] = "x"


@hostile(f"node 1 (Relu): {NAMES}")
def writes_nowhere(given):
    given.graph.node[1].output[0] = ""


@hostile(f"node 1 (Relu): {NAMES}")
def has_no_outputs(given):
    given.graph.node[1].ClearField("output")


@hostile(f"node 1 (Split): {NAMES}")
def names_two_outputs_alike(given):
    given.graph.node[1].CopyFrom(node("Split", ["h"], ["a", "a"], axis=1, num_outputs=2))


@hostile("node 0 (Relu): has 0 inputs, expected 1")
def has_no_inputs():
    return model([node("Relu", [], ["y"])]).SerializeToString()


@hostile("node 0 (Relu): input 0 is missing")
def reads_an_input_without_a_name():
    given = model([node("Relu", [""], ["y"])])
    given.graph.input[0].name = ""
    return given.SerializeToString()


@hostile("10003 nodes, at most 10000", "checker")
def has_ten_thousand_nodes(given):
    given.graph.node.extend(node("Relu", ["h"], [f"n{number}"]) for number in range(10_000))


@hostile("50003 nodes, at most 10000")
def has_fifty_thousand_nodes(given):
    given.graph.node.extend(node("Relu", [f"n{number}" if number else "h"], [f"n{number + 1}"]) for number in range(50_000))
