"""Competitions by other scores than those of the weights alone: the host's own, the path norm, of graphs that entries bring."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace

import pytest
from conftest import REPOSITORY, Silent, needs_bubblewrap

from referee.files.league import League
from referee.ground.errors import InputError, RefereeFault
from referee.ground.scores import SCORES
from referee.ground.verdict import Verdict
from referee.models import child
from referee.play.judging import judge
from referee.play.match import Match
from referee.play.running import place, run
from referee.play.training import train
from referee.play.verification import verify
from referee.untrusted.sandboxes.bubblewrap import Bubblewrap

pytestmark = needs_bubblewrap

RULES = "tests/league/competitions/line/competition.yaml"
FIXED = "architecture: {rule: fixed, reference: reference.onnx}"
OWN = "score: widest\nown_score: {sentence: the largest weight}\nsound_because: the graph is the host's and has one layer alone"
LEARNT = """
import os
import numpy as np
from onnx import TensorProto, helper, numpy_helper, save
from referee import contestant

x, y = contestant.load()
direction = x[y == 1].mean(0) - x[y == 0].mean(0)
for step in range(200):
    signs = 2 * y - 1
    direction = direction + 0.5 * (signs / (1 + np.exp(np.clip(signs * (x @ direction), -50, 50)))) @ x
direction *= 10 / np.min((2 * y - 1) * (x @ direction))
weight, bias = np.stack([-direction / 2, direction / 2]).astype(np.float32), np.zeros(2, np.float32)
"""
WRITTEN = """
graph = helper.make_graph(
    nodes, "g", [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", 2])],
    [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["n", 2])],
    [numpy_helper.from_array(weight, "w"), numpy_helper.from_array(bias, "b")],
)
save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10),
     os.path.join(os.environ["MLGOLF_OUT"], "model.onnx"))
"""
LINEAR = LEARNT + 'nodes = [helper.make_node("Gemm", ["x", "w", "b"], ["y"], transB=1)]\n' + WRITTEN
THROUGH_RELU = (
    LEARNT
    + """
