"""What people do on the stand-in's pages: pull requests opened, pushed to, merged; each emits what GitHub would."""

from __future__ import annotations

import standin_events as events
from standin_changes import Changes
from standin_state import Issue, Pull, State, now

MAIN = "refs/heads/main"


def add_issue(state: State, login: str, title: str, body: str) -> Issue:
    """A new issue, with the next number."""
    number, made = len(state.issues) + 1, now()
    # A pull request has an id of its own beside that of its issue.
    state.issues[number] = Issue(
        id=next(state.ids) * 2, number=number, login=login, title=title, body=body, created=made, updated=made
    )
    state.user(login)
    return state.issues[number]


def open_pull_request(state: State, login: str, branch: str, changes: Changes, title: str, body: str, base: str) -> Issue:
    """A pull request from the login's fork, on top of the base's head; or a commit on the one that is open from its branch."""
    for one in state.issues.values():
        if one.pull and one.closed is None and (one.login, one.pull.branch) == (login, branch):
            push(state, one, changes, force=False)
            return one
    base_sha = head_of(state, base)
    number = len(state.issues) + 1
    head = state.repository.commit(f"refs/pull/{number}/head", base_sha, changes, login, title)
    issue = add_issue(state, login, title, body)
    issue.pull = Pull(branch=branch, base=base, head=head, base_sha=base_sha)
    settle(state, issue, "opened")
    return issue


def push(state: State, issue: Issue, changes: Changes, force: bool) -> str:
    """A commit on the pull request's branch; with `force` in place of all that it has, on top of the base's head."""
    assert issue.pull is not None
    before, on = issue.pull.head, head_of(state, issue.pull.base) if force else issue.pull.head
    ref = f"refs/pull/{issue.number}/head"
    issue.pull.head = state.repository.commit(ref, on, changes, issue.login, f"Update {issue.title}")
    if issue.closed is None:
        issue.pull.base_sha, issue.updated = head_of(state, issue.pull.base), now()
        settle(state, issue, "synchronize", before=before, after=issue.pull.head)
    return issue.pull.head


def settle(state: State, issue: Issue, action: str, **more: str) -> None:
    """Point all refs to a new head, and tell of it. A pull request in conflict starts no workflow."""
    assert issue.pull is not None
    fork = state.fork(issue.login)
    if not fork.folder.exists():
        fork.create(alternate=state.repository.folder).point(MAIN, issue.pull.base_sha)
    fork.point(f"refs/heads/{issue.pull.branch}", issue.pull.head)
    tree = state.repository.merged_tree(issue.pull.base_sha, issue.pull.head)
    if tree is None:
        state.repository.git("update-ref", "-d", f"refs/pull/{issue.number}/merge")
        return
    message = f"Merge {issue.pull.head} into {issue.pull.base_sha}"
    merged = state.repository.commit_tree(tree, [issue.pull.base_sha, issue.pull.head], "github", message)
    state.repository.point(f"refs/pull/{issue.number}/merge", merged)
    issue.pull.merge_commit = merged
    events.pull_request(state, issue, action, issue.login, **more)


def commit(state: State, login: str, changes: Changes, message: str) -> str:
    """A commit straight to main."""
    before = head_of(state, "main")
    after = state.repository.commit(MAIN, before, changes, login, message)
    events.pushed(state, before, after, login)
    return after


def merge(state: State, issue: Issue, login: str, method: str) -> str:
    """Merge a pull request.

    Raises:
        ValueError: it is in conflict, or not open.
    """
    assert issue.pull is not None
    before, head = head_of(state, issue.pull.base), issue.pull.head
    tree = state.repository.merged_tree(before, head)
    if tree is None or issue.closed is not None:
        raise ValueError(f"pull request {issue.number} can't be merged")
    ways = {
        "squash": lambda: state.repository.commit_tree(tree, [before], issue.login, f"{issue.title} (#{issue.number})"),
        "merge": lambda: state.repository.commit_tree(tree, [before, head], login, _merges(issue)),
        "rebase": lambda: state.repository.replayed(before, head),
    }
    after = ways[method]()
    if after is None:
        raise ValueError(f"pull request {issue.number} can't be rebased")
    state.repository.point(f"refs/heads/{issue.pull.base}", after)
    issue.pull.merged, issue.pull.merged_by, issue.pull.merge_commit = now(), login, after
    close(state, issue, login)
    if issue.pull.base == "main":
        events.pushed(state, before, after, login)
    return after


def close(state: State, issue: Issue, login: str) -> None:
    """Close a pull request or an issue."""
    issue.closed = issue.updated = now()
    if issue.pull is not None:
        events.pull_request(state, issue, "closed", login)


def head_of(state: State, branch: str) -> str:
    """A branch's head."""
    sha = state.repository.sha(f"refs/heads/{branch}")
    assert sha is not None, branch
    return sha


def pull_of(issue: Issue) -> Pull:
    """What makes an issue a pull request."""
    assert issue.pull is not None, issue.number
    return issue.pull


def _merges(issue: Issue) -> str:
    assert issue.pull is not None
    return f"Merge pull request #{issue.number} from {issue.login}/{issue.pull.branch}\n\n{issue.title}"
