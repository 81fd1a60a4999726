"""ONNX files that a contestant might hand in. Each is named by what it does; beside each stands the honest network."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx import AttributeProto, ModelProto, TensorProto, helper
from small_graphs import mlp, model, node, tensor

from referee.ground.errors import InvalidModel
from referee.models import onnx_file
from referee.models.architecture import read_model
from referee.models.evaluation import evaluate
from referee.models.operators import ALLOWED

Spoil = Callable[[ModelProto], None]
HOSTILE: list[tuple[Spoil, str]] = []


def hostile(said: str) -> Callable[[Spoil], Spoil]:
    """Enter a way to spoil the honest network, with a part of the refusal."""

    def enter(spoil: Spoil) -> Spoil:
        HOSTILE.append((spoil, said))
        return spoil

    return enter


@hostile("local functions are not allowed; export the model inlined")
def defines_a_function(given):
    given.functions.add().name = "f"


@hostile("training information is not allowed")
def carries_training_information(given):
    given.training_info.add()


@hostile("expected one opset of ONNX itself, 17 to 23, got []")
def imports_no_opset(given):
    given.ClearField("opset_import")


@hostile("expected one opset of ONNX itself, 17 to 23, got [('', 20), ('com.microsoft', 1)]")
def imports_a_foreign_domain(given):
    given.opset_import.append(helper.make_opsetid("com.microsoft", 1))


@hostile("expected one opset of ONNX itself, 17 to 23, got [('', 16)]")
def is_of_an_old_opset(given):
    given.opset_import[0].version = 16


@hostile("expected one opset of ONNX itself, 17 to 23, got [('', 24)]")
def is_of_an_unknown_opset(given):
    given.opset_import[0].version = 24


@hostile("node 1 (Relu): the operator is not allowed")
def calls_a_foreign_domain(given):
    given.graph.node[1].domain = "com.microsoft"


@hostile('node 1 (Reluu): the operator is not allowed; did you mean "Relu"?')
def calls_an_unknown_operator(given):
    given.graph.node[1].op_type = "Reluu"


@hostile("node 1 (If): the operator is not allowed")
def branches(given):
    given.graph.node[1].CopyFrom(node("If", ["h"], ["a"], then_branch=given.graph, else_branch=given.graph))


@hostile("node 1 (Loop): the operator is not allowed")
def loops(given):
    given.graph.node[1].CopyFrom(node("Loop", ["", "", "h"], ["a"], body=given.graph))


@hostile("node 1 (Relu): the attribute body is not allowed")
def hides_a_subgraph_in_an_attribute(given):
    given.graph.node[1].attribute.append(helper.make_attribute("body", given.graph))


@hostile("node 1 (Relu): the attribute table is not allowed")
def hides_a_tensor_in_an_attribute(given):
    given.graph.node[1].attribute.append(helper.make_attribute("table", tensor("t", [1.0])))


@hostile("node 1 (Relu): the attribute words is not allowed")
def hides_an_mlp_in_string_constants(given):
    given.graph.node[1].attribute.append(helper.make_attribute("words", ["0.1 0.2", "0.3"]))


@hostile("node 0 (Gemm): the attribute transB is not allowed")
def names_an_attribute_twice(given):
    given.graph.node[0].attribute.append(helper.make_attribute("transB", 0))


@hostile("node 0 (Gemm): the attribute alpha is not allowed")
def takes_an_attribute_from_a_function(given):
    given.graph.node[0].attribute.add(name="alpha", ref_attr_name="outer", type=AttributeProto.FLOAT)


@hostile("node 0 (Gemm): the attribute alpha is not finite")
def scales_by_nan(given):
    given.graph.node[0].attribute.append(helper.make_attribute("alpha", math.nan))


@hostile("node 0 (Gemm): the attribute alphas is not finite")
def scales_by_infinities(given):
    given.graph.node[0].attribute.append(helper.make_attribute("alphas", [1.0, math.inf]))


@hostile("sparse tensors are not allowed")
def stores_a_sparse_tensor(given):
    sparse = given.graph.sparse_initializer.add()
    sparse.values.CopyFrom(tensor("w3", [1.0]))
    sparse.dims.append(2**40)


@hostile('tensor "w1" is stored in another file; store it inside')
def reads_an_absolute_path(given):
    w1 = given.graph.initializer[0]
    w1.ClearField("raw_data")
    w1.data_location = TensorProto.EXTERNAL
    w1.external_data.add(key="location", value="/etc/passwd")


@hostile('tensor "w1" is stored in another file; store it inside')
def reads_a_path_above(given):
    given.graph.initializer[0].external_data.add(key="location", value="../../secret")


@hostile('tensor "w1" is stored in another file; store it inside')
def stores_a_segment(given):
    given.graph.initializer[0].segment.end = 4


@hostile('there are two initializers "w1"')
def names_a_tensor_twice(given):
    given.graph.initializer.append(tensor("w1", np.zeros((8, 4))))


@hostile('there are two initializers ""')
def names_a_tensor_nothing(given):
    given.graph.initializer.append(tensor("", [1.0]))


@hostile('tensor "b1" holds its data twice')
def holds_raw_and_typed_data(given):
    given.graph.initializer[1].float_data.extend([0.0] * 8)


@hostile('tensor "b1" holds its data twice')
def holds_data_of_another_type(given):
    given.graph.initializer[1].ClearField("raw_data")
    given.graph.initializer[1].int64_data.extend([0] * 8)


@hostile('tensor "b1" has 8 elements by its shape, 0 in the file')
def holds_no_data(given):
    given.graph.initializer[1].ClearField("raw_data")


@hostile('tensor "b1" has 8 elements by its shape, 7 in the file')
def holds_too_little_data(given):
    given.graph.initializer[1].raw_data = given.graph.initializer[1].raw_data[:-4]


@hostile('tensor "b1" can\'t be read')
def holds_a_part_of_a_number(given):
    given.graph.initializer[1].raw_data += b"\0"


@hostile('tensor "b1" has 1099511627776 elements by its shape, 8 in the file')
def claims_a_terabyte(given):
    given.graph.initializer[1].dims[:] = [2**20, 2**20]


@hostile('tensor "b1" has a negative size')
def has_a_negative_size(given):
    given.graph.initializer[1].dims[:] = [-8, -1]


@hostile('tensor "b1" can\'t be read')
def has_a_hundred_axes(given):
    given.graph.initializer[1].dims[:] = [8] + [1] * 99


@hostile('tensor "b1" can\'t be read')
def has_no_elements_in_a_huge_shape(given):
    given.graph.initializer[1].CopyFrom(TensorProto(name="b1", data_type=TensorProto.FLOAT, dims=[0, 2**62, 8]))


@hostile('tensor "b1" is of a type that is not allowed')
def stores_strings(given):
    given.graph.initializer[1].CopyFrom(helper.make_tensor("b1", TensorProto.STRING, [1], [b"0.1 0.2 0.3"]))


@hostile('tensor "b1" is of a type that is not allowed')
def stores_53_labels_in_a_double(given):
    given.graph.initializer[1].CopyFrom(tensor("b1", np.zeros(8), np.float64))


@hostile('tensor "b1" is of a type that is not allowed')
def stores_complex_numbers(given):
    given.graph.initializer[1].CopyFrom(tensor("b1", np.zeros(8), np.complex64))


@hostile('tensor "b1" is of a type that is not allowed')
def stores_nothing_known(given):
    given.graph.initializer[1].data_type = 999


@hostile('tensor "b1" holds NaN or infinity')
def stores_nan(given):
    given.graph.initializer[1].CopyFrom(tensor("b1", [math.nan] * 8))


@hostile('tensor "b1" holds NaN or infinity')
def stores_infinity(given):
    given.graph.initializer[1].CopyFrom(tensor("b1", [-math.inf] * 8))


@hostile('tensor "b1" holds NaN or infinity')
def stores_half_precision_infinity(given):
    given.graph.initializer[1].CopyFrom(tensor("b1", [math.inf] * 8, np.float16))


# a line on the referee's stderr otherwise). Look first, add afterwards.
@hostile('tensor "b1" holds NaN or infinity')
def stores_a_signalling_nan(given):
    given.graph.initializer[1].raw_data = bytes.fromhex("0100807f") * 8


@hostile('tensor "c" holds NaN or infinity')
def makes_a_constant_nan(given):
    given.graph.node.insert(0, node("Constant", [], ["k"], value=tensor("c", [math.nan])))


@hostile("node 0 (Constant): a constant must be one tensor, in the attribute value")
def makes_a_constant_of_strings(given):
    given.graph.node.insert(0, node("Constant", [], ["k"], value_strings=["a", "b"]))


@hostile("node 0 (Constant): a constant must be one tensor, in the attribute value")
def makes_a_constant_of_nothing(given):
    given.graph.node.insert(0, node("Constant", [], ["k"]))


@hostile("expected one input, got 2")
def takes_two_inputs(given):
    given.graph.input.append(helper.make_tensor_value_info("labels", TensorProto.FLOAT, ["batch"]))


@hostile("expected one input, got 2")
def takes_its_input_twice(given):
    given.graph.input.append(given.graph.input[0])


@hostile("expected one input, got 0")
def takes_no_input(given):
    given.graph.ClearField("input")


@hostile("expected one input, got 0")
def overrides_its_input_by_a_tensor(given):
    given.graph.initializer.append(tensor("x", np.zeros((1, 4))))


@hostile("the input must be float32 (batch, ...) with all sizes but the batch's stated")
def takes_integers(given):
    given.graph.input[0].type.tensor_type.elem_type = TensorProto.INT64


@hostile("the input must be float32 (batch, ...) with all sizes but the batch's stated")
def takes_rows_of_any_width(given):
    given.graph.input[0].type.tensor_type.shape.dim[1].dim_param = "width"


@hostile("the input must be float32 (batch, ...) with all sizes but the batch's stated")
def takes_a_scalar(given):
    given.graph.input[0].type.tensor_type.shape.ClearField("dim")


@hostile("the input must be float32 (batch, ...) with all sizes but the batch's stated")
def takes_a_sequence(given):
    given.graph.input[0].type.sequence_type.elem_type.tensor_type.elem_type = TensorProto.FLOAT


@hostile("the input takes batches of 32 alone; export it with a dynamic batch axis")
def takes_one_batch_size(given):
    given.graph.input[0].type.tensor_type.shape.dim[0].dim_value = 32


@hostile("expected one output, got 2")
def gives_two_outputs(given):
    given.graph.output.append(helper.make_tensor_value_info("a", TensorProto.FLOAT, None))


@hostile("expected one output, got 0")
def gives_nothing(given):
    given.graph.ClearField("output")


@hostile("the output must be float32")
def gives_integers(given):
    given.graph.output[0].type.tensor_type.elem_type = TensorProto.INT64


@hostile('no node makes the output "labels"')
def gives_what_nothing_makes(given):
    given.graph.output[0].name = "labels"


@hostile('no node makes the output "x"')
def gives_its_input(given):
    given.graph.output[0].name = "x"


@hostile('no node makes the output "w2"')
def gives_a_tensor(given):
    given.graph.output[0].name = "w2"


@hostile('node 1 (Relu): the input "nowhere" is made by nothing before it')
def reads_what_nothing_makes(given):
    given.graph.node[1].input[0] = "nowhere"


@hostile('node 1 (Relu): the input "y" is made by nothing before it')
def reads_its_own_output(given):
    given.graph.node[1].input[0] = "y"


@hostile("node 2 (Gemm): its outputs must have names of their own")
def writes_over_a_value(given):
    given.graph.node[2].output[0] = "h"


@hostile("node 1 (Relu): its outputs must have names of their own")
def writes_over_a_tensor(given):
    given.graph.node[1].output[0] = "w2"


@hostile("node 1 (Relu): its outputs must have names of their own")
def writes_over_the_input(given):
    given.graph.node[1].output[0] = "x"


@hostile("node 1 (Relu): its outputs must have names of their own")
def writes_nowhere(given):
    given.graph.node[1].output[0] = ""


@hostile("node 1 (Relu): its outputs must have names of their own")
def has_no_outputs(given):
    given.graph.node[1].ClearField("output")


# onnxruntime refuses it. Ask `len(set(named)) < len(named)` too, over the outputs that have names.
@hostile("node 1 (Split): its outputs must have names of their own")
def names_two_outputs_alike(given):
    given.graph.node[1].CopyFrom(node("Split", ["h"], ["a", "a"], axis=1, num_outputs=2))


@hostile("10003 nodes, at most 10000")
def has_ten_thousand_nodes(given):
    given.graph.node.extend(node("Relu", ["h"], [f"n{number}"]) for number in range(10_000))


def calls(operator: str, **attributes: object) -> Spoil:
    def spoil(given: ModelProto) -> None:
        given.graph.node[1].CopyFrom(node(operator, ["h"], ["a"], **attributes))

    spoil.__name__ = f"calls_{operator}"
    return spoil


RANDOM = ["RandomNormal", "RandomNormalLike", "RandomUniform", "RandomUniformLike", "Bernoulli", "Multinomial", "Dropout"]
UNCONTROLLED = ["Scan", "SequenceMap", "SequenceConstruct", "Optional", "Shape", "Size", "NonZero", "Unique", "CumSum", "Where"]
LARGE = ["ConstantOfShape", "Range", "Tile", "Resize", "EyeLike", "OneHot", "ScatterND"]
STRINGS = ["StringNormalizer", "TfIdfVectorizer", "LabelEncoder", "RegexFullMatch"]
HOSTILE += [
    (calls(operator), f"node 1 ({operator}): the operator is not allowed")
    for operator in (*RANDOM, *UNCONTROLLED, *LARGE, *STRINGS)
]


def test_the_honest_network_is_read():
    """It is what all the others were before they were spoilt."""
    graph = onnx_file.read(mlp().SerializeToString())
    assert [one.op for one in graph.nodes] == ["Gemm", "Relu", "Gemm"]
    assert {name: array.shape for name, array in graph.tensors.items()} == {"w1": (8, 4), "b1": (8,), "w2": (8, 3), "b2": (3,)}
    assert (graph.opset, graph.input, graph.input_shape, graph.output) == (20, "x", (4,), "y")


@pytest.mark.parametrize(("spoil", "said"), HOSTILE, ids=[spoil.__name__ for spoil, _ in HOSTILE])
def test_a_hostile_file_is_refused_by_what_is_wrong(spoil, said):
    """Before onnx's checker or onnxruntime sees it."""
    given = mlp()
    spoil(given)
    with pytest.raises(InvalidModel) as refusal:
        onnx_file.read(given.SerializeToString())
    assert said in str(refusal.value)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"garbage",
        b"\x08\x00\x00\x00ORTM" + bytes(100),
        b"\x80\x04\x95\x10\x00\x00\x00\x00\x00\x00\x00\x8c\x02os\x8c\x06system\x93.",
        b"PK\x03\x04" + bytes(100),
        b"\x12" * 1000,
        b"\x3a\xff\xff\xff\xff\x0f",
        b"\x3a\x80" * 200,
        mlp().SerializeToString()[:-20],
        b'{"model": "json"}',
    ],
    ids=["empty", "garbage", "onnxruntime's own", "pickle", "zip", "groups", "endless", "nested", "cut short", "json"],
)
def test_a_file_of_another_format_is_refused(content):
    """Unread: no unpickling, no second format."""
    with pytest.raises(InvalidModel, match=r"^(not an ONNX file|expected one opset of ONNX itself.*)$"):
        onnx_file.read(content)


