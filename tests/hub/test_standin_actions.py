"""The Actions side of the stand-in's API: dispatches, runs, jobs, artifacts, runners, attestations."""

from __future__ import annotations

import base64
import datetime
import io
import json
import zipfile

import github
import pytest
import requests
from github.GithubException import UnknownObjectException
from standin import BOT, GitHub
from standin_clients import client, repository

REFEREE = """
name: Referee
on:
  workflow_dispatch:
    inputs:
      number: {required: true}
      rounds: {type: number, default: 3}
      kind: {type: choice, options: [first, again], default: first}
      detached: {type: boolean, default: false}
"""
CHECK = "name: Check\non: pull_request\n"
GIVEN = {"workflow": "referee.yml", "event": "workflow_dispatch", "display_title": "Judge #1", "head_branch": "main"}


@pytest.fixture
def hub(tmp_path):
    """A league with two workflows and one pull request."""
    folder = tmp_path / "files/.github/workflows"
    folder.mkdir(parents=True)
    (folder / "referee.yml").write_text(REFEREE)
    (folder / "check.yml").write_text(CHECK)
    with GitHub(tmp_path / "hub", files=tmp_path / "files") as hub:
        hub.add_user("mia", "write")
        hub.open_pull_request("bob", "straight", {"a.py": "a"})
        hub.events.clear()
        yield hub
        assert hub.violations == []


@pytest.fixture
def repo(hub):
    """The repository, for a job that may start workflows."""
    with repository(hub, hub.token({"actions": "write", "attestations": "read"})) as repo:
        yield repo


def start(hub: GitHub, **given: object) -> int:
    """A run of the referee's workflow."""
    return hub.start_run(**{**GIVEN, "head_sha": hub.main(), "actor": "mia", **given})


