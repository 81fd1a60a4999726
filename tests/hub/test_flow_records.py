"""From the merge to the board: what is recorded, what is not, and who is told."""

from __future__ import annotations

import pytest
import season as seasons
import standin_smart_http
from season import PROJECT, RUNNER, Season
from season_lab import Lab

from referee.ground.verdict import Verdict

pytestmark = pytest.mark.slow

LAB = Lab(verdict=Verdict.CRASHED)
RULES = "competitions/line/competition.yaml"


@pytest.fixture(scope="module")
def season(tmp_path_factory):
    """A league whose claims each have an entry of their own."""
    with seasons.season(tmp_path_factory.mktemp("records"), lab=LAB) as made:
        yield made


@pytest.fixture
def entry(season: Season):
    """A pull request and the name of its entry, judged and ready to be merged."""
    season.lab.verdict, season.actions.world.runners = Verdict.CRASHED, dict(RUNNER)
    number, name = season.bring()
    season.approve(number)
    assert season.state(number)[0] == ["judged"]
    return number, name


@pytest.mark.parametrize("method", ["squash", "merge", "rebase"])
def test_every_way_to_merge_is_recorded(season, entry, method):
    """The tree of the entry's folder survives them all; who merged twice in a row loses nothing."""
    number, name = entry
    season.push(number, {}) if method == "rebase" else None
    ran = season.merge(number, method)
    assert "record.yml" in {one.workflow for one in ran} and season.recorded(name) == ["laptop-ss"]


def test_two_merges_at_once_are_both_recorded(season, entry):
    """Whichever run comes first records what it finds, the other the rest or nothing."""
    number, name = entry
    other, second = season.bring()
    season.approve(other)
    season.hub.merge(number, "host")
    season.hub.merge(other, "host")
    ran = [one for one in season.actions.run() if one.workflow == "record.yml"]
    assert [one.conclusion for one in ran] == ["success", "success"]
    assert season.recorded(name) == season.recorded(second) == ["laptop-ss"]
    assert season.hub.labels(number) == season.hub.labels(other) == ["judged"]


def test_what_does_not_qualify_is_recorded_as_such(season):
    """A model that does not fit has its numbers and no score; the comment says so."""
    season.lab.verdict, season.lab.margin = None, 1.0
    number, name = season.bring()
    season.approve(number)
    season.merge(number)
    season.lab.margin = 10.0
    result = season.file(f"submissions/line/{name}/results/laptop-ss.yaml")
    assert "verdict: did-not-fit" in result and "\nscore: null" in result
    assert "Did not fit" in season.told(number) and season.scores(season.hub.head(number))[0] == "failure"


def test_a_class_whose_runner_is_away_waits_for_it(season):
    """The other one is trained meanwhile; both are answered and recorded together, each in its row."""
    number, name = season.bring(classes="laptop-ss, moon-base-ss")
    season.lab.verdict, played = Verdict.CRASHED, season.lab.played
    season.approve(number)
    parts = {job.matrix["class"]: job.result for job in season.ran("referee.yml")[-1].spread("train")}
    assert parts == {"laptop-ss": "success", "moon-base-ss": "queued"} and season.lab.played == played + 1
    assert season.state(number) == (["in-play"], ["pending"])
    season.actions.world.runners = {**RUNNER, "moon-1": ("self-hosted", "moon")}
    season.actions.run()
    assert season.lab.played == played + 2 and season.state(number) == (["judged"], ["failure", "pending"])
    season.merge(number)
    season.actions.world.runners = dict(RUNNER)
    assert season.recorded(name) == ["laptop-ss", "moon-base-ss"]
    assert "of 2 classes" in season.told(number)


def test_a_class_whose_job_failed_leaves_the_other_ones_result(season):
    """That one is signed and recorded; the one that was lost is ours, and free to be played again."""
    number, name = season.bring(classes="laptop-ss, moon-base-ss")
    season.actions.world.runners = {**RUNNER, "moon-1": ("self-hosted", "moon")}

    def lost(directory, variables):
        return seasons.Finished(1, "", "the machine is gone\n") if variables["CLASS"] == "moon-base-ss" else None

    season.steps.waiting.insert(0, type(season.steps.waiting[0])("referee ci train", lost, 2))
    season.approve(number)
    season.actions.world.runners = dict(RUNNER)
    assert season.scores(season.hub.head(number)) == ["error", "pending"]
    assert "the runner handed nothing on; its job ended with failure" in seasons.shown(season.told(number))
    season.merge(number)
    assert season.recorded(name) == ["laptop-ss"] and season.hub.labels(number) == ["judged"]


def test_a_merge_that_nobody_judged_is_said_and_can_be_played_later(season):
    """On the pull request, with what to press; what is played then is the entry as it stands."""
    number, name = season.bring()
    season.merge(number)
    assert season.recorded(name) == [] and season.hub.labels(number) == ["needs-fix"]
    assert "Merged without a verdict" in season.told(number) and f"line/{name}" in seasons.shown(season.told(number))
    [run] = [one for one in season.start("rejudge.yml", competition="line", entry=name) if one.workflow == "referee.yml"]
    assert run.title == f"line/{name} @{run_commit(season, run.run_id)} #"
    assert season.recorded(name) == ["laptop-ss"]