def test_a_graph_nested_in_itself_a_thousand_times_is_refused():
    """However deep, without a crash of the parser."""
    content = mlp().graph.SerializeToString()
    for _ in range(1000):
        inner = AttributeProto(name="g", type=AttributeProto.GRAPH)
        inner_bytes = inner.SerializeToString() + b"\x32" + _varint(len(content)) + content
        as_node = b"\x22\x02If" + b"\x2a" + _varint(len(inner_bytes)) + inner_bytes
        content = b"\x0a" + _varint(len(as_node)) + as_node
    whole = b"\x08\x0a" + b"\x3a" + _varint(len(content)) + content
    with pytest.raises(InvalidModel):
        onnx_file.read(whole)


def _varint(number: int) -> bytes:
    digits = b""
    while number > 127:
        digits, number = digits + bytes([number & 127 | 128]), number >> 7
    return digits + bytes([number])


def test_no_operator_that_branches_draws_lots_or_grows_is_on_the_list():
    """The list is what the walk goes by."""
    assert not ALLOWED & {"If", "Loop", *RANDOM, *UNCONTROLLED, *LARGE, *STRINGS}


def empty_list_in_an_attribute() -> ModelProto:
    transposed = node("Transpose", ["x"], ["y"])
    transposed.attribute.add(name="perm", type=AttributeProto.INTS)
    return model([transposed])


