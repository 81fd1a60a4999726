"""Operations on workflows, their runs and jobs, artifacts, runners and attestations."""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import Callable, Iterable
from datetime import timedelta

import standin_run_shapes as run_shapes
import standin_shapes as shapes
from standin_call import NOT_FOUND, Answer, Call, Refused, operation
from standin_run_shapes import FOLDER
from standin_state import Artifact, Run, now

ACTIONS = "/repos/{owner}/{repo}/actions"
RUN = f"{ACTIONS}/runs/{{run_id}}"


@operation(f"GET {ACTIONS}/workflows/{{workflow_id}}", "actions: read")
def get_workflow(call: Call) -> Answer:
    return Answer(200, run_shapes.workflow(call.state, existing_workflow(call)))


@operation(f"GET {ACTIONS}/workflows/{{workflow_id}}/runs", "actions: read")
def list_runs_of(call: Call) -> Answer:
    path = existing_workflow(call)
    return page_of_runs(call, [one for one in call.state.runs.values() if one.workflow == path])


@operation(f"GET {ACTIONS}/runs", "actions: read")
def list_runs(call: Call) -> Answer:
    return page_of_runs(call, call.state.runs.values())


@operation(f"GET {RUN}", "actions: read")
def get_run(call: Call) -> Answer:
    less: shapes.Shape = {"pull_requests": []} if call.given("exclude_pull_requests") in ("true", "1") else {}
    return Answer(200, run_shapes.run(call.state, existing_run(call)) | less)


@operation(f"POST {RUN}/cancel", "actions: write", role="write")
def cancel_run(call: Call) -> Answer:
    one = existing_run(call)
    if one.status == "completed":
        raise Refused(409, "Cannot cancel a workflow run that is completed.")
    one.cancel_requested = True
    return Answer(202, {})


@operation(f"GET {RUN}/jobs", "actions: read")
def list_jobs(call: Call) -> Answer:
    call.given("filter")
    one = existing_run(call)
    return call.page(one.jobs, lambda job: run_shapes.job(call.state, one, job), "jobs")


@operation(f"GET {ACTIONS}/jobs/{{job_id}}", "actions: read")
def get_job(call: Call) -> Answer:
    for run in call.state.runs.values():
        for job in run.jobs:
            if job.id == int(call.path["job_id"]):
                return Answer(200, run_shapes.job(call.state, run, job))
    raise Refused(404, NOT_FOUND)


@operation(f"GET {RUN}/artifacts", "actions: read")
def list_artifacts_of(call: Call) -> Answer:
    one = existing_run(call)
    return page_of_artifacts(call, lambda artifact: artifact.run is one)


@operation(f"GET {ACTIONS}/artifacts", "actions: read")
def list_artifacts(call: Call) -> Answer:
    return page_of_artifacts(call, lambda _: True)


@operation(f"GET {ACTIONS}/artifacts/{{artifact_id}}", "actions: read")
def get_artifact(call: Call) -> Answer:
    return Answer(200, run_shapes.artifact(call.state, existing_artifact(call)))


@operation(f"GET {ACTIONS}/artifacts/{{artifact_id}}/{{archive_format}}", "actions: read", signed=True)
def download_artifact(call: Call) -> Answer:
    """The way to the blob store, which is another host on GitHub and wants no token; it serves once."""
    one = existing_artifact(call)
    if one.expired:
        raise Refused(410, "Artifact has expired")
    if call.path["archive_format"] != "zip":
        raise Refused(404, NOT_FOUND)
    ticket = secrets.token_hex(16)
    call.state.tickets[ticket] = one.content
    return Answer(302, None, {"Location": f"{call.state.blob_url}/blobs/{ticket}.zip"})


@operation(f"POST {ACTIONS}/runners/registration-token", "administration: write", role="admin")
def create_registration_token(call: Call) -> Answer:
    return Answer(201, {"token": secrets.token_hex(14).upper(), "expires_at": shapes.time(now() + timedelta(hours=1))})


