"""Users, repositories, comments and commits as the API describes them: all that is known; each answer takes its part."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import quote

from standin_git import Commit
from standin_state import Comment, Label, Reaction, State, Status

ROLES = ("none", "read", "triage", "write", "maintain", "admin")
REACTIONS = ("+1", "-1", "laugh", "confused", "heart", "hooray", "eyes", "rocket")
LISTS = """
archive assignees blobs branches collaborators comments commits compare contents contributors deployments downloads events
forks git_commits git_refs git_tags hooks issue_comment issue_events issues keys labels languages merges milestones
notifications pulls releases stargazers statuses subscribers subscription tags teams trees
""".split()
"""what a repository has an address for"""
COUNTS = """
forks forks_count network_count open_issues open_issues_count size stargazers stargazers_count subscribers_count watchers
watchers_count
""".split()
Shape = dict[str, Any]


def time(moment: datetime | None) -> str | None:
    """A moment as GitHub writes it."""
    return None if moment is None else moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def user(state: State, login: str) -> Shape:
    """A user, a bot or an organization."""
    known = state.user(login)
    url = f"{state.api_url}/users/{quote(login)}"
    kind = "Bot" if login.endswith("[bot]") else "Organization" if login == state.owner else "User"
    urls = "events followers following gists organizations received_events repos starred subscriptions".split()
    return {
        **{f"{name}_url": f"{url}/{name}" for name in urls},
        "avatar_url": f"{state.server_url}/avatars/{known.id}",
        "gravatar_id": "",
        "html_url": f"{state.server_url}/{quote(login)}",
        "id": known.id,
        "login": login,
        "node_id": f"U_{known.id}",
        "site_admin": False,
        "type": kind,
        "url": url,
        "user_view_type": "public",
    }


def profile(state: State, login: str) -> Shape:
    """A user on a page of their own."""
    counts = ("public_repos", "public_gists", "followers", "following")
    return {
        **user(state, login),
        **dict.fromkeys(counts, 0),
        **dict.fromkeys(("name", "company", "location", "email", "hireable", "bio", "twitter_username"), None),
        "blog": "",
        "created_at": time(state.created),
        "updated_at": time(state.created),
    }


def repository(state: State, login: str | None = None) -> Shape:
    """The repository, or the fork of a contestant."""
    owner = state.owner if login is None else login
    full_name = f"{owner}/{state.name}"
    url, html_url = f"{state.api_url}/repos/{full_name}", f"{state.server_url}/{full_name}"
    return {
        **{f"{name}_url": f"{url}/{name}" for name in LISTS},
        **dict.fromkeys(COUNTS, 0),
        **dict.fromkeys(("archived", "disabled", "is_template", "has_discussions", "has_wiki", "has_projects"), False),
        **dict.fromkeys(("allow_squash_merge", "allow_merge_commit", "allow_rebase_merge", "allow_forking"), True),
        **dict.fromkeys(("has_issues", "has_pages", "has_downloads", "has_pull_requests"), True),
        **dict.fromkeys(("description", "homepage", "language", "license", "mirror_url"), None),
        "clone_url": f"{html_url}.git",
        "created_at": time(state.created),
        "default_branch": "main",
        "fork": login is not None,
        "full_name": full_name,
        "git_url": f"{html_url}.git",
        "html_url": html_url,
        "id": state.number(full_name),
        "name": state.name,
        "node_id": f"R_{state.number(full_name)}",
        "owner": user(state, owner),
        "private": state.private,
        "pushed_at": time(state.created),
        "ssh_url": f"{html_url}.git",
        "svn_url": html_url,
        "topics": [],
        "updated_at": time(state.created),
        "url": url,
        "visibility": "private" if state.private else "public",
        "web_commit_signoff_required": False,
    }


def role(state: State, login: str) -> str:
    """What someone may do: a stranger may read what is public."""
    known = state.users.get(login)
    if known is None or known.permission == "none":
        return "none" if state.private else "read"
    return known.permission


def association(state: State, login: str) -> str:
    """What someone is to the repository, in the word of comments."""
    if login == state.owner:
        return "OWNER"
    return "COLLABORATOR" if role(state, login) not in ("none", "read") else "NONE"


def comment(state: State, one: Comment) -> Shape:
    """A comment on an issue or a pull request."""
    url = f"{state.url}/issues/comments/{one.id}"
    page = "pull" if state.issues[one.number].pull else "issues"
    return {
        "author_association": association(state, one.login),
        "body": one.body,
        "created_at": time(one.created),
        "html_url": f"{state.html_url}/{page}/{one.number}#issuecomment-{one.id}",
        "id": one.id,
        "issue_url": f"{state.url}/issues/{one.number}",
        "node_id": f"IC_{one.id}",
        "performed_via_github_app": None,
        "reactions": reactions(url, one.reactions),
        "updated_at": time(one.updated),
        "url": url,
        "user": user(state, one.login),
    }


def reactions(url: str, given: list[Reaction]) -> Shape:
    """How often each reaction was given."""
    counts = {content: sum(one.content == content for one in given) for content in REACTIONS}
    return {**counts, "total_count": len(given), "url": f"{url}/reactions"}


def reaction(state: State, one: Reaction) -> Shape:
    """One reaction."""
    known = {"content": one.content, "created_at": time(one.created), "id": one.id, "node_id": f"REA_{one.id}"}
    return {**known, "user": user(state, one.login)}


def label(state: State, one: Label) -> Shape:
    """A label of the repository."""
    named = {"name": one.name, "color": one.color, "description": one.description, "default": False}
    return {**named, "id": one.id, "node_id": f"LA_{one.id}", "url": f"{state.url}/labels/{quote(one.name)}"}


def status(state: State, one: Status) -> Shape:
    """A commit status."""
    return {
        "avatar_url": f"{state.server_url}/avatars/{state.user(one.login).id}",
        "context": one.context,
        "created_at": time(one.created),
        "creator": user(state, one.login),
        "description": one.description,
        "id": one.id,
        "node_id": f"SC_{one.id}",
        "state": one.state,
        "target_url": one.target_url,
        "updated_at": time(one.created),
        "url": f"{state.url}/statuses/{one.sha}",
    }


def commit(state: State, one: Commit) -> Shape:
    """A commit."""
    url = f"{state.url}/commits/{one.sha}"
    person = {"name": one.author, "email": one.email, "date": one.date}
    account = user(state, one.author) if one.author in state.users else None
    return {
        "author": account,
        "comments_url": f"{url}/comments",
        "commit": {
            "author": person,
            "comment_count": 0,
            "committer": person,
            "message": one.message,
            "tree": {"sha": one.tree, "url": f"{state.url}/git/trees/{one.tree}"},
            "url": f"{state.url}/git/commits/{one.sha}",
        },
        "committer": account,
        "html_url": f"{state.html_url}/commit/{one.sha}",
        "node_id": f"C_{one.sha}",
        "parents": [{"sha": sha, "url": f"{state.url}/commits/{sha}"} for sha in one.parents],
        "sha": one.sha,
        "url": url,
    }