def operator_newer_than_its_opset() -> ModelProto:
    return model([node("Gelu", ["x"], ["y"], approximate="tanh")], opset=17)


def constant_whose_first_output_is_left_out() -> ModelProto:
    constant = node("Constant", [], ["", "k"], value=tensor("", 1.0))
    return model([constant, node("Clip", ["x", "", "hi"], ["y"])], [tensor("hi", 0.0)])


def attribute_whose_name_is_no_text() -> bytes:
    given = model([node("LeakyRelu", ["x"], ["y"], alpha=0.5, betas=[1.0])])
    return given.SerializeToString().replace(b"alpha", b"\xfflpha")


def attribute_that_no_operator_has() -> ModelProto:
    return model([node("Relu", ["x"], ["y"], foo=1)])


def integer_where_a_float_belongs() -> ModelProto:
    return model([node("LeakyRelu", ["x"], ["y"], alpha=3)])


def operator_without_inputs() -> ModelProto:
    return model([node("Relu", [], ["y"])])


def input_without_a_name() -> ModelProto:
    given = model([node("Relu", [""], ["y"])])
    given.graph.input[0].name = ""
    return given


def text_where_a_number_belongs() -> ModelProto:
    return model([node("Flatten", ["x"], ["y"], axis="one")])


def output_that_is_an_integer_after_all() -> ModelProto:
    return model([node("Cast", ["x"], ["y"], to=TensorProto.INT64)])


