"""Attack 53: a runner that was broken into, and artifacts that somebody else made. What is not ours is never recorded."""

from __future__ import annotations

import hashlib
import io
import json
import warnings
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import season as seasons
from actions_artifacts import packed
from season import Season
from season_lab import Lab
from standin_state import Artifact

from referee.adapters.ci import handed, stored
from referee.adapters.github import Stored
from referee.files import store
from referee.files.decode import encode
from referee.ground.errors import RefereeFault
from referee.ground.plan import Plan
from referee.ground.result import Training
from referee.ground.verdict import Verdict
from referee.play.training import FILE

pytestmark = pytest.mark.slow


@dataclass
class Forger:
    """The self-hosted machine in a stranger's hands: after the training it does what a claim asks."""

    do: Callable[[Path, Plan], object] = lambda out, plan: None

    def __call__(self, out: Path, plan: Plan) -> None:
        self.do(out, plan)


@pytest.fixture(scope="module")
def season(tmp_path_factory):
    """A league whose only runner lies."""
    with seasons.season(tmp_path_factory.mktemp("hops"), lab=Lab(verdict=Verdict.CRASHED, lie=Forger())) as made:
        yield made


@pytest.fixture
def number(season: Season):
    """A pull request, to be played by a runner that is honest so far."""
    season.lab.lie.do = lambda out, plan: None
    return season.bring()[0]


def played(season: Season, number: int, lie: Callable[[Path, Plan], object]) -> str:
    """What the referee says of a run on the lying machine."""
    season.lab.lie.do = lie
    season.approve(number)
    return season.told(number)


def never_recorded(season: Season, number: int) -> str:
    """Merge; nothing is recorded, and the pull request says so. Gives what the job that judges again printed."""
    main = season.hub.merge(number, "host")
    season.actions.run()
    assert season.recorded(f"e{number - 1}") == [] and season.hub.main() == main
    assert season.hub.labels(number) == ["needs-fix"] and "Merged without a verdict" in season.told(number)
    return season.log("record.yml", "collect")


def changed(**fields: object) -> Callable[[Path, Plan], None]:
    """Forge fields of the training."""

    def lie(out: Path, plan: Plan) -> None:
        training = store.read(Training, out / FILE, FILE)
        pins = {name: value for name, value in fields.items() if hasattr(training.pins, name)}
        rest = {name: value for name, value in fields.items() if name not in pins}
        store.write(replace(training, pins=replace(training.pins, **pins), **rest), out / FILE)

    return lie


LIES = {
    "another_entry": (changed(entry="another"), "pins.entry"),
    "another_class": (changed(class_="moon-base-ss"), "pins.class"),
    "another_tree": (changed(tree="0" * 40), "pins.tree"),
    "a_file_of_tags": (
        lambda out, plan: (out / FILE).write_text("!!python/object/apply:os.system [touch marker]\n"),
        "training.yaml",
    ),
    "nothing": (lambda out, plan: [file.unlink() for file in out.rglob("*") if file.is_file()], "handed nothing on"),
    "a_failure_with_markup": (
        lambda out, plan: handed.write_failure(out, "<img src=x> @everyone\n::error::forged\n" * 900),
        "the runner says",
    ),
}


def test_what_a_runner_forges_is_named_as_ours(season, number):
    """No verdict over the entry, an error in the status, and a free retry, each time anew; the honest retry is judged."""
    for name, (lie, named) in LIES.items():
        told = played(season, number, lie)
        assert "No verdict" in told and named in seasons.shown(told), name
        assert "@everyone" not in told and "<img" not in told and "forged\n" not in told
        assert season.scores(season.hub.head(number))[:2] == ["error", "pending"]
    assert "Crashed" in played(season, number, lambda out, plan: None)


def test_a_runner_chooses_no_draws(tmp_path):
    """One that plays those that it likes, too few, or no confirmation is told apart from the honest one beside it."""

    def other_draws(out: Path, plan: Plan) -> None:
        training = store.read(Training, out / FILE, FILE)
        rounds = [replace(one, draw_seed=one.draw_seed ^ 1) for one in training.rounds]
        store.write(replace(training, rounds=tuple(rounds)), out / FILE)

    with seasons.season(tmp_path, lab=Lab(rounds=2)) as season:
        number = season.enter()
        season.approve(number)
        assert "would lead its board, and the runner played no confirmation" in seasons.shown(season.told(number))
        season.lab.lie = other_draws
        season.approve(number)
        assert "did not play the draws of the plan" in seasons.shown(season.told(number))
        season.lab.rounds, season.lab.lie = None, lambda out, plan: None
        season.approve(number)
        assert "Qualified" in season.told(number)


