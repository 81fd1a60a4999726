"""A match on two machines: whoever trains can choose neither the entry nor the draw."""

from __future__ import annotations

from dataclasses import replace

import pytest
from conftest import needs_bubblewrap, sandbox

from referee.files import sent, store
from referee.files.decode import decode, encode
from referee.ground.errors import InputError, RefereeFault
from referee.ground.plan import Plan
from referee.ground.result import Source, Training
from referee.ground.verdict import Verdict
from referee.play import planned
from referee.play.training import FILE

SOURCE = Source(repository="golf/league", pull_request=7, commit="a" * 40, base="b" * 40, run=1)


def plan_for(league, ref, classes=("laptop-ss",), attempts=None):
    """A plan of an entry as it lies in the league."""
    folder = league.root / "submissions" / ref
    files = [
        sent.SentFile(path=path.name, executable=False, text=path.read_text())
        for path in sorted(folder.iterdir())
        if path.is_file()
    ]
    return planned.plan(league, ref, files, SOURCE, attempts or {}, classes)


@pytest.fixture
def played(league, enter, audience, tmp_path):
    """(match, plan, folder) of an honest entry that was trained by its plan."""
    plan = plan_for(league, enter())
    match = planned.match_of(league, plan, "laptop-ss")
    planned.train_planned(match, plan.classes[0], tmp_path / "trained", sandbox("bubblewrap"), audience)
    return match, plan, tmp_path / "trained"


def forge(folder, change):
    """Change what the training machine handed on."""
    training = store.read(Training, folder / FILE, FILE)
    store.write(change(training), folder / FILE)


def test_a_plan_fixes_the_class_the_labels_the_minutes_and_every_seed(league, enter):
    """From the default branch's files; seeds for the confirmation too."""
    plan = plan_for(league, enter(), attempts={"laptop-ss": 3})
    [one] = plan.classes
    rounds = league.game("line").rules.rounds_in(league.game("line").played("laptop-ss"))
    assert (one.class_, one.labels, one.attempt) == ("laptop-ss", league.hardware["laptop"].labels, 4)
    assert len({seeds.draw for seeds in one.seeds}) == len(one.seeds) == 2 * rounds
    assert one.minutes >= 2 * rounds * 10
    assert decode(Plan, encode(plan), "plan.json") == plan


def test_a_class_that_is_too_long_for_a_job_is_left_to_the_host(league, enter):
    """It stands in no plan; where it is all that was asked for, the answer says what a host can do."""
    assert [one.class_ for one in plan_for(league, enter(), classes=()).classes] == ["laptop-ss", "moon-base-ss"]
    with pytest.raises(InputError, match="laptop-a: takes longer than a workflow's job may; a host plays it"):
        plan_for(league, "line/honest", classes=["laptop-a"])


@needs_bubblewrap
def test_a_match_is_played_by_its_plan(played, audience):
    """The draws are the plan's, the confirmation of a leader too, and the result says where it comes from."""
    match, plan, folder = played
    result, artifacts = planned.judge_planned(match, plan, plan.classes[0], folder, audience)
    assert result.verdict is Verdict.QUALIFIED
    assert [judged.trained.draw_seed for judged in result.rounds] == [seeds.draw for seeds in plan.classes[0].seeds]
    assert (result.source, result.attempt) == (SOURCE, 1)
    assert len(artifacts) == len(result.rounds)


@needs_bubblewrap
def test_a_runner_that_chose_its_draws_is_found_out(played, audience):
    """It may have picked those that its model knows; the entry is not blamed."""
    match, _, folder = played
    other = plan_for(match.league, match.entry.ref)
    with pytest.raises(RefereeFault, match="did not play the draws of the plan"):
        planned.judge_planned(match, other, other.classes[0], folder, audience)


@needs_bubblewrap
def test_a_runner_that_leaves_out_rounds_is_found_out(played, audience):
    """Those of the confirmation, and those that every entry plays."""
    match, plan, folder = played
    rounds = match.game.rules.rounds_in(match.played)
    forge(folder, lambda training: replace(training, rounds=training.rounds[:rounds]))
    with pytest.raises(RefereeFault, match="would lead its board, and the runner played no confirmation"):
        planned.judge_planned(match, plan, plan.classes[0], folder, audience)
    forge(folder, lambda training: replace(training, rounds=training.rounds[:1]))
    with pytest.raises(RefereeFault, match="played 1 rounds, too few"):
        planned.judge_planned(match, plan, plan.classes[0], folder, audience)


@needs_bubblewrap
def test_practice_on_the_runner_is_no_result(played, audience):
    """A runner without a sandbox plays for nothing."""
    match, plan, folder = played
    forge(folder, lambda training: replace(training, practice=True))
    with pytest.raises(RefereeFault, match="played without a sandbox"):
        planned.judge_planned(match, plan, plan.classes[0], folder, audience)


def test_an_entry_that_is_not_the_planned_one_is_found_out(league, enter):
    """Changed between the plan and the training, or a plan of something else."""
    plan = plan_for(league, enter())
    (league.root / "submissions/line/honest/train.py").write_text("print('another')\n")
    with pytest.raises(RefereeFault, match="is not what was planned"):
        planned.match_of(league, plan, "laptop-ss")
