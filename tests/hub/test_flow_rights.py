"""The rights of jobs: each that a workflow declares is needed by something that the job does, and none is missing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

import actions_job
import pytest
import season as seasons
import standin_server
import standin_smart_http
from actions_call import Call as ActionCall
from actions_workflow import Workflow
from season import PROJECT, RUNNER, Season
from season_lab import Lab

from referee.ground.verdict import Verdict

pytestmark = pytest.mark.slow

Needed = dict[tuple[str, str], set[tuple[frozenset[str], str]]]
"""of a workflow and a job, what was asked of it: one of some permissions, at a level"""


@pytest.fixture(scope="module")
def needed(tmp_path_factory) -> Needed:
    """What the jobs of a whole season asked for."""
    found: Needed = defaultdict(set)
    with pytest.MonkeyPatch.context() as patch:
        _watch(patch, found)
        with seasons.season(tmp_path_factory.mktemp("rights"), lab=Lab(verdict=Verdict.CRASHED)) as season:
            _all_there_is(season)
    return found


def _watch(patch: pytest.MonkeyPatch, found: Needed) -> None:
    """Note whose token asks for what."""
    whose: dict[str, tuple[str, str]] = {}
    contexts, authorize, refused, need = (
        actions_job.Job._contexts,
        standin_server.authorize,
        standin_smart_http.refused,
        ActionCall.need,
    )

    def noted(self):
        contexts(self)
        whose[str(id(self.world.hub.state.callers[self.token]))] = (self.facts.workflow.file, self.name)

    def authorized(rule, call):
        authorize(rule, call)
        if (job := whose.get(str(id(call.caller)))) and rule.permissions != ("metadata",):
            found[job].add((frozenset(rule.permissions), rule.level))

    def served(state, caller, name, pushing):
        if job := whose.get(str(id(caller))):
            found[job].add((frozenset({"contents"}), "write" if pushing else "read"))
        return refused(state, caller, name, pushing)

    def needing(self, **permissions):
        need(self, **permissions)
        job = whose[str(id(self.hub.state.callers[self.event["token"]]))]
        found[job] |= {(frozenset({name.replace("_", "-")}), level) for name, level in permissions.items()}

    patch.setattr(actions_job.Job, "_contexts", noted)
    patch.setattr(standin_server, "authorize", authorized)
    patch.setattr(standin_smart_http, "refused", served)
    patch.setattr(ActionCall, "need", needing)


def _all_there_is(season: Season) -> None:
    """Everything that jobs can be asked to do, once."""
    faulty = season.enter("faulty", changes={"submissions/line/faulty/train.py": None})
    assert season.hub.labels(faulty) == ["needs-fix"]
    season.approve(faulty)
    number = season.enter("fine")
    season.approve(number)
    season.say(number, "host", "/referee rejudge")
    season.say(number, "host", "/referee help")
    season.merge(number)
    late = season.enter("late")
    season.merge(late)
    season.start("rejudge.yml", competition="line", entry="late")
    lost = season.enter("lost")
    season.actions.world.runners = {}
    season.approve(lost)
    run = season.ran("referee.yml")[-1].run_id
    del season.actions.waiting[run]
    season.hub.set_run(run, conclusion="failure")
    season.actions.schedule("sweep.yml")
    season.approve(lost)
    season.say(lost, "host", "/referee cancel")
    season.actions.world.runners = dict(RUNNER)
    assert season.recorded("fine") == season.recorded("late") == ["laptop-ss"]


def declared() -> Iterator[tuple[str, str, str, str]]:
    """Workflow, job, permission and level of every right of the league's workflows."""
    for path in sorted((PROJECT / ".github/workflows").glob("*.yml")):
        workflow = Workflow.read(path.name, path.read_bytes(), "0" * 40)
        for job in workflow.jobs if path.name != "ci.yml" else ():
            yield from ((path.name, job, name, level) for name, level in workflow.permissions(job, fork=False).items())


EITHER = "command.yml: command: pull-requests: write"
"""GitHub's list lets a job that may write issues comment on and label pull requests too; it was never tried without this"""


def test_no_right_is_superfluous(needed):
    """Without it, something that the job does would be refused."""
    rights = set(declared())
    idle = []
    for workflow, job, name, level in rights:
        others = {(one, how) for file, of, one, how in rights if (file, of) == (workflow, job) and one != name}
        lower = {"read": set(), "write": {(name, "read")}}[level]
        if all(_granted(others | lower, asked, how) for asked, how in needed[workflow, job]):
            idle.append(f"{workflow}: {job}: {name}: {level}")
    assert idle == [EITHER]


def _granted(rights: set[tuple[str, str]], asked: frozenset[str], level: str) -> bool:
    enough = ("read", "write") if level == "read" else ("write",)
    return not asked or any(name in asked and how in enough for name, how in rights)


def test_no_right_is_missing(needed):
    """What the jobs did, they were allowed; the machine that trains has no right at all, and reads what everybody may."""
    rights = set(declared())
    for (workflow, job), asked in needed.items():
        held = {(one, how) for file, of, one, how in rights if (file, of) == (workflow, job)}
        held |= {("contents", "read")} if job == "train" else set()
        assert all(_granted(held, *one) for one in asked), (workflow, job)
    assert not [one for one in rights if one[:2] == ("referee.yml", "train")]


TAKEN = {
    "plan": "statuses: write # the plan's digest",
    "report": "statuses: write # the verdict",
    "judge": "actions: read # an earlier run's training",
}


def test_a_right_that_is_taken_away_is_missed(tmp_path):
    """The follower refuses what a job may not do, and the job says which right to look at."""
    with seasons.season(tmp_path, lab=Lab(verdict=Verdict.CRASHED)) as season:
        number, _ = season.bring()
        text = (PROJECT / ".github/workflows/referee.yml").read_text()
        for job, line in TAKEN.items():
            assert line in text
            season.hub.commit("host", {".github/workflows/referee.yml": text.replace(line, "")})
            season.hub.events.clear()
            season.approve(number)
            assert season.job("referee.yml", job).result == "failure", job
            assert "403" in season.log("referee.yml", job) or "Resource not accessible" in season.log("referee.yml", job)