def zipped(**files: str) -> bytes:
    """A zip of some files."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return held.getvalue()


def test_a_dispatch_by_a_job_is_an_event_with_its_inputs_as_text(hub, repo):
    """With the defaults of what was left out."""
    workflow = repo.get_workflow("referee.yml")
    assert (workflow.name, workflow.path) == ("Referee", ".github/workflows/referee.yml")
    assert workflow.create_dispatch("main", {"number": "1", "detached": True, "rounds": 4}, throw=True)
    event = hub.events.pop()
    assert (event.name, event.actor, event.ref, event.sha) == ("workflow_dispatch", BOT, "refs/heads/main", hub.main())
    assert event.payload["inputs"] == {"number": "1", "rounds": "4", "kind": "first", "detached": "true"}
    assert event.payload["workflow"] == ".github/workflows/referee.yml"
    assert event.run_id is None


@pytest.mark.parametrize(
    ("file", "ref", "inputs", "told"),
    [
        ("referee.yml", "main", {}, "Required input 'number' not provided"),
        ("referee.yml", "main", {"number": ""}, "Required input 'number' not provided"),
        ("referee.yml", "main", {"number": "1", "nubmer": "1"}, "Unexpected inputs provided"),
        ("referee.yml", "main", {"number": "1", "rounds": "three"}, "'rounds' is not a valid number"),
        ("referee.yml", "main", {"number": "1", "kind": "third"}, "'kind' is not a valid choice"),
        ("referee.yml", "main", {"number": "1", "detached": "yes"}, "'detached' is not a valid boolean"),
        ("referee.yml", "main", {"number": "1" * 65536}, "inputs are too large"),
        ("referee.yml", "dev", {"number": "1"}, "No ref found for: dev"),
        ("check.yml", "main", {}, "does not have 'workflow_dispatch' trigger"),
    ],
)
def test_a_dispatch_that_the_workflow_does_not_declare_is_refused(hub, repo, file, ref, inputs, told):
    """With 422, and without an event."""
    with pytest.raises(github.GithubException, match=told) as refused:
        repo.get_workflow(file).create_dispatch(ref, inputs, throw=True)
    assert (refused.value.status, len(hub.events)) == (422, 0)


def test_a_workflow_that_main_lacks_is_not_found(repo):
    """Whatever a pull request adds."""
    with pytest.raises(UnknownObjectException):
        repo.get_workflow("evil.yml")


def test_a_dispatch_may_ask_for_its_run(hub, repo):
    """The run waits in the list until who follows the workflows takes it over."""
    run = repo.get_workflow("referee.yml").create_dispatch("main", {"number": "1"}, throw=True, return_run_details=True)
    event = hub.events.pop()
    assert event.run_id == run.id
    assert (repo.get_workflow_run(run.id).status, repo.get_workflow_run(run.id).event) == ("queued", "workflow_dispatch")
    assert start(hub, run_id=event.run_id) == run.id
    assert repo.get_workflow_run(run.id).status == "in_progress"


def test_runs_are_found_by_workflow_status_event_branch_actor_and_day(hub, repo):
    """Newest first."""
    first, second = start(hub), start(hub, status="queued", actor=BOT)
    third = start(hub, workflow="check.yml", event="pull_request", head_branch="straight", actor="bob", head_sha=hub.head(1))
    hub.set_run(first, conclusion="success")
    of = lambda **query: [run.id for run in repo.get_workflow("referee.yml").get_runs(**query)]  # noqa: E731
    everywhere = lambda **query: [run.id for run in repo.get_workflow_runs(**query)]  # noqa: E731
    assert everywhere() == [third, second, first]
    assert of() == [second, first]
    assert of(status="success") == of(status="completed") == [first]
    assert of(status="queued") == [second]
    assert everywhere(event="pull_request") == everywhere(branch="straight") == everywhere(head_sha=hub.head(1)) == [third]
    with client(hub, None) as made:
        assert [run.id for run in repo.get_workflow_runs(actor=made.get_user("bob"))] == [third]
    today = datetime.datetime.now(datetime.UTC).date()
    assert of(created=f">={today - datetime.timedelta(days=1)}") == [second, first]
    assert of(created=f"<{today - datetime.timedelta(days=1)}") == []
    assert of(created=f"{today - datetime.timedelta(days=1)}..*") == [second, first]


def test_a_run_names_what_started_it(hub, repo):
    """Its number counts the runs of its workflow."""
    start(hub)
    run = repo.get_workflow_run(start(hub, pull_requests=(1,)))
    assert (run.display_title, run.run_number, run.run_attempt, run.event) == ("Judge #1", 2, 1, "workflow_dispatch")
    assert (run.name, run.path, run.head_sha) == ("Referee", ".github/workflows/referee.yml", hub.main())
    assert (run.actor.login, run.head_repository.full_name, run.conclusion) == ("mia", "golf/league", None)
    assert [pull.number for pull in run.pull_requests] == [1]
    assert repo.get_workflow_runs(exclude_pull_requests=True)[0].pull_requests == []
    hub.set_run(run.id, conclusion="failure")
    hub.set_run(run.id, attempt=2)
    assert (repo.get_workflow_run(run.id).run_attempt, repo.get_workflow_run(run.id).status) == (2, "in_progress")


def test_a_run_is_cancelled_until_it_is_completed(hub, repo):
    """Who follows the workflows sees that it was asked for; afterwards it is a conflict."""
    number = start(hub)
    assert not hub.cancelled(number)
    assert repo.get_workflow_run(number).cancel()
    assert hub.cancelled(number)
    hub.set_run(number, conclusion="cancelled")
    assert not repo.get_workflow_run(number).cancel()
    assert hub.requests[-1].status == 409


def test_jobs_are_listed_with_their_labels(hub, repo):
    """One that changes stays one."""
    number = start(hub)
    hub.set_job(number, "train", status="queued", labels=("self-hosted", "laptop"))
    hub.set_job(number, "train", status="completed", conclusion="success", labels=("self-hosted", "laptop"))
    (job,) = repo.get_workflow_run(number).jobs()
    assert (job.name, job.status, job.conclusion) == ("train", "completed", "success")
    assert job.raw_data["labels"] == ["self-hosted", "laptop"]


def test_a_run_that_ends_is_an_event_for_workflows_that_wait_for_it(hub):
    """Of a fork's pull request, without the number: GitHub leaves the list empty there."""
    number = start(hub, workflow="check.yml", event="pull_request", head_sha=hub.head(1), head_repository="bob/league")
    hub.set_run(number, conclusion="success")
    event = hub.completed(number)
    run = event.payload["workflow_run"]
    assert (event.name, event.action, event.ref, event.sha) == ("workflow_run", "completed", "refs/heads/main", hub.main())
    assert (run["id"], run["conclusion"], run["head_sha"], run["pull_requests"]) == (number, "success", hub.head(1), [])
    assert (run["head_repository"]["full_name"], event.payload["workflow"]["name"]) == ("bob/league", "Check")