@operation(f"POST {ACTIONS}/runners/generate-jitconfig", "administration: write", role="admin")
def create_jitconfig(call: Call) -> Answer:
    number, group = next(call.state.ids), call.given("runner_group_id")
    named = {"name": call.given("name"), "id": number}
    labels = [{"id": number + place, "name": name, "type": "custom"} for place, name in enumerate(call.given("labels"))]
    runner = {**named, "os": "linux", "status": "offline", "busy": False, "labels": labels, "runner_group_id": group}
    config = {".runner": {**named, "workFolder": call.given("work_folder", "_work"), "ephemeral": True}}
    return Answer(201, {"runner": runner, "encoded_jit_config": base64.b64encode(json.dumps(config).encode()).decode()})


@operation("GET /repos/{owner}/{repo}/attestations/{subject_digest}", "attestations: read")
def list_attestations(call: Call) -> Answer:
    kind = call.given("predicate_type")
    found = call.state.attestations.get(call.path["subject_digest"], [])
    shown = [one for one in found if kind in (None, "provenance")][: int(call.given("per_page", 30))]
    if not shown:
        raise Refused(404, NOT_FOUND)
    return Answer(200, {"attestations": shown})


def existing_workflow(call: Call) -> str:
    """The path of the workflow that the path names by its file or its id."""
    asked = call.path["workflow_id"]
    listed = call.state.repository.git("ls-tree", "--name-only", "-z", "refs/heads/main", f"{FOLDER}/").split("\0")
    for path in filter(None, listed):
        if asked in (path.rpartition("/")[2], str(call.state.number(path))):
            return path
    raise Refused(404, NOT_FOUND)


def existing_run(call: Call) -> Run:
    """The run that the path names."""
    try:
        return call.state.runs[int(call.path["run_id"])]
    except KeyError:
        raise Refused(404, NOT_FOUND) from None


def existing_artifact(call: Call) -> Artifact:
    """The artifact that the path names."""
    try:
        return call.state.artifacts[int(call.path["artifact_id"])]
    except KeyError:
        raise Refused(404, NOT_FOUND) from None


def page_of_runs(call: Call, runs: Iterable[Run]) -> Answer:
    """The runs that the query asks for, newest first."""
    asked = {name: call.given(name) for name in ("actor", "branch", "event", "status", "head_sha", "created")}
    found = [one for one in runs if all(_asked(one, name, value) for name, value in asked.items() if value is not None)]
    found.sort(key=lambda one: one.id, reverse=True)
    less: shapes.Shape = {"pull_requests": []} if call.given("exclude_pull_requests") in ("true", "1") else {}
    return call.page(found, lambda one: run_shapes.run(call.state, one) | less, "workflow_runs")


def page_of_artifacts(call: Call, chosen: Callable[[Artifact], bool]) -> Answer:
    """The artifacts that the query asks for, newest first."""
    name, upwards = call.given("name"), call.given("direction", "desc") == "asc"
    found = [one for one in call.state.artifacts.values() if chosen(one) and name in (None, one.name)]
    found.sort(key=lambda one: one.id, reverse=not upwards)
    return call.page(found, lambda one: run_shapes.artifact(call.state, one), "artifacts")


def _asked(one: Run, name: str, value: str) -> bool:
    if name == "created":
        return _created(shapes.time(one.created) or "", value)
    if name == "status":
        return value in (one.status, one.conclusion)
    return bool(getattr(one, {"branch": "head_branch"}.get(name, name)) == value)


def _created(moment: str, asked: str) -> bool:
    """Whether a moment is in a range as `>=2026-01-01`, `2026-01-01..2026-02-01`, or on a day."""
    if ".." in asked:
        first, last = asked.split("..")
        return (first == "*" or moment >= first) and (last == "*" or moment[: len(last)] <= last)
    bound = asked.lstrip("<>=")
    cut = moment[: len(bound)]
    return {">=": cut >= bound, "<=": cut <= bound, ">": cut > bound, "<": cut < bound, "": cut == bound}[
        asked[: len(asked) - len(bound)]
    ]
