"""Issues and pull requests as the API describes them: all that is known; each answer takes its part."""

from __future__ import annotations

import standin_shapes as shapes
from standin_shapes import Shape
from standin_state import Issue, Pull, State

MERGES = {True: "clean", False: "dirty", None: "unknown"}
NEVER = ("assignee", "milestone", "active_lock_reason", "auto_merge", "performed_via_github_app", "type")
"""fields that are null in a league"""


def issue(state: State, one: Issue) -> Shape:
    """An issue; a pull request as the issues API shows it."""
    url = f"{state.url}/issues/{one.number}"
    html_url = f"{state.html_url}/{'pull' if one.pull else 'issues'}/{one.number}"
    shape = {
        **dict.fromkeys(NEVER, None),
        "assignees": [],
        "author_association": shapes.association(state, one.login),
        "body": one.body,
        "closed_at": shapes.time(one.closed),
        "comments": sum(comment.number == one.number for comment in state.comments.values()),
        "comments_url": f"{url}/comments",
        "created_at": shapes.time(one.created),
        "events_url": f"{url}/events",
        "html_url": html_url,
        "id": one.id,
        "labels": [shapes.label(state, state.labels[name.lower()]) for name in one.labels],
        "labels_url": f"{url}/labels{{/name}}",
        "locked": False,
        "node_id": f"I_{one.id}",
        "number": one.number,
        "reactions": shapes.reactions(url, []),
        "repository_url": state.url,
        "state": "open" if one.closed is None else "closed",
        "state_reason": None if one.closed is None else "completed",
        "timeline_url": f"{url}/timeline",
        "title": one.title,
        "updated_at": shapes.time(one.updated),
        "url": url,
        "user": shapes.user(state, one.login),
    }
    if one.pull is not None:
        shape["draft"] = False
        shape["pull_request"] = {
            "diff_url": f"{html_url}.diff",
            "html_url": html_url,
            "merged_at": shapes.time(one.pull.merged),
            "patch_url": f"{html_url}.patch",
            "url": f"{state.url}/pulls/{one.number}",
        }
    return shape


def pull(state: State, one: Issue, alone: bool = True) -> Shape:
    """A pull request as the pulls API shows it.

    Args:
        alone: not in a list, so with what it changes and whether it can be merged
    """
    assert one.pull is not None
    told = issue(state, one)
    url = f"{state.url}/pulls/{one.number}"
    links = {
        "self": url,
        "html": told["html_url"],
        "issue": told["url"],
        "comments": told["comments_url"],
        "review_comments": f"{url}/comments",
        "review_comment": f"{state.url}/pulls/comments{{/number}}",
        "commits": f"{url}/commits",
        "statuses": f"{state.url}/statuses/{one.pull.head}",
    }
    return {
        **{name: value for name, value in told.items() if name != "pull_request"},
        **{f"{name}_url": address for name, address in links.items() if name not in ("self", "html")},
        **told["pull_request"],
        **(_difference(state, one.pull) if alone else {}),
        "_links": {name: {"href": address} for name, address in links.items()},
        "base": _side(state, None, one.pull.base, one.pull.base_sha),
        "head": _side(state, one.login, one.pull.branch, one.pull.head),
        "html_url": told["html_url"],
        "id": one.id + 1,
        "maintainer_can_modify": False,
        "merge_commit_sha": one.pull.merge_commit,
        "merged": one.pull.merged is not None,
        "merged_by": one.pull.merged_by and shapes.user(state, one.pull.merged_by),
        "node_id": f"PR_{one.id}",
        "requested_reviewers": [],
        "requested_teams": [],
        "review_comments": 0,
        "url": url,
    }


def _difference(state: State, one: Pull) -> Shape:
    base = state.repository.base(one.base_sha, one.head)
    files = state.repository.changed(base, one.head)
    mergeable = None if one.merged else state.repository.merged_tree(f"refs/heads/{one.base}", one.head) is not None
    return {
        "additions": sum(file.additions for file in files),
        "changed_files": len(files),
        "commits": len(state.repository.log(f"{base}..{one.head}")),
        "deletions": sum(file.deletions for file in files),
        "mergeable": mergeable,
        "mergeable_state": MERGES[mergeable],
        "rebaseable": mergeable,
    }


def _side(state: State, login: str | None, ref: str, sha: str) -> Shape:
    owner = login or state.owner
    return {
        "label": f"{owner}:{ref}",
        "ref": ref,
        "repo": shapes.repository(state, login),
        "sha": sha,
        "user": shapes.user(state, owner),
    }