def test_an_artifact_is_found_by_name_and_fetched_once_by_a_ticket(hub, repo):
    """The API answers with the address of another place, which knows no token."""
    number, content = start(hub), zipped(score="27.8")
    made = hub.put_artifact(number, "judged", content)
    hub.put_artifact(start(hub), "other", zipped())
    (artifact,) = repo.get_artifacts(name="judged")
    assert (artifact.id, artifact.size_in_bytes, artifact.workflow_run.id) == (made, len(content), number)
    assert [one.name for one in repo.get_workflow_run(number).get_artifacts()] == ["judged"]
    assert repo.get_artifact(made).expired is False
    assert hub.artifact(number, "judged") == content
    bearer = {"Authorization": f"Bearer {hub.token({'actions': 'read'})}"}
    way = requests.get(artifact.archive_download_url, headers=bearer, allow_redirects=False, timeout=9)
    assert way.status_code == 302
    assert requests.get(artifact.archive_download_url, headers=bearer, timeout=9).content == content
    assert requests.get(way.headers["Location"], timeout=9).content == content
    assert requests.get(way.headers["Location"], timeout=9).status_code == 403


def test_the_blob_store_is_shown_no_token(hub):
    """Who sends one along has given it away: that is a violation, and the store wants none."""
    made, bearer = (
        hub.put_artifact(start(hub), "judged", zipped()),
        {"Authorization": f"Bearer {hub.token({'actions': 'read'})}"},
    )
    address = f"{hub.api_url}/repos/golf/league/actions/artifacts/{made}/zip"
    way = requests.get(address, headers=bearer, allow_redirects=False, timeout=9)
    assert requests.get(way.headers["Location"], headers=bearer, timeout=9).status_code == 400
    assert "a token was shown" in hub.violations.pop()


def test_an_artifact_is_replaced_and_expires(hub, repo):
    """One of each name in a run; an expired one is gone."""
    number = start(hub)
    first = hub.put_artifact(number, "judged", zipped(score="1"))
    second = hub.put_artifact(number, "judged", zipped(score="2"))
    assert [one.id for one in repo.get_artifacts()] == [second]
    with pytest.raises(UnknownObjectException):
        repo.get_artifact(first)
    hub.expire_artifact(number, "judged")
    assert repo.get_artifact(second).expired
    assert hub.artifact(number, "judged") is None
    bearer = {"Authorization": f"Bearer {hub.token({'actions': 'read'})}"}
    address = repo.get_artifact(second).archive_download_url
    assert requests.get(address, headers=bearer, allow_redirects=False, timeout=9).status_code == 410


def test_an_artifact_is_given_to_nobody_without_the_permission(hub):
    """Though it is listed to anyone on a public repository."""
    made = hub.put_artifact(start(hub), "judged", zipped())
    address = f"{hub.api_url}/repos/golf/league/actions/artifacts/{made}/zip"
    assert requests.get(address, timeout=9).status_code == 401
    bearer = {"Authorization": f"Bearer {hub.token({'contents': 'write'})}"}
    assert requests.get(address, headers=bearer, timeout=9).status_code == 403


def test_runners_are_registered_by_administrators_only(hub):
    """No token of a job can."""
    given = {"name": "lap", "runner_group_id": 1, "labels": ["laptop"], "work_folder": "_work"}
    address = f"{hub.api_url}/repos/golf/league/actions/runners"
    for token, status in ((hub.token({"actions": "write"}), 403), (hub.user_token("mia"), 403), (hub.user_token("golf"), 201)):
        bearer = {"Authorization": f"Bearer {token}"}
        assert requests.post(f"{address}/registration-token", headers=bearer, timeout=9).status_code == status
        answer = requests.post(f"{address}/generate-jitconfig", json=given, headers=bearer, timeout=9)
        assert answer.status_code == status
    assert [label["name"] for label in answer.json()["runner"]["labels"]] == ["laptop"]


def test_an_attestation_states_who_built_what(hub, repo):
    """Subject, digest, workflow and run, as in SLSA provenance; 404 for what nobody attested."""
    number = start(hub)
    hub.attest("result.zip", "ab" * 32, run_id=number)
    _, told = repo._requester.requestJsonAndCheck("GET", f"{repo.url}/attestations/sha256:{'ab' * 32}")
    (one,) = told["attestations"]
    statement = json.loads(base64.b64decode(one["bundle"]["dsseEnvelope"]["payload"]))
    assert statement["subject"] == [{"name": "result.zip", "digest": {"sha256": "ab" * 32}}]
    built = statement["predicate"]["buildDefinition"]["externalParameters"]["workflow"]
    assert built["path"] == ".github/workflows/referee.yml"
    assert statement["predicate"]["runDetails"]["metadata"]["invocationId"].endswith(f"/runs/{number}/attempts/1")
    with pytest.raises(UnknownObjectException):
        repo._requester.requestJsonAndCheck("GET", f"{repo.url}/attestations/sha256:{'cd' * 32}")