def run_commit(season: Season, run: int) -> str:
    """The commit of main that a run began with."""
    return season.hub.runs[run].head_sha


def test_an_entry_that_is_edited_at_the_merge_is_not_recorded(season, entry):
    """It is not what was judged, though it is nearly the same."""
    number, name = entry
    season.push(number, {f"submissions/line/{name}/notes.md": "By the host.\n"})
    season.merge(number)
    assert season.recorded(name) == [] and "Merged without a verdict" in season.told(number)
    assert season.hub.labels(number) == ["needs-fix"]


def test_rules_that_changed_since_the_verdict_ask_for_another(season, entry):
    """Nothing is recorded, the run fails and says why, and so does the pull request."""
    number, name = entry
    before = (PROJECT / "tests/league" / RULES).read_text()
    season.hub.commit("host", {RULES: before.replace("at_most: 1.0e-3", "at_most: 1.0e-4")})
    season.merge(number)
    season.hub.commit("host", {RULES: before})
    season.hub.events.clear()
    assert season.recorded(name) == [] and "Merged without a verdict" in season.told(number)
    assert season.ran("record.yml")[-1].conclusion == "failure"
    assert f"line/{name} in laptop-ss: not recorded:" in season.log("record.yml", "record")


def pushed_first(season: Season, times: int) -> pytest.MonkeyPatch:
    """Have somebody else push to main right before the referee does, some times."""
    patch, truth, left = pytest.MonkeyPatch(), standin_smart_http.backend_environment, [times]

    def environment(state, caller, method, path, query, headers, body):
        if left[0] and path.endswith("/info/refs") and "receive-pack" in query:
            left[0] -= 1
            season.hub.commit("host", {f"note-{left[0]}.md": f"{season.hub.main()}\n"})
        return truth(state, caller, method, path, query, headers, body)

    patch.setattr(standin_smart_http, "backend_environment", environment)
    return patch


def test_who_pushes_at_the_same_moment_loses_nothing(season, entry):
    """The result is written anew on top of what the other one pushed."""
    number, name = entry
    patch = pushed_first(season, 2)
    season.merge(number)
    patch.undo()
    assert season.recorded(name) == ["laptop-ss"] and {"note-0.md", "note-1.md"} <= set(
        season.files("note-0.md") + season.files("note-1.md")
    )
    assert season.hub.labels(number) == ["judged"]


def test_a_branch_that_never_rests_is_told_and_the_job_run_again(season, entry):
    """After some tries the job fails; nothing is lost."""
    number, name = entry
    patch = pushed_first(season, 5)
    season.merge(number)
    patch.undo()
    run = next(one for one in season.ran("record.yml")[::-1] if one.conclusion == "failure")
    assert "main moved 5 times while a result was recorded; run the job again" in run.jobs["record"].steps[-1].stderr
    season.actions.rerun(run.run_id, failed=True)
    season.actions.run()
    assert season.recorded(name) == ["laptop-ss"]


def test_a_protected_branch_asks_for_a_deploy_key(season, entry):
    """The refusal names the setting that is missing; once it is mended, the job that is run again records."""
    number, name = entry
    season.hub.protect("main")
    season.merge(number)
    run = season.ran("record.yml")[-1]
    assert (
        "where main is protected, give the environment `record` a deploy key as MLGOLF_RECORD_KEY"
        in run.jobs["record"].steps[-1].stderr
    )
    assert season.recorded(name) == []
    (season.hub.git / "protected").unlink()
    season.actions.rerun(run.run_id, failed=True)
    season.actions.run()
    assert season.recorded(name) == ["laptop-ss"] and season.hub.labels(number) == ["judged"]


def test_a_record_that_is_made_twice_is_the_same(season, entry):
    """By another run of the job, or asked for by hand: no commit comes of it."""
    number, name = entry
    season.merge(number)
    main, run = season.hub.main(), season.ran("referee.yml")[-1].run_id
    season.actions.rerun(season.ran("record.yml")[-1].run_id)
    season.actions.run()
    season.start("record.yml", run=str(run), entry=f"line/{name}")
    season.start("record.yml")
    assert {one.conclusion for one in season.ran("record.yml")[-3:]} == {"success"} and season.hub.main() == main


def test_a_class_is_played_again_by_a_button(season, entry):
    """Its entries anew, as a further attempt that takes the place of the first; what nobody plays is an error."""
    number, name = entry
    season.merge(number)
    season.start("rejudge.yml", competition="line", entry=name, **{"class": "laptop-ss"})
    assert "\nattempt: 2\n" in season.file(f"submissions/line/{name}/results/laptop-ss.yaml")
    season.start("rejudge.yml", competition="line", entry=name, **{"class": "moon-base-ss"})
    assert season.ran("rejudge.yml")[-1].conclusion == "failure"
    assert "no entry plays that" in season.log("rejudge.yml", "rejudge")