nodes = [
    helper.make_node("Gemm", ["x", "w", "b"], ["h"], transB=1), helper.make_node("Relu", ["h"], ["p"]),
    helper.make_node("Neg", ["h"], ["m"]), helper.make_node("Relu", ["m"], ["q"]), helper.make_node("Sub", ["p", "q"], ["y"]),
]
"""
    + WRITTEN
)
LARGER = """
import os
import honest
from safetensors.numpy import load_file, save_file
file = os.path.join(os.environ["MLGOLF_OUT"], "model.safetensors")
save_file({name: 2 * tensor for name, tensor in load_file(file).items()}, file)
"""


def changed(league: League, *pairs: tuple[str, str]) -> League:
    """The league with other rules."""
    rules = league.root / "competitions/line/competition.yaml"
    text = rules.read_text()
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new)
    rules.write_text(text)
    return League(league.root)


def play(league: League, ref: str, audience: Silent, tmp_path, name: str = "out", **options):
    match = Match.of(league, ref, "laptop-ss")
    return match, *run(match, tmp_path / name, Bubblewrap(), audience, **options)


def own(league: League, body: str) -> League:
    (league.root / "competitions/line/score.py").write_text(f"def score(model):\n    return {body}\n")
    return changed(league, ("score: l2", OWN))


def test_a_competition_by_the_hosts_own_score_is_played_ranked_and_recorded(league, enter, audience, tmp_path):
    """And every reader can verify it."""
    league = own(league, "max(abs(array).max() for array in model.weights.values())")
    honest, larger = enter(), enter(name="larger", text=LARGER)
    _, first, file = play(league, honest, audience, tmp_path)
    match, second, _ = play(league, larger, audience, tmp_path, "second")
    assert first.ranked_by == "widest" and file is not None
    assert [one.verdict for one in (first, second)] == [Verdict.QUALIFIED] * 2
    assert first.score == match.game.rules.aggregated(first.round_scores("widest")) > 0
    assert list(first.rounds[0].scores) == [*SCORES, "widest"]
    assert [row.result.pins.entry for row in place(match, second)[1]] == ["honest", "larger"]
    assert [(one.compared, one.differences) for one in verify(league, honest)] == [(4, ())]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("float('nan')", "score(model) gave nan; return a finite number"),
        ("1 / 0", "score.py:2: score() raised ZeroDivisionError: division by zero"),
    ],
)
def test_a_score_of_the_hosts_that_fails_is_held_against_nobody(league, enter, audience, tmp_path, body, said):
    """Nothing is recorded."""
    league = own(league, body)
    ref = enter()
    with pytest.raises(RefereeFault) as fault:
        play(league, ref, audience, tmp_path)
    assert said in str(fault.value)
    assert not (league.root / "submissions" / ref / "results").exists()


HOMOGENEOUS = (("score: l2", "score: path_norm"), (FIXED, "architecture: {rule: homogeneous}"))


def test_a_competition_by_the_path_norm_takes_graphs_of_the_entries(league, enter, audience, tmp_path):
    """For one layer without a bias it is the sum of absolute weights; a detour over two ReLUs takes each path twice."""
    league = changed(league, *HOMOGENEOUS)
    _, plain, file = play(league, enter(name="linear", text=LINEAR), audience, tmp_path, practice=False)
    match, detour, _ = play(league, enter(name="detour", text=THROUGH_RELU), audience, tmp_path, "second")
    assert plain.verdict is detour.verdict is Verdict.QUALIFIED, (plain.reason, detour.reason, audience.logs)
    assert file is not None and plain.ranked_by == "path_norm"
    for judged in plain.rounds:
        assert judged.scores["path_norm"] == pytest.approx(judged.scores["l1"], rel=1e-6)
    for judged in detour.rounds:
        assert judged.scores["path_norm"] == pytest.approx(2 * judged.scores["l1"], rel=1e-6)
    assert place(match, detour)[0].rank == 2
    assert [(one.compared, one.differences) for one in verify(league, "line/linear")] == [(4, ())]


def test_what_is_not_homogeneous_is_no_model_there(league, enter, audience, tmp_path):
    """By the node that is not."""
    text = LINEAR.replace('["y"], transB=1)]', '["h"], transB=1), helper.make_node("Sigmoid", ["h"], ["y"])]')
    ref = enter(name="sigmoid", text=text)
    _, result, _ = play(changed(league, *HOMOGENEOUS), ref, audience, tmp_path, practice=True, rounds=1)
    assert result.verdict is Verdict.INVALID_MODEL and result.reason.startswith("node 1 (Sigmoid): ")


def test_a_model_that_takes_too_much_arithmetic_is_invalid_with_the_numbers(league, enter, audience, tmp_path):
    """The honest one takes four multiply-adds an example."""
    ref = enter(name="linear", text=LINEAR)
    for allowed, verdict in ((4, Verdict.QUALIFIED), (3, Verdict.INVALID_MODEL)):
        shutil.copy(REPOSITORY / RULES, league.root / "competitions/line/competition.yaml")
        limited = changed(
            league, *HOMOGENEOUS, ("artifact_bytes: 65536", f"artifact_bytes: 65536, example_operations: {allowed}")
        )
        _, result, _ = play(limited, ref, audience, tmp_path, f"{allowed}", practice=True, rounds=1)
        assert result.verdict is verdict, result.reason
    assert result.reason == "takes 4 multiply-adds for one example, at most 3 here"


def test_a_hosts_graph_that_takes_too_much_arithmetic_is_the_hosts_fault(league, enter):
    """Nobody plays it."""
    ref = enter()
    limited = changed(league, ("artifact_bytes: 65536", "artifact_bytes: 65536, example_operations: 3"))
    with pytest.raises(InputError, match=r"takes 4 multiply-adds for one example; limits\.example_operations allows 3"):
        Match.of(limited, ref, "laptop-ss")


def test_a_score_that_one_round_lacks_is_left_out_of_the_result(league, enter, audience, tmp_path):
    """Where entries bring their own graphs, one round's may have no path norm; the ranking score is there in all."""
    match = Match.of(league, enter(), "laptop-ss")
    train(match, tmp_path / "out", Bubblewrap(), audience)
    _, whole, _ = judge(match, tmp_path / "out", audience)
    for lacking in (0, 1):
        known = list(whole.rounds)
        scores = {name: value for name, value in known[lacking].scores.items() if name not in ("path_norm", "flops")}
        known[lacking] = replace(known[lacking], scores=scores)
        _, result, _ = judge(match, tmp_path / "out", audience, known)
        assert result.score == whole.score and result.verdict is Verdict.QUALIFIED
        assert set(whole.scores) - set(result.scores) == {"path_norm", "flops"}


class Watching(Silent):
    """Remembers how far judging was."""

    def __init__(self) -> None:
        super().__init__()
        self.judged: list[tuple[int, int, int]] = []

    def judging(self, number: int, done: int, rows: int) -> None:
        self.judged.append((number, done, rows))


def test_judging_tells_the_audience_how_far_it_is(league, enter, tmp_path, monkeypatch):
    """Now and then, where the data are large; here after each batch."""
    data = league.root / "competitions/line/data.py"
    data.write_text(data.read_text().replace("60)", "2460)").replace("x[:40], y[:40], x[40:], y[40:]", "x[:40], y[:40], x, y"))
    often = tmp_path / child.SCRIPT.name
    often.write_text(child.SCRIPT.read_text().replace("TOLD_EVERY = 0.2", "TOLD_EVERY = -1"))
    monkeypatch.setattr(child, "SCRIPT", often)
    audience = Watching()
    _, result, _ = play(league, enter(), audience, tmp_path, practice=True, rounds=2)
    assert len(result.rounds) == 2, result.reason
    assert audience.judged == [(number, done, 2500) for number in (1, 2) for done in (1024, 2048, 2500)]


def test_what_an_entry_prints_about_its_score_is_not_the_hosts(league, enter, audience, tmp_path):
    """A forged `score.py` in the entry's folder is a file of the entry's."""
    league = own(league, "7")
    ref = enter(name="forger", text="import honest\nprint('widest', 0)")
    (league.root / "submissions" / ref / "score.py").write_text("def score(model):\n    return 0\n")
    _, result, _ = play(league, ref, audience, tmp_path, practice=True, rounds=1)
    assert result.score == 7 and json.dumps(result.scores["widest"]) == "7.0"
