"""Calls functions, control flow, randomness, strings or foreign operators: nothing that the referee knows the meaning of."""

from collections.abc import Callable

from hostile import hostile
from onnx import ModelProto, helper
from small_graphs import node

ATTACK = 29
DOMAINS = "expected one opset of ONNX itself, 17 to 23, got "
RANDOM = ["RandomNormal", "RandomNormalLike", "RandomUniform", "RandomUniformLike", "Bernoulli", "Multinomial", "Dropout"]
CONTROL = ["Scan", "SequenceMap", "SequenceConstruct", "Optional", "Size", "NonZero", "Unique", "Compress"]
LARGE = ["ConstantOfShape", "Range", "Resize", "EyeLike", "OneHot", "ScatterND"]
STRINGS = ["StringNormalizer", "TfIdfVectorizer", "LabelEncoder", "RegexFullMatch"]


@hostile("local functions are not allowed; export the model inlined")
def a_function_of_its_own(given):
    given.functions.add().name = "f"


@hostile("local functions are not allowed; export the model inlined")
def a_function_that_calls_itself(given):
    given.opset_import.append(helper.make_opsetid("own", 1))
    opsets = [helper.make_opsetid("", 20), helper.make_opsetid("own", 1)]
    given.functions.append(helper.make_function("own", "f", ["x"], ["y"], [node("f", ["x"], ["y"], domain="own")], opsets))
    given.graph.node[1].CopyFrom(node("f", ["h"], ["a"], domain="own"))


@hostile("local functions are not allowed; export the model inlined", "holds the checker")
def functions_that_call_each_other_twice(given):
    """A kilobyte or two that onnx's checker takes minutes for: 2^25 calls."""
    given.opset_import.append(helper.make_opsetid("own", 1))
    opsets = [helper.make_opsetid("", 20), helper.make_opsetid("own", 1)]
    for level in range(25):
        below = "Relu" if level == 0 else f"f{level - 1}"
        domain = "" if level == 0 else "own"
        calls = [node(below, ["x"], ["h"], domain=domain), node(below, ["h"], ["y"], domain=domain)]
        given.functions.append(helper.make_function("own", f"f{level}", ["x"], ["y"], calls, opsets))
    given.graph.node[1].CopyFrom(node("f24", ["h"], ["a"], domain="own"))


@hostile("training information is not allowed")
def training_information(given):
    given.training_info.add()


@hostile(f"{DOMAINS}[]")
def no_opset(given):
    given.ClearField("opset_import")


@hostile(f"{DOMAINS}[('', 20), ('com.microsoft', 1)]", "checker", "runtime")
def a_foreign_opset(given):
    given.opset_import.append(helper.make_opsetid("com.microsoft", 1))


@hostile(f"{DOMAINS}[('', 16)]", "checker", "runtime")
def an_old_opset(given):
    given.opset_import[0].version = 16


@hostile(f"{DOMAINS}[('', 24)]")
def an_opset_to_come(given):
    given.opset_import[0].version = 24


@hostile("node 1 (Gelu): the operator is read from opset 20 on, the model has 17")
def an_operator_newer_than_its_opset(given):
    given.opset_import[0].version = 17
    given.graph.node[1].op_type = "Gelu"


@hostile("node 1 (Relu): the operator is not allowed")
def a_foreign_operator(given):
    given.graph.node[1].domain = "com.microsoft"


@hostile('node 1 (Reluu): the operator is not allowed; did you mean "Relu"?')
def an_unknown_operator(given):
    given.graph.node[1].op_type = "Reluu"


@hostile("node 1 (If): the operator is not allowed")
def a_branch(given):
    given.graph.node[1].CopyFrom(node("If", ["h"], ["a"], then_branch=given.graph, else_branch=given.graph))


@hostile("node 1 (Loop): the operator is not allowed")
def a_loop(given):
    given.graph.node[1].CopyFrom(node("Loop", ["", "", "h"], ["a"], body=given.graph))


def _calls(operator: str) -> Callable[[ModelProto], None]:
    def spoil(given: ModelProto) -> None:
        given.graph.node[1].CopyFrom(node(operator, ["h"], ["a"]))

    return hostile(f"node 1 ({operator}): the operator is not allowed")(spoil)


globals().update({f"calls_{operator}": _calls(operator) for operator in (*RANDOM, *CONTROL, *LARGE, *STRINGS)})