def cast_to_text() -> ModelProto:
    return model([node("Cast", ["x"], ["s"], to=TensorProto.STRING), node("Cast", ["s"], ["y"], to=999)])


@pytest.mark.parametrize(
    "spoilt",
    [
        # ValueError "Could not infer attribute type from empty iterator": pass attr_type to helper.make_attribute.
        empty_list_in_an_attribute,
        # SchemaError "No schema registered for 'Gelu' version '17'": refuse in _nodes what has no schema in the opset.
        operator_newer_than_its_opset,
        # ValueError "invalid literal for int()": a constant has exactly one output, and it has a name.
        constant_whose_first_output_is_left_out,
        # TypeError or UnicodeDecodeError, for protobuf hands such a name over as bytes: refuse it in _attributes.
        attribute_whose_name_is_no_text,
        attribute_that_no_operator_has,
        integer_where_a_float_belongs,
        operator_without_inputs,
        input_without_a_name,
        text_where_a_number_belongs,
        output_that_is_an_integer_after_all,
        cast_to_text,
    ],
)
def test_what_the_walk_lets_through_is_still_refused_as_a_model(spoilt):
    """By the child that runs it; never by a traceback of the referee."""
    rows, given = np.ones((3, 4), np.float32), spoilt()
    content = given if isinstance(given, bytes) else given.SerializeToString()
    with pytest.raises(InvalidModel):
        evaluate(read_model("free", content, None).canonical, [rows], [4])