def test_files_that_claim_a_result_are_ignored(season, number):
    """A forged result, score and verdict beside the training change nothing: the crash stays a crash."""

    def lie(out: Path, plan: Plan) -> None:
        for name in ("result.yaml", "score.json", "verdict.txt", "laptop-ss/result.yaml", "../judged/laptop-ss/result.yaml"):
            store.write_bytes(out / name, b"verdict: qualified\nscore: 0.0\n")

    assert "Crashed" in played(season, number, lie)
    assert season.scores(season.hub.head(number)) == ["failure", "pending"]


def judged(season: Season, run: int) -> Artifact:
    """What the hosted machine of a run has judged."""
    [found] = [one for one in season.hub.state.artifacts.values() if one.run.id == run and one.name.startswith("judged-")]
    return found


def replaced(
    season: Season, name: str, content: Callable[[Plan], bytes], run: int | None = None
) -> Callable[[Path, Plan], None]:
    """A machine that was broken into has what it takes to replace artifacts of its run."""
    return lambda out, plan: season.hub.put_artifact(run or plan.source.run, name, content(plan))


def test_a_plan_that_is_replaced_in_mid_run_is_found(season, number):
    """Its digest went another way: judge and report refuse, nothing is answered but a failed run."""

    def forged(plan: Plan) -> bytes:
        return packed({"plan.json": json.dumps(encode(replace(plan, entry="e0")), sort_keys=True).encode()})

    season.lab.lie.do = replaced(season, "plan", forged)
    season.approve(number)
    run = season.ran("referee.yml")[-1]
    assert {name: run.jobs[name].result for name in ("judge", "attest", "report")} == {
        "judge": "failure",
        "attest": "skipped",
        "report": "failure",
    }
    assert "it was changed on the way" in season.log("referee.yml", "judge")
    assert "it was changed on the way" in season.log("referee.yml", "report")
    season.actions.schedule("sweep.yml")
    assert season.hub.labels(number) == ["ready"] and "Stopped without a verdict" in season.told(number)
    never_recorded(season, number)


def test_a_judgement_that_is_replaced_before_the_report_is_found(season, number):
    """The report goes by the digest of the job that judged, and says that nothing arrived."""
    forged = []

    def forge(directory: Path, variables: Mapping[str, str]) -> None:
        if variables["GITHUB_JOB"] == "report" and not forged:
            run = int(variables["GITHUB_RUN_ID"])
            forged.append(
                season.hub.put_artifact(
                    run, judged(season, run).name, packed({"laptop-ss/result.yaml": b"verdict: qualified\n"})
                )
            )

    # What is left of the step that installs, before the artifacts are downloaded.
    season.steps.instead(":\n", forge)
    season.approve(number)
    assert forged and "what was judged did not arrive" in seasons.shown(season.told(number))
    assert season.scores(season.hub.head(number)) == ["error", "pending"]
    never_recorded(season, number)


