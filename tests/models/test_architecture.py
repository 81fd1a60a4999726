"""From what was handed in to the model that is scored, by the architecture rule."""

from __future__ import annotations

import numpy as np
import pytest
from onnx import ModelProto, TensorProto
from safetensors.numpy import save
from small_graphs import mlp, model, node, tensor

from referee.ground.competition import Architecture, Competition, CompetitionLimits, FitRule
from referee.ground.errors import InputError, InvalidModel
from referee.ground.scores import SCORES
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


def rules(score: str, sound_because: str | None = None, operations: int = 10**8) -> Competition:
    return Competition(
        title="t",
        version=1,
        summary="s",
        fit=FitRule(loss="cross_entropy"),
        score=score,
        architecture=Architecture(rule="fixed", reference="reference.onnx"),
        classes=("laptop-ss",),
        limits=CompetitionLimits(example_operations=operations),
        sound_because=sound_because,
    )


def faults_of(given: ModelProto, competition: Competition) -> list[str]:
    graph = onnx_file.read(given.SerializeToString())
    return [str(fault) for fault in reference_faults(graph, competition, "reference.onnx")]


def normalising(operator: str) -> ModelProto:
    """Rows of four channels, normalised."""
    given = {"BatchNormalization": 4, "InstanceNormalization": 2, "LayerNormalization": 1, "GroupNormalization": 2}[operator]
    sizes = (6,) if operator == "LayerNormalization" else (4,)
    groups = {"num_groups": 2} if operator == "GroupNormalization" else {}
    names = [f"s{number}" for number in range(given)]
    return model(
        [node(operator, ["x", *names], ["n"], **groups), node("Flatten", ["n"], ["y"])],
        [tensor(name, np.ones(sizes)) for name in names],
        width=(4, 6),
        opset=21,
    )


@pytest.mark.parametrize("score", [*SCORES])
def test_any_score_means_something_on_the_honest_network(score):
    """Nothing normalises there, and everything is positively homogeneous."""
    assert faults_of(mlp(), rules(score)) == []


@pytest.mark.parametrize("operator", SCALE_FREE_OPERATORS)
@pytest.mark.parametrize("score", NORMS)
def test_a_norm_on_a_graph_that_normalises_is_refused(operator, score):
    """Any scale of the weights before it would be undone."""
    (fault,) = faults_of(normalising(operator), rules(score))
    assert fault == (
        f"reference.onnx: {operator}: normalisation undoes any scale of the weights before it, so {score} can be had for "
        "nothing; take it out, or give the board your reason in sound_because"
    )
    assert faults_of(normalising(operator), rules("nonzero")) == []


@pytest.mark.parametrize("operator", SCALE_FREE_OPERATORS)
def test_a_host_may_answer_for_a_graph_that_normalises(operator):
    """In writing, which stands on the board."""
    assert faults_of(normalising(operator), rules("l2", "the gains are fixed by the data, says the host")) == []


def test_a_path_norm_on_a_graph_that_is_not_homogeneous_is_refused():
    """By the node that is not."""
    given = model([node("Sigmoid", ["x"], ["y"])])
    (fault,) = faults_of(given, rules("path_norm"))
    assert fault.startswith("reference.onnx: node 0 (Sigmoid): Sigmoid is not positively homogeneous")
    assert fault.endswith("; path_norm is not defined on this graph")
    assert faults_of(given, rules("l2")) == []


def test_a_reference_that_takes_too_long_is_refused():
    """With what it takes, by the competition's own limit."""
    assert faults_of(mlp(), rules("l2", operations=64)) == []
    (fault,) = faults_of(mlp(), rules("l2", operations=63))
    assert fault == "reference.onnx: takes 64 multiply-adds for one example; limits.example_operations allows 63"


def test_under_a_free_rule_sizes_are_no_weights():
    """Shapes and axes that do nothing else are architecture."""
    given = model(
        [node("Reshape", ["x", "shape"], ["r"]), node("ReduceSum", ["r", "axis"], ["s"]), node("Mul", ["s", "w"], ["y"])],
        [tensor("shape", [-1, 2, 2], np.int64), tensor("axis", [1], np.int64), tensor("w", [2.0])],
    )
    assert set(read_model("free", given.SerializeToString(), None).weights) == {"w"}


def test_under_a_homogeneous_rule_every_node_passes_a_scale_through():
    """Else it is refused by name; what passes is read as under the free rule."""
    with pytest.raises(InvalidModel, match=r"^node 1 \(Sigmoid\): Sigmoid is not positively homogeneous"):
        spoilt = mlp()
        spoilt.graph.node[1].op_type = "Sigmoid"
        read_model("homogeneous", spoilt.SerializeToString(), None)
    one, other = (read_model(rule, mlp().SerializeToString(), None) for rule in ("homogeneous", "free"))
    assert one.canonical == other.canonical and set(one.weights) == set(other.weights)


@pytest.mark.parametrize("rule", RULES)
def test_arithmetic_is_measured_by_the_walk(rule):
    """4 x 8 and 8 x 3 multiply-adds, and eight comparisons."""
    content = save(WEIGHTS) if rule == "fixed" else mlp().SerializeToString()
    assert read_model(rule, content, REFERENCE).measured == {"flops": 32 + 8 + 24}
