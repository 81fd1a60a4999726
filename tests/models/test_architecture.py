"""From what was handed in to the model that is scored, by the architecture rule."""

from __future__ import annotations

import numpy as np
import pytest
from onnx import TensorProto
from safetensors.numpy import save
from small_graphs import mlp, model, node, tensor

from referee.ground.errors import InputError, InvalidModel
from referee.ground.soundness import NORMS, RULES, SCALE_FREE_OPERATORS
from referee.models import onnx_file
from referee.models.architecture import READERS, read_model, read_reference, reference_faults, shapes_to_hand_in

REFERENCE = onnx_file.read(mlp().SerializeToString())
WEIGHTS = {name: np.full(shape, 0.5, np.float32) for name, shape in shapes_to_hand_in(REFERENCE).items()}


def test_every_rule_has_a_reader():
    """And no other."""
    assert set(READERS) == set(RULES)


def test_under_a_fixed_rule_the_weights_are_poured_into_the_hosts_graph():
    """All of them count, biases too."""
    poured = read_model("fixed", save(WEIGHTS), REFERENCE)
    assert {name: array.shape for name, array in poured.weights.items()} == {
        "w1": (8, 4), "b1": (8,), "w2": (8, 3), "b2": (3,),
    }  # fmt: skip
    assert all((array == 0.5).all() for array in poured.weights.values())
    assert poured.graph.nodes == REFERENCE.nodes
    written = onnx_file.read(poured.canonical)
    assert all((array == 0.5).all() for array in written.tensors.values())


def test_the_canonical_file_does_not_depend_on_how_weights_were_saved():
    """Neither on their order nor on metadata."""
    turned = dict(reversed(WEIGHTS.items()))
    files = {read_model("fixed", content, REFERENCE).canonical for content in (save(WEIGHTS), save(turned, {"a": "b"}))}
    assert len(files) == 1


def test_the_hosts_weights_are_gone():
    """What a reference holds is of no use to anybody."""
    poured = read_model("fixed", save(WEIGHTS), REFERENCE)
    assert all((REFERENCE.tensors[name] != 0.5).any() for name in WEIGHTS)
    assert poured.canonical != onnx_file.write(REFERENCE)


def test_tensors_of_other_types_stay_the_hosts():
    """Shapes, axes, masks are architecture; only float32 is handed in."""
    graph = onnx_file.read(
        model(
            [
                node("Reshape", ["x", "shape"], ["r"]),
                node("Cast", ["half"], ["h"], to=TensorProto.FLOAT),
                node("Mul", ["r", "h"], ["s"]),
                node("Mul", ["s", "w"], ["y"]),
            ],
            [tensor("shape", [-1, 4], np.int64), tensor("half", [0.5] * 4, np.float16), tensor("w", [1] * 4)],
        ).SerializeToString()
    )
    assert shapes_to_hand_in(graph) == {"w": (4,)}
    poured = read_model("fixed", save({"w": np.full(4, 2, np.float32)}), graph)
    assert set(poured.weights) == {"w"} and set(poured.graph.tensors) == {"shape", "half", "w"}
    with pytest.raises(InvalidModel, match='there is no tensor "half"'):
        read_model("fixed", save({"w": np.ones(4, np.float32), "half": np.ones(4, np.float16)}), graph)


def test_under_a_free_rule_every_tensor_of_the_graph_counts():
    """Of any type: int8 weights are weights."""
    quantised = model(
        [node("Cast", ["q"], ["w"], to=TensorProto.FLOAT), node("MatMul", ["x", "w"], ["y"])],
        [tensor("q", np.ones((4, 2)), np.int8)],
    )
    read = read_model("free", quantised.SerializeToString(), None)
    assert {name: array.dtype.name for name, array in read.weights.items()} == {"q": "int8"}


def test_a_graph_is_no_safetensors_file_and_the_other_way_round():
    """Each rule has its format."""
    with pytest.raises(InvalidModel):
        read_model("fixed", mlp().SerializeToString(), REFERENCE)
    with pytest.raises(InvalidModel):
        read_model("free", save(WEIGHTS), None)


def test_a_reference_that_no_entry_could_hand_in_is_the_hosts_fault(tmp_path):
    """With what to run again."""
    file = tmp_path / "reference.onnx"
    file.write_bytes(b"garbage")
    with pytest.raises(InputError) as refusal:
        read_reference(file, "competitions/line/reference.onnx")
    assert str(refusal.value) == ("competitions/line/reference.onnx: not an ONNX file; mend reference.py and run it again")


def test_a_reference_is_read_like_an_entry(tmp_path, repository):
    """Those of this repository, too."""
    for file in repository.glob("competitions/*/reference.onnx"):
        assert shapes_to_hand_in(read_reference(file, "shown"))


@pytest.mark.parametrize("operator", SCALE_FREE_OPERATORS)
@pytest.mark.parametrize("score", NORMS)
def test_a_norm_on_a_graph_that_normalises_is_refused(operator, score):
    """Any scale of the weights before it would be undone."""
    graph = onnx_file.read(mlp().SerializeToString())
    assert reference_faults(graph, score, "reference.onnx") == []
    spoilt = type(graph)(
        opset=graph.opset, input=graph.input, input_shape=graph.input_shape, output=graph.output, tensors=graph.tensors,
        nodes=(*graph.nodes, type(graph.nodes[0])("", operator, ("h",), ("n",), {})),
    )  # fmt: skip
    (fault,) = reference_faults(spoilt, score, "reference.onnx")
    assert str(fault).startswith(f"reference.onnx: {operator}: normalisation undoes any scale of the weights before it")
    assert score in str(fault)
    assert reference_faults(spoilt, "nonzero", "reference.onnx") == []
