"""Attack 50: what is pushed, closed or merged after the approval. The approved commit is judged, or nothing is."""

from __future__ import annotations

import pytest
import season as seasons
import standin_pulls
from season import RUNNER, Season
from season_lab import Lab

from referee.ground.verdict import Verdict

LAB = Lab(verdict=Verdict.CRASHED)
PLAN, TRAIN, REPORT = "referee ci plan", "referee ci train", "referee ci report"


@pytest.fixture(scope="module")
def season(tmp_path_factory):
    """A league whose claims each have a pull request of their own."""
    with seasons.season(tmp_path_factory.mktemp("pushes"), lab=LAB) as made:
        yield made


@pytest.fixture
def number(season: Season):
    """A pull request that is to be played."""
    return season.bring()[0]


def another(number: int) -> dict[str, str]:
    """What a contestant would rather have played."""
    return {f"submissions/line/e{number - 1}/train.py": "print('never read by a maintainer')\n"}


@pytest.mark.parametrize("force", [False, True])
def test_a_push_before_the_plan_leaves_nothing_to_play(season, number, force):
    """The approval is of a commit that is the head no more; the new head has the comment of its own check."""
    approved, played = season.hub.head(number), season.lab.played
    season.steps.before(PLAN, lambda: season.hub.push(number, another(number) if not force else _whole(number), force=force))
    season.approve(number)
    assert (season.lab.played, season.scores(approved)) == (played, ["error", "pending"])
    assert season.hub.head(number) != approved
    assert season.state(number) == (["ready"], []) and f"/referee run {season.hub.head(number)}\n" in season.told(number)


def _whole(number: int) -> dict[str, str]:
    return {**seasons.entry_files(f"e{number - 1}"), **another(number)}


@pytest.mark.parametrize("step", [TRAIN, REPORT])
def test_a_push_after_the_plan_changes_nothing_of_what_is_played(season, number, step):
    """The plan holds the approved files; its verdict is a status of that commit, and the new head keeps its own comment."""
    approved = season.hub.head(number)
    tree = season.hub.state.repository.git("rev-parse", f"{approved}:submissions/line/e{number - 1}")
    season.steps.before(step, lambda: season.hub.push(number, another(number)))
    season.approve(number)
    assert season.scores(approved) == ["failure", "pending"]
    run = season.ran("referee.yml")[-1]
    assert season.hub.artifact(run.run_id, f"judged-{tree}") is not None
    assert season.state(number) == (["ready"], []) and f"/referee run {season.hub.head(number)}\n" in season.told(number)
    assert season.ran("welcome.yml")[-1].conclusion == "success"


def test_a_push_while_it_waits_for_a_runner_brings_a_comment_at_once(season, number):
    """Whoever pushes needn't wait for the run; only then is the new head approved."""
    season.actions.world.runners = {}
    season.approve(number)
    head = season.push(number, another(number))
    assert season.state(number) == (["ready"], []) and f"/referee run {head}\n" in season.told(number)
    season.approve(number)
    assert "A run is on its way already" in season.answers(number)[0]
    season.say(number, "host", "/referee cancel")
    assert season.state(number) == (["ready"], []) and f"/referee run {head}\n" in season.told(number)
    season.actions.world.runners = dict(RUNNER)
    season.approve(number)
    assert season.state(number) == (["judged"], ["failure", "pending"])


def test_a_push_while_the_plan_reads_is_found(season, number):
    """Between the list of the API and what Git fetched the head has moved: nothing is played."""
    approved, played, truth, pushed = season.hub.head(number), season.lab.played, standin_pulls.changed_file, []

    def changed_file(call, file, at):
        if not pushed and any(ran.conclusion is None for ran in season.ran("referee.yml")):
            pushed.append(season.hub.push(number, another(number)))
        return truth(call, file, at)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(standin_pulls, "changed_file", changed_file)
        season.approve(number)
    assert pushed, "the attack did not run"
    assert (season.lab.played, season.scores(approved)) == (played, ["error", "pending"])
    assert "something was pushed while the pull request was read" in season.log("referee.yml", "plan")


def test_a_pull_request_that_is_closed_before_the_plan_is_answered(season, number):
    """Nothing is played, the label says so."""
    played = season.lab.played
    season.steps.before(PLAN, lambda: season.hub.close(number, "gauss"))
    season.approve(number)
    assert (season.lab.played, season.state(number)) == (played, (["ready"], ["error", "pending"]))
    assert "Stopped without a verdict" in season.told(number)


def test_what_is_merged_while_it_plays_is_recorded_by_its_own_run(season, number):
    """The merge finds nothing yet and says nothing; the report has it recorded."""
    season.steps.before(TRAIN, lambda: season.hub.merge(number, "host"))
    season.approve(number)
    assert season.recorded(f"e{number - 1}") == ["laptop-ss"]
    assert season.hub.labels(number) == ["judged"] and "would be" not in season.told(number)
    assert [ran.event for ran in season.ran("record.yml")[-2:]] == ["push", "workflow_dispatch"]


def test_what_is_merged_before_the_plan_is_said_to_stand_unjudged(season, number):
    """The approval came too late; a maintainer's button has it judged all the same."""
    played = season.lab.played
    season.steps.before(PLAN, lambda: season.hub.merge(number, "host"))
    season.approve(number)
    assert (season.lab.played, season.recorded(f"e{number - 1}")) == (played, [])
    assert season.hub.labels(number) == ["needs-fix"] and "Merged without a verdict" in season.told(number)
    season.start("rejudge.yml", competition="line", entry=f"e{number - 1}")
    assert season.recorded(f"e{number - 1}") == ["laptop-ss"]


def test_a_run_that_is_run_again_after_the_merge_leaves_the_verdict_alone(season, number):
    """There is nothing to approve any more, and what was said stands."""
    season.approve(number)
    run = season.ran("referee.yml")[-1]
    season.merge(number)
    before = season.state(number), season.told(number), season.hub.main()
    season.actions.rerun(run.run_id)
    season.actions.run()
    assert run.jobs["plan"].result == "failure"
    assert (season.state(number), season.told(number), season.hub.main()) == before
