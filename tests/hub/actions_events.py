"""From an event to the workflow files that it starts, and to the facts of their runs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from actions_filters import starts
from actions_values import as_text
from actions_workflow import Workflow
from standin import Event, GitHub

FOLDER = ".github/workflows/"


def from_fork(hub: GitHub, event: Event) -> bool:
    """Whether an event is a stranger's pull request."""
    head = event.payload.get("pull_request", {}).get("head", {})
    return event.name == "pull_request" and (head.get("repo") or {}).get("full_name") != hub.repository


def commit_of(hub: GitHub, event: Event) -> str:
    """The commit whose workflow files count, and which is checked out.

    Of a pull request it is the merge of its head into its base, so its own files count. Of a push it is what was pushed, of a
    dispatch the head of the branch that was named, of all else main's head.
    """
    return event.sha if event.name in ("pull_request", "push", "workflow_dispatch") else hub.main()


def files(hub: GitHub, commit: str) -> Iterator[tuple[str, bytes]]:
    """The workflow files of a commit, each with its name, in order."""
    git = hub.state.repository
    for line in git.git("ls-tree", f"{commit}:{FOLDER}", fine=(0, 128)).splitlines():
        meta, _, name = line.partition("\t")
        mode, _, blob = meta.split(" ")
        if mode.startswith("100") and name.endswith((".yml", ".yaml")):
            yield name, git.git("cat-file", "blob", blob).encode() + b"\n"


def wants(hub: GitHub, workflow: Workflow, event: Event) -> bool:
    """Whether a workflow is started by an event."""
    filters = workflow.on.get(event.name)
    if filters is None:
        return False
    if event.name == "workflow_dispatch":
        return str(event.payload["workflow"]).removeprefix(FOLDER) == workflow.file
    if event.name == "schedule":
        return str(event.payload["workflow"]) == workflow.file
    run = event.payload.get("workflow_run", {})
    base = event.payload.get("pull_request", {}).get("base", {})
    branch = base.get("ref") or run.get("head_branch") or event.ref.removeprefix("refs/heads/")
    return starts(
        filters,
        event.name,
        event.action,
        branch=branch,
        paths=lambda: _paths(hub, event),
        workflow=event.payload.get("workflow", {}).get("name", "") if run else "",
    )


def _paths(hub: GitHub, event: Event) -> list[str]:
    git = hub.state.repository
    if event.name == "push":
        changed = git.changed(event.payload["before"], event.payload["after"])
    else:
        pull = event.payload["pull_request"]
        changed = git.changed(git.base(pull["base"]["sha"], pull["head"]["sha"]), pull["head"]["sha"])
    return [path for one in changed for path in (one.path, one.before) if path]


def inputs(workflow: Workflow, event: Event) -> dict[str, Any]:
    """The inputs of a dispatch: those that are true or false as such, what nobody gave by its default."""
    if event.name != "workflow_dispatch":
        return {}
    declared: Mapping[str, Any] = workflow.on["workflow_dispatch"].get("inputs") or {}
    given = event.payload.get("inputs") or {}
    found = {name: as_text(given.get(name, (one or {}).get("default"))) for name, one in declared.items()}
    boolean = {name for name, one in declared.items() if (one or {}).get("type") == "boolean"}
    return {name: value == "true" if name in boolean else value for name, value in found.items()}


def title(event: Event, workflow: Workflow) -> str:
    """What a run without a `run-name` is called."""
    payload = event.payload
    if event.name == "push":
        return str(payload["head_commit"]["message"]).partition("\n")[0]
    named = payload.get("pull_request") or payload.get("issue") or {}
    return str(named.get("title", workflow.name))


def context(hub: GitHub, event: Event, workflow: Workflow, *, run_id: int, number: int, attempt: int) -> dict[str, Any]:
    """The `github` context of a run, less what belongs to a job."""
    repository, sender = event.payload["repository"], event.payload["sender"]
    pull = event.payload.get("pull_request") if event.name == "pull_request" else None
    ref = event.ref if event.name in ("push", "workflow_dispatch") else "refs/heads/main"
    ref = f"refs/pull/{event.payload['number']}/merge" if pull else ref
    kind = "tag" if ref.startswith("refs/tags/") else "branch"
    return {
        "actor": event.actor,
        "actor_id": as_text(sender["id"]),
        "api_url": hub.api_url,
        "base_ref": pull["base"]["ref"] if pull else "",
        "event": event.payload,
        "event_name": event.name,
        "graphql_url": f"{hub.api_url}/graphql",
        "head_ref": pull["head"]["ref"] if pull else "",
        "ref": ref,
        "ref_name": ref.removeprefix("refs/heads/").removeprefix("refs/tags/").removeprefix("refs/"),
        "ref_protected": False,
        "ref_type": kind,
        "repository": hub.repository,
        "repository_id": as_text(repository["id"]),
        "repository_owner": repository["owner"]["login"],
        "repository_owner_id": as_text(repository["owner"]["id"]),
        "repositoryUrl": f"git://{hub.server_url.partition('//')[2]}/{hub.repository}.git",
        "retention_days": "90",
        "run_attempt": as_text(attempt),
        "run_id": as_text(run_id),
        "run_number": as_text(number),
        "secret_source": "None" if from_fork(hub, event) else "Actions",
        "server_url": hub.server_url,
        "sha": workflow.commit,
        "triggering_actor": event.actor,
        "workflow": workflow.name,
        "workflow_ref": f"{hub.repository}/{workflow.path}@{ref}",
        "workflow_sha": workflow.commit,
    }
