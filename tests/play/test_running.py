"""A whole game of a tiny competition in the real sandbox: train, judge, confirm, record, verify."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import pytest
from conftest import needs_bubblewrap

from referee.files import store
from referee.files.league import League
from referee.ground.errors import InputError, RefereeFault
from referee.ground.result import Result, Training
from referee.ground.verdict import Verdict
from referee.play.judging import judge
from referee.play.match import Match
from referee.play.running import place, record, run
from referee.play.training import FILE, train
from referee.play.verification import verify
from referee.untrusted.sandboxes.bubblewrap import Bubblewrap
from referee.untrusted.sandboxes.unconfined import Unconfined

pytestmark = needs_bubblewrap

WORSE = """
import numpy as np
from safetensors.numpy import load_file, save_file
import honest, os
file = os.path.join(os.environ["MLGOLF_OUT"], "model.safetensors")
save_file({name: 3 * tensor for name, tensor in load_file(file).items()}, file)
"""


def play(league, ref, audience, tmp_path, class_="laptop-ss", name="out", **options):
    match = Match.of(league, ref, class_)
    return match, *run(match, tmp_path / name, Bubblewrap(), audience, **options)


def test_the_first_on_an_empty_board_is_confirmed_and_recorded(league, enter, audience, tmp_path):
    match, result, file = play(league, enter(), audience, tmp_path)
    assert result.verdict is Verdict.QUALIFIED and len(result.rounds) == 4
    assert "confirmation 2" in audience.told
    assert file == match.entry.folder / "results/laptop-ss.yaml"
    assert store.read(Result, file, "result") == result
    assert result.score == match.game.rules.aggregated(result.round_scores("l2"))
    assert result.pins == match.pins and result.attempt == 1 and result.sandbox == "bubblewrap"
    assert place(match, result)[0].rank == 1


def test_who_would_not_lead_needs_no_confirmation(league, enter, audience, tmp_path):
    play(league, enter(), audience, tmp_path)
    match, result, _ = play(league, enter(name="worse", text=WORSE), audience, tmp_path, name="second")
    assert result.verdict is Verdict.QUALIFIED and len(result.rounds) == 2
    row, rows = place(match, result)
    assert row.rank == 2 and row.gap == result.score - rows[0].result.score > 0


def test_a_class_of_a_day_is_never_confirmed(league, enter, audience, tmp_path):
    _, result, _ = play(league, enter(), audience, tmp_path, class_="laptop-a")
    assert len(result.rounds) == 2


def test_every_round_draws_its_rows_and_its_seed_anew(league, enter, audience, tmp_path):
    _, result, _ = play(league, enter(), audience, tmp_path)
    trained = [judged.trained for judged in result.rounds]
    for values in zip(*((one.draw_seed, one.train_seed, one.draw_sha256) for one in trained), strict=True):
        assert len(set(values)) == len(trained)


def test_the_seed_of_the_draw_is_not_shown_to_the_entry(league, enter, audience, tmp_path):
    text = "import os\nprint(sorted(os.environ.items()), open('/proc/self/cmdline').read())\nimport honest"
    _, result, _ = play(league, enter(name="peeks", text=text), audience, tmp_path, practice=True, rounds=1)
    assert str(result.rounds[0].trained.train_seed) in audience.logs[0]
    assert str(result.rounds[0].trained.draw_seed) not in audience.logs[0]


def test_the_curve_that_it_reported_is_kept_thinned(league, enter, audience, tmp_path):
    _, result, _ = play(league, enter(), audience, tmp_path, practice=True, rounds=1)
    curve = result.rounds[0].trained.curve.points
    assert len(curve) == 60 and curve[0].step == 0 and curve[-1].step == 199
    assert curve[-1].loss < curve[0].loss


def test_a_forged_curve_is_passed_over(league, enter, audience, tmp_path):
    text = "import honest\nopen('/out/curve.csv', 'w').write('1,2,3\\nnan,1,1\\n1,inf,1\\n<b>,1\\n\\x00\\n9,1,nan\\n4,5,6\\n')"
    _, result, _ = play(league, enter(name="forges", text=text), audience, tmp_path, practice=True, rounds=1)
    assert [point.step for point in result.rounds[0].trained.curve.points] == [1, 4]


def test_a_second_attempt_replaces_the_first_and_is_counted(league, enter, audience, tmp_path):
    ref = enter()
    play(league, ref, audience, tmp_path)
    match, result, file = play(league, ref, audience, tmp_path, name="again")
    assert result.attempt == 2 and store.read(Result, file, "result").attempt == 2
    kept = {path.name for path in (match.entry.folder / "results/laptop-ss").iterdir()}
    assert kept == {judged.trained.artifact.file for judged in result.rounds}


def test_an_entry_that_failed_is_recorded_as_failed(league, enter, audience, tmp_path):
    _, result, file = play(league, enter("crashed/raises"), audience, tmp_path)
    assert result.verdict is Verdict.CRASHED and result.score is None and len(result.rounds) == 1
    assert store.read(Result, file, "result") == result


def test_practice_is_never_recorded(league, enter, audience, tmp_path):
    match, result, file = play(league, enter(), audience, tmp_path, practice=True)
    assert result.verdict is Verdict.QUALIFIED and file is None
    assert not (match.entry.folder / "results").exists()
    with pytest.raises(InputError, match="practice"):
        record(match, True, result, {})


def test_an_unconfined_run_is_practice_whatever_was_asked_for(league, enter, audience, tmp_path):
    match = Match.of(league, enter(), "laptop-ss")
    result, file = run(match, tmp_path / "out", Unconfined("no reason"), audience)
    assert result.verdict is Verdict.QUALIFIED and result.sandbox == "unconfined" and file is None


def test_a_leader_can_not_be_recorded_without_its_confirmation(league, enter, audience, tmp_path):
    match = Match.of(league, enter(), "laptop-ss")
    train(match, tmp_path / "out", Bubblewrap(), audience)
    training, result, artifacts = judge(match, tmp_path / "out", audience)
    with pytest.raises(InputError, match="--confirm"):
        record(match, training.practice, result, artifacts)
    train(match, tmp_path / "out", Bubblewrap(), audience, more=True)
    training, result, artifacts = judge(match, tmp_path / "out", audience)
    assert record(match, training.practice, result, artifacts).is_file() and len(result.rounds) == 4


def test_a_runner_of_the_wrong_hardware_is_the_referees_fault(league, enter, audience, tmp_path):
    match = Match.of(league, enter(), "moon-base-ss")
    with pytest.raises(RefereeFault, match=r"no moon-base: \d+ cores, at least 4096 required; 0 GPUs, exactly 12"):
        train(match, tmp_path / "out", Bubblewrap(), audience)
    assert not (tmp_path / "out").exists()


def test_a_training_is_judged_for_the_entry_that_it_was_of(league, enter, audience, tmp_path):
    match = Match.of(league, enter(), "laptop-ss")
    train(match, tmp_path / "out", Bubblewrap(), audience)
    (match.entry.folder / "train.py").write_text("changed = True")
    with pytest.raises(InputError, match=r"pins.tree"):
        judge(Match.of(League(league.root), match.entry.ref, "laptop-ss"), tmp_path / "out", audience)


def test_an_artifact_that_changed_on_the_way_is_not_held_against_the_entry(league, enter, audience, tmp_path):
    match = Match.of(league, enter(), "laptop-ss")
    train(match, tmp_path / "out", Bubblewrap(), audience)
    (tmp_path / "out/round-2/model.safetensors").write_bytes(b"poison")
    training, result, artifacts = judge(match, tmp_path / "out", audience)
    assert result.verdict is Verdict.REFEREE_ERROR
    with pytest.raises(InputError, match="referee failed"):
        record(match, training.practice, result, artifacts)


def test_a_runner_that_lies_about_its_draw_is_found_out(league, enter, audience, tmp_path):
    match = Match.of(league, enter(), "laptop-ss")
    training = train(match, tmp_path / "out", Bubblewrap(), audience)
    lie = replace(training, rounds=(replace(training.rounds[0], draw_seed=1), *training.rounds[1:]))
    store.write(lie, tmp_path / "out" / FILE)
    assert judge(match, tmp_path / "out", audience)[1].verdict is Verdict.REFEREE_ERROR
    assert store.read(Training, tmp_path / "out" / FILE, "t") == lie


def test_a_forged_file_name_leads_nowhere(league, enter, audience, tmp_path):
    match = Match.of(league, enter(), "laptop-ss")
    training = train(match, tmp_path / "out", Bubblewrap(), audience)
    first = training.rounds[0]
    forged = replace(first, artifact=replace(first.artifact, file="../../../../evil.onnx"))
    store.write(replace(training, rounds=(forged, *training.rounds[1:])), tmp_path / "out" / FILE)
    _, result, artifacts = judge(match, tmp_path / "out", audience)
    assert result.verdict is Verdict.REFEREE_ERROR
    assert all("/" not in name for name in artifacts)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda one, two: (one, one), r"rounds\[1\]\.number: expected 2, got 1"),
        (lambda one, two: (one, replace(one, number=2)), "two have the same draw"),
        (lambda one, two: (), "there is none"),
    ],
)
def test_a_runner_can_not_pass_one_round_off_as_several(league, enter, audience, tmp_path, change, said):
    match = Match.of(league, enter(), "laptop-ss")
    training = train(match, tmp_path / "out", Bubblewrap(), audience)
    store.write(replace(training, rounds=change(*training.rounds)), tmp_path / "out" / FILE)
    with pytest.raises(InputError, match=said):
        judge(match, tmp_path / "out", audience)


def test_the_energy_is_bounded_by_the_hardwares_power(league, enter, audience, tmp_path):
    _, result, _ = play(league, enter(), audience, tmp_path, practice=True, rounds=1)
    trained = result.rounds[0].trained
    # Rounded up to a tenth, from seconds before they were rounded to a thousandth.
    assert 45 * (trained.seconds - 0.001) <= trained.joules_at_most <= 45 * (trained.seconds + 0.001) + 0.1


def test_a_training_is_not_written_over_another(league, enter, audience, tmp_path):
    match = Match.of(league, enter(), "laptop-ss")
    train(match, tmp_path / "out", Bubblewrap(), audience, rounds=1, practice=True)
    with pytest.raises(InputError, match="not empty"):
        train(match, tmp_path / "out", Bubblewrap(), audience, rounds=1, practice=True)


def test_results_of_earlier_draws_are_not_visible_to_an_entry(league, enter, audience, tmp_path):
    ref = enter(name="peeks", text="import os\nprint(sorted(os.listdir('.')))\nimport honest")
    play(league, ref, audience, tmp_path)
    play(league, ref, audience, tmp_path, name="again")
    assert audience.logs[-1] == "['honest.py', 'submission.yaml', 'train.py']\n"


def test_a_competition_by_margin(league, enter, audience, tmp_path):
    rules = league.root / "competitions/line/competition.yaml"
    rules.write_text(rules.read_text().replace("{loss: cross_entropy, at_most: 1.0e-3}", "{loss: margin, at_least: 9.5}"))
    _, result, _ = play(league, enter(), audience, tmp_path, practice=True, rounds=1)
    assert result.verdict is Verdict.QUALIFIED and result.fit.loss >= 9.5
    rules.write_text(rules.read_text().replace("at_least: 9.5", "at_least: 10.5"))
    _, result, _ = play(League(league.root), "line/honest", audience, tmp_path, name="again", practice=True, rounds=1)
    assert result.verdict is Verdict.DID_NOT_FIT and "at least 10.5" in result.reason


@pytest.mark.parametrize("width", [1, 2])
def test_a_regression(league, enter, audience, tmp_path, width):
    """Targets of one axis meet outputs of one column."""
    rules = league.root / "competitions/line/competition.yaml"
    rules.write_text(
        rules.read_text().replace("{loss: cross_entropy, at_most: 1.0e-3}", "{loss: mean_squared_error, at_most: 1.0e-6}")
    )
    data = league.root / "competitions/line/data.py"
    if width == 1:
        graph = league.root / "competitions/line/reference.py"
        graph.write_text(
            graph.read_text().replace("np.zeros((2, 2)", "np.zeros((1, 2)").replace("np.zeros(2,", "np.zeros(1,").replace(
                '"logits", TensorProto.FLOAT, ["batch", 2]', '"logits", TensorProto.FLOAT, ["batch", 1]'
            )
        )  # fmt: skip
        subprocess.run([sys.executable, graph], check=True)
    target = "x[:, 0]" if width == 1 else "x"
    data.write_text(data.read_text().replace("return Draw", f"y = {target} + 0.5\n    return Draw"))
    text = "import numpy as np\nfrom referee import contestant\nx, y = contestant.load()\nassert y.dtype == np.float32\n"
    text += f"contestant.save({{'weight': np.eye(2)[:{width}], 'bias': np.full({width}, 0.5)}})"
    _, result, _ = play(league, enter(name="learns", text=text), audience, tmp_path, practice=True, rounds=1)
    assert result.verdict is Verdict.QUALIFIED, (result.reason, audience.logs)
    assert result.fit.accuracy is None and result.fit.loss < 1e-12


def test_verify_agrees_with_an_honest_record_and_with_no_other(league, enter, audience, tmp_path):
    ref = enter()
    _, result, file = play(league, ref, audience, tmp_path)
    assert [(one.compared, one.differences) for one in verify(league, ref)] == [(4, ())]
    first = result.rounds[0]
    for forged, said in [
        (replace(result, score=result.score / 2), "is not the median"),
        (replace(result, rounds=(replace(first, scores={**first.scores, "l1": 1.0}), *result.rounds[1:])), "round 1: l1"),
        (replace(result, rounds=(replace(first, fit=replace(first.fit, loss=1e-9)), *result.rounds[1:])), "fit loss"),
        (replace(result, pins=replace(result.pins, tree="0" * 40)), "files changed"),
    ]:
        store.write(forged, file)
        assert said in " ".join(next(iter(verify(league, ref))).differences)


def test_verify_leaves_results_of_earlier_rules_alone(league, enter, audience, tmp_path):
    ref = enter()
    play(league, ref, audience, tmp_path)
    rules = league.root / "competitions/line/competition.yaml"
    rules.write_text(rules.read_text().replace("version: 1", "version: 2"))
    changed = League(league.root)
    assert [one.skipped for one in verify(changed, ref)] == ["judged by other rules (version 1); frozen"]
    assert changed.board(changed.game("line"), "laptop-ss") == ()
