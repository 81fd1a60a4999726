"""From what an entry handed in to the model that is scored, by the competition's architecture rule.

A new rule is one row of READERS.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from referee.ground.competition import Competition
from referee.ground.errors import Fault, InputError, InvalidModel
from referee.ground.graph import Array, Graph, Model
from referee.ground.soundness import NORMS, SCALE_FREE_OPERATORS
from referee.models import onnx_file, path_norm, safetensors_file
from referee.models.walk import structure, walk


def read_model(rule: str, content: bytes, reference: Graph | None) -> Model:
    """The scored model of an artifact.

    Args:
        rule: name of the architecture rule
        content: the artifact, its size already capped
        reference: the host's graph, where the rule is `fixed`

    Raises:
        InvalidModel: it is no model by the rule.
    """
    return READERS[rule](content, reference)


def read_reference(file: Path, shown: str) -> Graph:
    """The host's graph.

    Raises:
        InputError: it breaks the rules that hold for entries too.
    """
    try:
        return onnx_file.read(file.read_bytes())
    except InvalidModel as refusal:
        raise InputError([Fault(shown, "", f"{refusal}; mend reference.py and run it again")]) from None


def reference_faults(graph: Graph, rules: Competition, shown: str) -> Iterator[Fault]:
    """Why the competition's score means nothing on this graph, or can't be computed."""
    if rules.score == "path_norm":
        try:
            path_norm.absolute(graph)
        except InvalidModel as refusal:
            yield Fault(shown, "", f"{refusal}; path_norm is not defined on this graph")
    if (operations := walk(graph, 1).operations) > rules.limits.example_operations:
        allowed = f"limits.example_operations allows {rules.limits.example_operations}"
        yield Fault(shown, "", f"takes {operations} multiply-adds for one example; {allowed}")
    # The host's written reason answers for normalisation too.
    if rules.score in NORMS and rules.sound_because is None:
        for node in graph.nodes:
            if node.op in SCALE_FREE_OPERATORS:
                told = f"normalisation undoes any scale of the weights before it, so {rules.score} can be had for nothing"
                yield Fault(shown, node.op, f"{told}; take it out, or give the board your reason in sound_because")


def shapes_to_hand_in(graph: Graph) -> dict[str, tuple[int, ...]]:
    """Name -> shape of the float32 tensors of the host's graph; its other constants stay the host's."""
    return {name: array.shape for name, array in graph.tensors.items() if array.dtype == "float32"}


def _fixed(content: bytes, reference: Graph | None) -> Model:
    if reference is None:
        raise ValueError("a fixed architecture needs its reference graph")
    weights = safetensors_file.read(content, shapes_to_hand_in(reference))
    return _model(replace(reference, tensors={**reference.tensors, **weights}), weights)


def _free(content: bytes, _: Graph | None) -> Model:
    graph = onnx_file.read(content)
    given = structure(graph)
    return _model(graph, {name: array for name, array in graph.tensors.items() if name not in given})


def _homogeneous(content: bytes, reference: Graph | None) -> Model:
    model = _free(content, reference)
    path_norm.absolute(model.graph)
    return model


def _model(graph: Graph, weights: Mapping[str, Array]) -> Model:
    measured = {"flops": float(walk(graph, 1).operations)}
    return Model(graph=graph, weights=weights, canonical=onnx_file.write(graph), measured=measured)


READERS: Mapping[str, Callable[[bytes, Graph | None], Model]] = {"fixed": _fixed, "homogeneous": _homogeneous, "free": _free}
