"""Keeps of GitHub's OpenAPI document what the stand-in answers: its operations, its events, and the components they reach.

Descriptions and examples go; refs stay. README.md beside has the command.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

OPERATIONS = """
get /meta
get /rate_limit
get /users/{username}
get /repos/{owner}/{repo}
get /repos/{owner}/{repo}/actions/artifacts
get /repos/{owner}/{repo}/actions/artifacts/{artifact_id}
get /repos/{owner}/{repo}/actions/artifacts/{artifact_id}/{archive_format}
get /repos/{owner}/{repo}/actions/jobs/{job_id}
post /repos/{owner}/{repo}/actions/runners/generate-jitconfig
post /repos/{owner}/{repo}/actions/runners/registration-token
get /repos/{owner}/{repo}/actions/runs
get /repos/{owner}/{repo}/actions/runs/{run_id}
get /repos/{owner}/{repo}/actions/runs/{run_id}/artifacts
post /repos/{owner}/{repo}/actions/runs/{run_id}/cancel
get /repos/{owner}/{repo}/actions/runs/{run_id}/jobs
get /repos/{owner}/{repo}/actions/workflows/{workflow_id}
post /repos/{owner}/{repo}/actions/workflows/{workflow_id}/dispatches
get /repos/{owner}/{repo}/actions/workflows/{workflow_id}/runs
get /repos/{owner}/{repo}/attestations/{subject_digest}
get /repos/{owner}/{repo}/branches/{branch}
get /repos/{owner}/{repo}/collaborators/{username}/permission
get /repos/{owner}/{repo}/commits/{commit_sha}/pulls
get /repos/{owner}/{repo}/commits/{ref}
get /repos/{owner}/{repo}/commits/{ref}/status
get /repos/{owner}/{repo}/commits/{ref}/statuses
get /repos/{owner}/{repo}/git/ref/{ref}
get /repos/{owner}/{repo}/issues
get /repos/{owner}/{repo}/issues/comments/{comment_id}
patch /repos/{owner}/{repo}/issues/comments/{comment_id}
delete /repos/{owner}/{repo}/issues/comments/{comment_id}
get /repos/{owner}/{repo}/issues/comments/{comment_id}/reactions
post /repos/{owner}/{repo}/issues/comments/{comment_id}/reactions
get /repos/{owner}/{repo}/issues/{issue_number}
get /repos/{owner}/{repo}/issues/{issue_number}/comments
post /repos/{owner}/{repo}/issues/{issue_number}/comments
get /repos/{owner}/{repo}/issues/{issue_number}/labels
post /repos/{owner}/{repo}/issues/{issue_number}/labels
put /repos/{owner}/{repo}/issues/{issue_number}/labels
delete /repos/{owner}/{repo}/issues/{issue_number}/labels
delete /repos/{owner}/{repo}/issues/{issue_number}/labels/{name}
get /repos/{owner}/{repo}/labels
post /repos/{owner}/{repo}/labels
get /repos/{owner}/{repo}/labels/{name}
get /repos/{owner}/{repo}/pulls
get /repos/{owner}/{repo}/pulls/{pull_number}
get /repos/{owner}/{repo}/pulls/{pull_number}/files
post /repos/{owner}/{repo}/statuses/{sha}
"""
EVENTS = """
issue-comment-created
pull-request-closed
pull-request-opened
pull-request-synchronize
push
workflow-dispatch
workflow-run-completed
"""
DROPPED = {"description", "summary", "example", "examples", "externalDocs", "tags", "title", "x-octokit"}


def pruned(document: dict[str, Any]) -> dict[str, Any]:
    """The part of `document` that the stand-in uses."""
    kept: dict[str, Any] = {name: document[name] for name in ("openapi", "info")}
    kept["paths"] = {}
    for line in OPERATIONS.split("\n")[1:-1]:
        method, path = line.split()
        kept["paths"].setdefault(path, {})[method] = bare(document["paths"][path][method])
    kept["x-webhooks"] = {name: bare(document["x-webhooks"][name]) for name in EVENTS.split()}
    kept["components"] = components(document, [kept["paths"], kept["x-webhooks"]])
    return kept


def components(document: dict[str, Any], roots: list[Any]) -> dict[str, Any]:
    """The components that `roots` refer to, through others as well."""
    reached: dict[str, Any] = {}
    waiting = list(roots)
    while waiting:
        for kind, name in refs(waiting.pop()):
            if name not in reached.setdefault(kind, {}):
                reached[kind][name] = bare(document["components"][kind][name])
                waiting.append(reached[kind][name])
    return reached


def bare(node: Any, names: bool = False) -> Any:
    """A node without the texts that only people read.

    Args:
        names: the keys are names of properties, so that `description` among them stays
    """
    if isinstance(node, list):
        return [bare(item) for item in node]
    if not isinstance(node, dict):
        return node
    kept = {key: bare(value, key == "properties" and not names) for key, value in node.items() if names or _kept(key)}
    if not names and "responses" in kept:
        # The standard asks each response for a description.
        for answer in kept["responses"].values():
            answer.setdefault("description", "")
    return kept


def refs(node: Any) -> Iterator[tuple[str, str]]:
    """What a node refers to, as (kind, name)."""
    if isinstance(node, dict) and isinstance(node.get("$ref"), str):
        kind, name = node["$ref"].split("/")[-2:]
        yield kind, name
    elif isinstance(node, dict | list):
        for inner in node.values() if isinstance(node, dict) else node:
            yield from refs(inner)


def _kept(key: str) -> bool:
    return key not in DROPPED and not key.startswith("x-github")


if __name__ == "__main__":
    json.dump(pruned(json.loads(Path(sys.argv[1]).read_bytes())), sys.stdout, indent=0, sort_keys=True, separators=(",", ":"))
    print()