def test_a_name_that_is_no_text_is_refused_or_replaced():
    """Protobuf hands such names over as bytes."""
    content = mlp().SerializeToString().replace(b"w1", b"\xff\xfe")
    try:
        canonical = read_model("free", content, None).canonical
    except InvalidModel:
        return
    assert canonical == read_model("free", mlp().SerializeToString(), None).canonical


@st.composite
def mutated(draw, content: bytes) -> bytes:
    """A few bytes changed, taken out, put in or doubled."""
    changed = bytearray(content)
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, max(0, len(changed) - 1)))
        kind = draw(st.sampled_from(["set", "set", "cut", "put", "double"]))
        if kind == "set" and changed:
            changed[at] = draw(st.integers(0, 255))
        elif kind == "cut":
            del changed[at : at + draw(st.integers(1, 8))]
        elif kind == "put":
            changed[at:at] = draw(st.binary(min_size=1, max_size=8))
        else:
            changed[at:at] = changed[at : at + draw(st.integers(1, 40))]
    return bytes(changed)


def rich() -> bytes:
    """Attributes of every kind, constants, several types, omitted inputs: more to break than in an MLP."""
    return model(
        [
            node("Constant", [], ["axes"], value=tensor("", [1], np.int64)),
            node("Unsqueeze", ["x", "axes"], ["u"]),
            node("Conv", ["u", "w"], ["c"], pads=[1, 1], auto_pad="NOTSET"),
            node("LayerNormalization", ["c", "g"], ["n"], epsilon=1e-3),
            node("Clip", ["n", "", "hi"], ["k"]),
            node("Flatten", ["k"], ["y"]),
        ],
        [
            tensor("w", np.ones((2, 1, 3)), np.float16),
            tensor("g", np.ones(4)),
            tensor("hi", [1], np.int8),
        ],
    ).SerializeToString()


@pytest.mark.parametrize("content", [mlp().SerializeToString(), rich()], ids=["mlp", "rich"])
@settings(deadline=None, max_examples=1000, derandomize=True)
@given(data=st.data())
def test_a_damaged_file_is_read_or_refused_and_nothing_else(content, data):
    """No exception but InvalidModel, whatever the bytes."""
    try:
        read_model("free", data.draw(mutated(content)), None)
    except InvalidModel:
        return
