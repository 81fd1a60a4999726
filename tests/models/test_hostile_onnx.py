"""What the reader of ONNX files makes of what it must not take at its word; whole attacks stand in tests/artifacts."""

from __future__ import annotations

import numpy as np
import pytest
from onnx import ModelProto, TensorProto
from small_graphs import mlp, model, node, tensor

from referee.ground.errors import InvalidModel
from referee.models import onnx_file
from referee.models.architecture import read_model
from referee.models.evaluation import evaluate
from referee.models.operators import ALLOWED


def test_the_honest_network_is_read():
    """It is what all the others were before they were spoilt."""
    graph = onnx_file.read(mlp().SerializeToString())
    assert [one.op for one in graph.nodes] == ["Gemm", "Relu", "Gemm"]
    assert {name: array.shape for name, array in graph.tensors.items()} == {"w1": (8, 4), "b1": (8,), "w2": (8, 3), "b2": (3,)}
    assert (graph.opset, graph.input, graph.input_shape) == (20, "x", (4,))
    assert (graph.output, graph.output_shape) == ("y", (3,))


def test_no_operator_that_branches_draws_lots_or_grows_is_on_the_list():
    """The list is what the walk goes by."""
    branching = {"If", "Loop", "Scan", "SequenceMap", "SequenceConstruct", "Optional"}
    random = {"RandomNormal", "RandomNormalLike", "RandomUniform", "RandomUniformLike", "Bernoulli", "Multinomial", "Dropout"}
    of_values = {"NonZero", "Unique", "Compress", "NonMaxSuppression"}
    growing = {"ConstantOfShape", "Range", "Resize", "EyeLike", "OneHot", "ScatterND"}
    strings = {"StringNormalizer", "TfIdfVectorizer", "LabelEncoder", "RegexFullMatch"}
    assert not ALLOWED & (branching | random | of_values | growing | strings)


def empty_list_in_an_attribute() -> ModelProto:
    transposed = node("Transpose", ["x"], ["y"])
    transposed.attribute.add(name="perm", type=7)
    return model([transposed])


def attribute_that_no_operator_has() -> ModelProto:
    return model([node("Relu", ["x"], ["y"], foo=1)])


def text_where_a_number_belongs() -> ModelProto:
    return model([node("Flatten", ["x"], ["y"], axis="one")])


def output_that_is_an_integer_after_all() -> ModelProto:
    return model([node("Cast", ["x"], ["y"], to=TensorProto.INT64)])


def cast_to_text() -> ModelProto:
    return model([node("Cast", ["x"], ["s"], to=TensorProto.STRING), node("Cast", ["s"], ["y"], to=999)])


def types_that_do_not_fit() -> ModelProto:
    return model([node("Add", ["x", "i"], ["y"])], [tensor("i", [1, 2, 3, 4], np.int64)])


def index_out_of_bounds() -> ModelProto:
    return model([node("Gather", ["x", "i"], ["y"], axis=1)], [tensor("i", [10**9], np.int64)])


@pytest.mark.parametrize(
    "spoilt",
    [
        empty_list_in_an_attribute,
        attribute_that_no_operator_has,
        text_where_a_number_belongs,
        output_that_is_an_integer_after_all,
        cast_to_text,
        types_that_do_not_fit,
        index_out_of_bounds,
    ],
)
def test_what_cannot_be_run_is_refused_as_a_model(spoilt):
    """By the walk, or by the child that runs it; never by a traceback of the referee."""
    rows = np.ones((3, 4), np.float32)
    with pytest.raises(InvalidModel):
        evaluate(read_model("free", spoilt().SerializeToString(), None).canonical, [rows], [4])


def test_a_name_that_is_no_text_is_refused_or_replaced():
    """Protobuf hands such names over as bytes."""
    content = mlp().SerializeToString().replace(b"w1", b"\xff\xfe")
    try:
        canonical = read_model("free", content, None).canonical
    except InvalidModel:
        return
    assert canonical == read_model("free", mlp().SerializeToString(), None).canonical
