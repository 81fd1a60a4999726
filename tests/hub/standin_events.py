"""The payloads of events, checked against the document."""

from __future__ import annotations

from collections.abc import Mapping

import standin_openapi as openapi
import standin_shapes as shapes
from standin_git import ZERO
from standin_issue_shapes import issue, pull
from standin_log import Event
from standin_state import Comment, Issue, State


def emit(
    state: State, name: str, action: str | None, payload: Mapping[str, object], actor: str, sha: str | None = None
) -> None:
    """Remember an event of the repository for who follows the workflows.

    Args:
        name: as `pull_request`
        action: as `opened`, None for a name that has none
        payload: without what all payloads have
        sha: of the commit that it is about, main's head by default
    """
    event = made(state, name, action, payload, actor, sha)
    state.events.append(event)


def made(
    state: State, name: str, action: str | None, payload: Mapping[str, object], actor: str, sha: str | None = None
) -> Event:
    """An event, with the parts that all payloads have; what contradicts the document is a violation."""
    always = {"repository": shapes.repository(state), "sender": shapes.user(state, actor)}
    named = f"{name}-{action}" if action else name
    schema = openapi.event_schema(named.replace("_", "-"))
    whole = openapi.fitted(schema, {**({"action": action} if action else {}), **payload, **always})
    state.violations += [f"event {named}: {fault}" for fault in openapi.faults_in(schema, whole)]
    head = sha or state.repository.sha("refs/heads/main")
    assert head is not None
    return Event(name, action, whole, actor, "refs/heads/main", head)


def pull_request(state: State, one: Issue, action: str, actor: str, **more: object) -> None:
    """A pull request was opened, pushed to, or closed."""
    assert one.pull is not None
    event = made(state, "pull_request", action, {"number": one.number, "pull_request": pull(state, one), **more}, actor)
    ref = f"refs/pull/{one.number}/merge"
    sha = state.repository.sha(ref) or one.pull.head
    state.events.append(Event(event.name, action, event.payload, actor, ref, sha))


def comment_created(state: State, one: Comment) -> None:
    """Someone commented."""
    payload = {"comment": shapes.comment(state, one), "issue": issue(state, state.issues[one.number])}
    emit(state, "issue_comment", "created", payload, one.login)


def pushed(state: State, before: str | None, after: str, actor: str) -> None:
    """Main was pushed to."""
    commits = state.repository.log(f"{before}..{after}" if before else after)[::-1]
    told = [_pushed_commit(state, one.sha) for one in commits]
    payload = {
        "after": after,
        "base_ref": None,
        "before": before or ZERO,
        "commits": told,
        "compare": f"{state.html_url}/compare/{before}...{after}",
        "created": before is None,
        "deleted": False,
        "forced": before is not None and not state.repository.has(after, before),
        "head_commit": told[-1] if told else _pushed_commit(state, after),
        "pusher": {"name": actor, "email": f"{actor}@users.noreply.github.com"},
        "ref": "refs/heads/main",
    }
    emit(state, "push", None, payload, actor, after)


def _pushed_commit(state: State, sha: str) -> dict[str, object]:
    one = state.repository.log(sha)[0]
    changed = state.repository.changed(one.parents[0], sha) if one.parents else []
    person = {"name": one.author, "email": one.email, "username": one.author, "date": one.date}
    return {
        "added": [file.path for file in changed if file.status in ("added", "renamed", "copied")],
        "author": person,
        "committer": person,
        "distinct": True,
        "id": sha,
        "message": one.message,
        "modified": [file.path for file in changed if file.status in ("modified", "changed")],
        "removed": [file.before or file.path for file in changed if file.status in ("removed", "renamed")],
        "timestamp": one.date,
        "tree_id": one.tree,
        "url": f"{state.html_url}/commit/{sha}",
    }
