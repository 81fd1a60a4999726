"""`referee judge --explain`: every tensor, every score, the distance to the threshold."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from io import StringIO
from pathlib import Path

import numpy as np
import pytest
from onnx import TensorProto, helper, numpy_helper
from rich.console import Console

from referee.adapters.cli import main
from referee.files import draws
from referee.files.decode import encode
from referee.files.league import Game
from referee.ground.competition import Architecture, FitRule
from referee.ground.draw import Draw
from referee.ground.fits import Measure
from referee.ground.verdict import Verdict
from referee.play.judgement import Judgement, judge_artifact
from referee.presentation.explanation import explain, explanation_of

HOSTILE = "[red]w[/red]\x1b[2J\u202e"


@pytest.fixture
def game(league) -> Game:
    """The competition `line`, where entries bring their own graph."""
    line = league.game("line")
    free = Architecture(rule="free")
    return Game("line", line.folder, replace(line.rules, score="bytes", architecture=free))


def straight(scale: float, name: str = "w") -> bytes:
    """A linear classifier; reshaped once, so that something is stored that is no weight."""
    weights = np.asarray([[-scale, scale], [0, 0]], np.float32)
    graph = helper.make_graph(
        [helper.make_node("Reshape", ["x", "shape"], ["flat"]), helper.make_node("MatMul", ["flat", name], ["y"])],
        "g",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", 2])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)],
        [numpy_helper.from_array(weights, name), numpy_helper.from_array(np.asarray([-1, 2]), "shape")],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10).SerializeToString()


def judged(game: Game, content: bytes) -> Judgement:
    rows = draws.draw(game.rules, game.folder, 3)
    return judge_artifact(game, None, content, rows)


def printed(game: Game, judgement: Judgement) -> str:
    console = Console(file=StringIO(), width=110, color_system=None, highlight=False)
    console.print(explanation_of(explain(game, 2, judgement)))
    return console.file.getvalue()


def test_every_tensor_that_counts_is_listed_with_what_it_adds(game):
    """And what is stored without counting is named."""
    told = explain(game, 2, judged(game, straight(3)))
    (tensor,) = told.tensors
    assert (tensor.name, tensor.shape, tensor.dtype) == ("w", (2, 2), "float32")
    assert tensor.adds["l1"] == 6
    assert tensor.adds["nonzero"] == 2
    assert told.not_counted == ("shape",)
    assert told.operators == {"Reshape": 1, "MatMul": 1}


def test_every_score_is_explained_and_the_one_that_ranks_is_marked(game):
    """With the exploit, where it would not be sound here."""
    scores = {score.name: score for score in explain(game, 1, judged(game, straight(3))).scores}
    assert [name for name, score in scores.items() if score.ranks] == ["bytes"]
    assert scores["bytes"].doubt is None
    assert "absorbs the scale" in (scores["l2"].doubt or "")
    assert scores["path_norm"].value == 6


def test_the_distance_to_the_threshold_is_told_row_by_row(game):
    """The rows with the smallest margin come first, as the entry numbers them."""
    judgement = judged(game, straight(0.1))
    told = explain(game, 2, judgement)
    rows = draws.draw(game.rules, game.folder, 3)
    margins = (2 * rows.train_y - 1) * 0.2 * rows.train_x[:, 0]
    assert judgement.verdict is Verdict.DID_NOT_FIT
    assert told.rows_wrong == (margins <= 0).sum() > 0
    assert [row.row for row in told.worst] == np.argsort(margins, kind="stable")[:5].tolist()
    assert f"{told.rows_wrong} rows wrong" in printed(game, judgement)
    assert "times the threshold" in printed(game, judgement)


def test_regression_names_the_rows_with_the_largest_error(game):
    """Classes and margins have no place there."""
    rules = replace(game.rules, fit=FitRule(loss="mean_squared_error", at_most=0.1))
    rows = draws.draw(game.rules, game.folder, 3)
    targets = rows.train_x @ np.asarray([[1.0, 0], [0, 1]], np.float32)
    regression = replace(rows, train_y=targets, heldout_y=rows.heldout_x)
    judgement = judge_artifact(replace(game, rules=rules), None, straight(1), regression)
    told = explain(replace(game, rules=rules), 1, judgement)
    assert told.rows_wrong is None
    errors = [row.squared_error for row in told.worst]
    assert errors == sorted(errors, reverse=True)
    assert "squared error" in printed(replace(game, rules=rules), judgement)


def test_where_held_out_rows_have_to_fit_they_are_explained(game):
    """A rule is asked for there and no table: rows that were shown, and are wrong, are not in the way."""
    rules = replace(game.rules, fit=FitRule(loss="sequence_accuracy", at_least=0.9, steps=2, rows="heldout"))
    x = np.float32([[1, 0], [-1, 0]] * 4)
    right, wrong = (x[:, 0] > 0).astype(int), (x[:, 0] < 0).astype(int)
    asked = replace(game, rules=rules)
    qualified = judge_artifact(asked, None, straight(1), Draw(x, wrong, x, right))
    assert qualified.verdict is Verdict.QUALIFIED
    assert qualified.fit == qualified.heldout == Measure(loss=1.0, accuracy=1.0, rows=8)
    assert qualified.label_bytes is None
    assert explain(asked, 1, qualified).rows_wrong == 0
    missed = judge_artifact(asked, None, straight(1), Draw(x, right, x, np.r_[wrong[:1], right[1:]]))
    assert missed.verdict is Verdict.DID_NOT_FIT
    assert missed.reason == "sequence accuracy 0.75 on the held-out rows, at least 0.9, accuracy 0.875"
    assert "on 8 held-out rows" in printed(asked, missed)


def test_a_model_that_could_not_be_measured_is_explained_by_its_reason(game):
    """There is nothing to count."""
    text = printed(game, judged(game, b"no model"))
    assert "invalid-model" in text
    assert "not an ONNX file" in text
    assert "what counts" not in text


def test_a_hostile_name_of_a_tensor_is_text(game):
    """No markup, no control characters, no change of direction."""
    text = printed(game, judged(game, straight(3, HOSTILE)))
    assert r"[red]w[/red]\x1b[2J\u202e" in text
    assert "\x1b" not in text


def test_the_explanation_is_plain_data(game):
    """As `--json` prints it."""
    assert json.loads(json.dumps(encode(explain(game, 1, judged(game, straight(3)))), allow_nan=False))["round"] == 1


def test_the_command_explains_each_round(league, enter, tmp_path: Path, monkeypatch, capsys):
    """On the terminal before the card, in JSON beside the result."""
    ref = enter()
    monkeypatch.chdir(league.root)
    assert main(["train", ref, "--practice", "--rounds", "2", "--out", str(tmp_path / "out")]) == 0
    capsys.readouterr()
    assert main(["judge", ref, "--artifact", str(tmp_path / "out"), "--explain"]) == 0
    text = capsys.readouterr().out
    assert text.count("what each score says") == 2
    assert re.search(r"l2 +[0-9.]+ +RANKS +sum of the L2 norms", text)
    assert main(["judge", ref, "--artifact", str(tmp_path / "out"), "--explain", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [one["round"] for one in told["explanation"]] == [1, 2]
    assert told["explanation"][0]["tensors"][0]["adds"]["l2"] > 0