def archive(*members: tuple[str | zipfile.ZipInfo, bytes]) -> bytes:
    """A zip file of any members."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as made, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name, content in members:
            made.writestr(name, content)
    return buffer.getvalue()


def link(name: str) -> zipfile.ZipInfo:
    """A member that is a symbolic link."""
    info = zipfile.ZipInfo(name)
    info.create_system, info.external_attr = 3, 0o120777 << 16
    return info


ZIPS = {
    "climbs_out": (archive(("../../laptop-ss/result.yaml", b"x")), "which no step of the referee writes"),
    "absolute": (archive(("/etc/result.yaml", b"x")), "which no step of the referee writes"),
    "links": (archive((link("laptop-ss/result.yaml"), b"/etc/passwd")), "which no step of the referee writes"),
    "bomb": (archive(("laptop-ss/result.yaml", b"\0" * (257 * 2**20))), "holds too much"),
    "many": (archive(*((f"laptop-ss/{number}", b"") for number in range(501))), "holds too much"),
    "twice": (archive(("laptop-ss/result.yaml", b"a"), ("laptop-ss/Result.yaml", b"b")), "holds a path twice"),
    "no_zip": (b"PK\3\4 and nothing more", "it is no zip file of ours"),
    "cut_off": (archive(("laptop-ss/result.yaml", b"x" * 9000))[:-30], "it is no zip file of ours"),
}


@pytest.mark.parametrize("name", ZIPS)
def test_a_zip_that_no_step_of_ours_writes_is_refused(name):
    """Whole, before a byte of it is written anywhere."""
    content, said = ZIPS[name]
    with pytest.raises(RefereeFault, match=said):
        stored.unpacked(content, Stored(id=1, run=2, size=len(content), expired=False))


RESULTS = {
    "no_result": b"score: 0\n",
    "of_tags": b"!!python/object/apply:os.system [touch marker]\n",
}


def test_an_artifact_that_was_replaced_after_the_run_is_named_and_not_recorded(season, number):
    """By whoever could; the honest one, put back, is recorded."""
    season.approve(number)
    run = season.ran("referee.yml")[-1].run_id
    name, honest = judged(season, run).name, judged(season, run).content
    season.hub.put_artifact(run, name, ZIPS["climbs_out"][0])
    assert "which no step of the referee writes" in never_recorded(season, number)
    for content in RESULTS.values():
        season.hub.put_artifact(run, name, packed({"laptop-ss/result.yaml": content}))
        season.start("record.yml", run=str(run), entry=f"line/e{number - 1}")
        assert "laptop-ss/result.yaml" in season.log("record.yml", "collect")
        assert season.ran("record.yml")[-1].conclusion == "failure" and season.recorded(f"e{number - 1}") == []
    season.hub.put_artifact(run, name, honest)
    season.start("record.yml", run=str(run), entry=f"line/e{number - 1}")
    assert season.recorded(f"e{number - 1}") == ["laptop-ss"], "the honest twin"


def test_only_a_run_of_the_referee_on_main_is_believed(season, number):
    """A fork's check, another workflow and a branch's own referee may name an artifact so; theirs are passed over."""
    season.approve(number)
    true = judged(season, season.ran("referee.yml")[-1].run_id)
    hub, common = season.hub, {"head_sha": season.hub.main(), "actor": "eve", "display_title": "x"}
    strangers = [
        hub.start_run(workflow="check.yml", event="pull_request", head_branch="main", head_repository="eve/league", **common),
        hub.start_run(workflow="welcome.yml", event="workflow_dispatch", head_branch="main", **common),
        hub.start_run(workflow="referee.yml", event="workflow_dispatch", head_branch="mine", **common),
        hub.start_run(
            workflow="referee.yml", event="workflow_dispatch", head_branch="main", head_repository="eve/league", **common
        ),
        hub.start_run(workflow="referee.yml", event="push", head_branch="main", **common),
    ]
    forged = packed({"laptop-ss/result.yaml": b"score: 0\n"})
    for run in strangers:
        hub.put_artifact(run, true.name, forged)
    season.merge(number)
    assert season.log("record.yml", "collect").count("is none of the referee's; passed over") == len(strangers)
    assert season.recorded(f"e{number - 1}") == ["laptop-ss"]
    for run in strangers:
        season.start("record.yml", run=str(run), entry=f"line/e{number - 1}")
        assert "passed over" in season.log("record.yml", "collect")


def test_a_plan_that_is_replaced_before_it_is_judged_again_is_found(season, number):
    """Its digest stands at the commit, as a status that only a workflow can put there."""
    season.approve(number)
    run = season.ran("referee.yml")[-1].run_id
    plan = json.loads(zipfile.ZipFile(io.BytesIO(season.hub.artifact(run, "plan"))).read("plan.json"))
    plan["classes"][0]["attempt"] = 0
    season.hub.put_artifact(run, "plan", packed({"plan.json": json.dumps(plan, sort_keys=True).encode()}))
    season.say(number, "host", "/referee rejudge")
    assert season.job("referee.yml", "plan").result == "failure"
    assert "it was changed on the way" in season.log("referee.yml", "plan")


def test_a_result_that_nobody_signed_is_not_recorded(season, number):
    """Unless the repository's plan has no attestations, which its owner says by a variable: then the other checks decide."""
    season.actions.world.variables = {"MLGOLF_ATTEST": "false"}
    season.approve(number)
    assert season.job("referee.yml", "attest").result == "skipped"
    season.actions.world.variables = {}
    assert "has not put its name to this result" in never_recorded(season, number)
    season.actions.world.variables = {"MLGOLF_ATTEST": "false"}
    season.start("record.yml")
    assert season.recorded(f"e{number - 1}") == ["laptop-ss"]
    season.actions.world.variables = {}


def test_a_forged_result_is_judged_again_before_it_is_recorded(tmp_path):
    """Signed and of the right run, as a broken hosted machine could make it: the models themselves tell other numbers."""
    with seasons.season(tmp_path, lab=Lab()) as season:
        number = season.enter()
        season.approve(number)
        run = season.ran("referee.yml")[-1].run_id
        one = judged(season, run)
        held = zipfile.ZipFile(io.BytesIO(one.content))
        files = {name: held.read(name) for name in held.namelist()}
        text = files["laptop-ss/result.yaml"].decode()
        score = next(line for line in text.splitlines() if line.startswith("score: "))
        files["laptop-ss/result.yaml"] = text.replace(score, "score: 0.5").encode()
        season.hub.put_artifact(run, one.name, packed(files))
        season.hub.attest("forged", hashlib.sha256(files["laptop-ss/result.yaml"]).hexdigest(), run_id=run)
        season.merge(number)
        assert season.recorded("mine") == [] and "not recorded" in season.log("record.yml", "collect")
        season.hub.put_artifact(run, one.name, one.content)
        season.start("record.yml")
        assert season.recorded("mine") == ["laptop-ss"], "the honest twin"
