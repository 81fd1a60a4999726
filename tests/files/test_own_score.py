"""A competition's own score: a finite number, or the host's fault."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from referee.files.own_score import own_score
from referee.ground.competition import OwnScore
from referee.ground.errors import RefereeFault
from referee.ground.graph import Graph, Model

RULE = OwnScore(sentence="number of distinct weights")
WEIGHTS = {"w": np.array([[1, 2], [2, 3]], np.float32)}
GRAPH = Graph(opset=20, input="x", input_shape=(2,), output="y", output_shape=(2,), nodes=(), tensors=WEIGHTS)
MODEL = Model(graph=GRAPH, weights=WEIGHTS, canonical=b"file", measured={"flops": 4.0})
WHERE = "competitions/line/score.py"


@pytest.fixture
def folder(tmp_path) -> Path:
    """A competition's."""
    folder = tmp_path / "competitions/line"
    folder.mkdir(parents=True)
    return folder


def scored(folder: Path, body: str) -> float:
    (folder / "score.py").write_text(f"import numpy as np\ndef score(model):\n    return {body}\n")
    return own_score(RULE, folder, MODEL)


@pytest.mark.parametrize(
    ("body", "value"),
    [
        ("len(np.unique(model.weights['w']))", 3.0),
        ("sum(array.size for array in model.graph.tensors.values())", 4.0),
        ("len(model.canonical)", 4.0),
        ("model.measured['flops']", 4.0),
        ("np.float32(0.5)", 0.5),
        ("-1", -1.0),
    ],
)
def test_the_hosts_function_sees_the_whole_model(folder, body, value):
    """Weights, graph, file and what was measured; it gives any number."""
    found = scored(folder, body)
    assert type(found) is float and found == value


@pytest.mark.parametrize(
    ("body", "kind"), [("None", "NoneType"), ("'many'", "str"), ("[1]", "list"), ("np.ones(3)", "ndarray"), ("1j", "complex")]
)
def test_what_is_no_number_is_told_what_to_return(folder, body, kind):
    """By the type that came."""
    with pytest.raises(RefereeFault) as fault:
        scored(folder, body)
    assert str(fault.value) == f"{WHERE}: score(model) gave {kind}; return a number"


@pytest.mark.parametrize(("body", "shown"), [("float('nan')", "nan"), ("np.inf", "inf"), ("-np.inf", "-inf")])
def test_nan_and_infinity_are_refused(folder, body, shown):
    """Neither can be ranked, and nobody can write them into a file."""
    with pytest.raises(RefereeFault) as fault:
        scored(folder, body)
    assert str(fault.value) == f"{WHERE}: score(model) gave {shown}; return a finite number"


def test_an_error_is_the_hosts_with_its_line(folder):
    """No entry can be blamed for it."""
    with pytest.raises(RefereeFault, match=r"^competitions/line/score\.py:3: score\(\) raised KeyError: 'v'$"):
        scored(folder, "model.weights['v']")


def test_the_module_may_have_another_name(folder):
    """As the competition states it."""
    (folder / "distinct.py").write_text("def score(model):\n    return 8\n")
    assert own_score(OwnScore(sentence="s", module="distinct.py"), folder, MODEL) == 8.0


def test_the_score_of_a_class_with_a_pre_trained_model_is_told_where_that_stands(folder):
    """In a class from scratch, that there is none."""
    (folder / "score.py").write_text(
        "def score(model, pretrained):\n    return 1 if pretrained is None else len(pretrained.name)\n"
    )
    assert own_score(RULE, folder, MODEL, None) == 1.0
    assert own_score(RULE, folder, MODEL, folder / "start.safetensors") == 17.0
