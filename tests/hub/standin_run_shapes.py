"""Workflows, runs, jobs and artifacts as the API describes them."""

from __future__ import annotations

import functools
import hashlib
from datetime import timedelta
from typing import Any

import standin_shapes as shapes
import yaml
from standin_git import Repository
from standin_shapes import Shape
from standin_state import Artifact, Job, Run, State

FOLDER = ".github/workflows"
KEPT = timedelta(days=90)


def read(state: State, path: str, revision: str = "refs/heads/main") -> dict[str, Any] | None:
    """A workflow's file, with every value as text: `on` stays `on`."""
    ref = state.repository.folder / revision
    return _parsed(state.repository, ref.read_text().strip() if ref.is_file() else revision, path)


@functools.cache
def _parsed(repository: Repository, commit: str, path: str) -> dict[str, Any] | None:
    # A list of runs asks for each.
    text = repository.content(commit, path)
    return None if text is None else yaml.load(text, Loader=yaml.BaseLoader)


def workflow(state: State, path: str) -> Shape:
    """A workflow."""
    number, name = state.number(path), (read(state, path) or {}).get("name", path)
    file = path.rpartition("/")[2]
    return {
        "badge_url": f"{state.html_url}/workflows/{file}/badge.svg",
        "created_at": shapes.time(state.created),
        "html_url": f"{state.html_url}/blob/main/{path}",
        "id": number,
        "name": name,
        "node_id": f"W_{number}",
        "path": path,
        "state": "active",
        "updated_at": shapes.time(state.created),
        "url": f"{state.url}/actions/workflows/{number}",
    }


def run(state: State, one: Run) -> Shape:
    """A workflow run."""
    url, owner = f"{state.url}/actions/runs/{one.id}", one.head_repository.partition("/")[0]
    about = workflow(state, one.workflow)
    names = ("jobs", "logs", "cancel", "rerun", "artifacts")
    return {
        **{f"{name}_url": f"{url}/{name}" for name in names},
        "actor": shapes.user(state, one.actor),
        "check_suite_id": one.id,
        "check_suite_node_id": f"CS_{one.id}",
        "check_suite_url": f"{state.url}/check-suites/{one.id}",
        "conclusion": one.conclusion,
        "created_at": shapes.time(one.created),
        "display_title": one.display_title,
        "event": one.event,
        "head_branch": one.head_branch,
        "head_commit": _head_commit(state, one.head_sha),
        "head_repository": shapes.repository(state, None if owner == state.owner else owner),
        "head_sha": one.head_sha,
        "html_url": f"{state.html_url}/actions/runs/{one.id}",
        "id": one.id,
        "name": about["name"],
        "node_id": f"WFR_{one.id}",
        "path": one.workflow,
        "previous_attempt_url": f"{url}/attempts/{one.attempt - 1}" if one.attempt > 1 else None,
        "pull_requests": [_pull_request(state, number) for number in one.pull_requests],
        "referenced_workflows": [],
        "repository": shapes.repository(state),
        "run_attempt": one.attempt,
        "run_number": one.number,
        "run_started_at": shapes.time(one.created),
        "status": one.status,
        "triggering_actor": shapes.user(state, one.actor),
        "updated_at": shapes.time(one.updated),
        "url": url,
        "workflow_id": about["id"],
        "workflow_url": about["url"],
    }


def _head_commit(state: State, sha: str) -> Shape:
    one = state.repository.log(sha)[0]
    person = {"name": one.author, "email": one.email}
    known = {"id": sha, "message": one.message, "timestamp": one.date, "tree_id": one.tree}
    return {**known, "author": person, "committer": person}


def _pull_request(state: State, number: int) -> Shape:
    one = state.issues[number]
    assert one.pull is not None
    repository = {"id": state.number(state.full_name), "name": state.name, "url": state.url}
    sides = {"head": (one.pull.branch, one.pull.head), "base": (one.pull.base, one.pull.base_sha)}
    told = {side: {"ref": ref, "sha": sha, "repo": repository} for side, (ref, sha) in sides.items()}
    return {**told, "id": one.id + 1, "number": number, "url": f"{state.url}/pulls/{number}"}


def job(state: State, of: Run, one: Job) -> Shape:
    """A job of a run."""
    ended = of.updated if one.status == "completed" else None
    runner = ("runner_id", "runner_name", "runner_group_id", "runner_group_name")
    return {
        **dict.fromkeys(runner, None),
        "check_run_url": f"{state.url}/check-runs/{one.id}",
        "completed_at": shapes.time(ended),
        "conclusion": one.conclusion,
        "created_at": shapes.time(one.created),
        "head_branch": of.head_branch,
        "head_sha": of.head_sha,
        "html_url": f"{state.html_url}/actions/runs/{of.id}/job/{one.id}",
        "id": one.id,
        "labels": list(one.labels),
        "name": one.name,
        "node_id": f"CR_{one.id}",
        "run_attempt": of.attempt,
        "run_id": of.id,
        "run_url": f"{state.url}/actions/runs/{of.id}",
        "started_at": shapes.time(one.created),
        "status": one.status,
        "steps": [],
        "url": f"{state.url}/actions/jobs/{one.id}",
        "workflow_name": workflow(state, of.workflow)["name"],
    }


def artifact(state: State, one: Artifact) -> Shape:
    """An artifact of a run."""
    url, owner = f"{state.url}/actions/artifacts/{one.id}", one.run.head_repository
    return {
        "archive_download_url": f"{url}/zip",
        "created_at": shapes.time(one.created),
        "digest": f"sha256:{hashlib.sha256(one.content).hexdigest()}",
        "expired": one.expired,
        "expires_at": shapes.time(one.created + KEPT),
        "id": one.id,
        "name": one.name,
        "node_id": f"A_{one.id}",
        "size_in_bytes": len(one.content),
        "updated_at": shapes.time(one.created),
        "url": url,
        "workflow_run": {
            "head_branch": one.run.head_branch,
            "head_repository_id": state.number(owner),
            "head_sha": one.run.head_sha,
            "id": one.run.id,
            "repository_id": state.number(state.full_name),
        },
    }
