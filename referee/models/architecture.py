"""From what an entry handed in to the model that is scored, by the competition's architecture rule.

A new rule is one row of READERS.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from referee.ground.errors import Fault, InputError, InvalidModel
from referee.ground.graph import Graph, Model
from referee.ground.soundness import NORMS, SCALE_FREE_OPERATORS
from referee.models import onnx_file, safetensors_file


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


def reference_faults(graph: Graph, score: str, shown: str) -> list[Fault]:
    """Why `score` means nothing on this graph."""
    if score not in NORMS:
        return []
    return [
        Fault(shown, node.op, f"normalisation undoes any scale of the weights before it, so {score} can be had for nothing")
        for node in graph.nodes
        if node.op in SCALE_FREE_OPERATORS
    ]


def shapes_to_hand_in(graph: Graph) -> dict[str, tuple[int, ...]]:
    """Name -> shape of the float32 tensors of the host's graph; its other constants stay the host's."""
    return {name: array.shape for name, array in graph.tensors.items() if array.dtype == "float32"}


def _fixed(content: bytes, reference: Graph | None) -> Model:
    if reference is None:
        raise ValueError("a fixed architecture needs its reference graph")
    weights = safetensors_file.read(content, shapes_to_hand_in(reference))
    poured = replace(reference, tensors={**reference.tensors, **weights})
    return Model(graph=poured, weights=weights, canonical=onnx_file.write(poured))


def _free(content: bytes, _: Graph | None) -> Model:
    graph = onnx_file.read(content)
    return Model(graph=graph, weights=graph.tensors, canonical=onnx_file.write(graph))


READERS: Mapping[str, Callable[[bytes, Graph | None], Model]] = {"fixed": _fixed, "free": _free}
