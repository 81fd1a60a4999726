"""Operations on pull requests, commits, statuses, refs; on the repository and its people."""

from __future__ import annotations

import time
from urllib.parse import quote

import standin_shapes as shapes
from standin_call import NOT_FOUND, Answer, Call, Refused, existing_user, invalid, operation
from standin_git import Changed, Commit
from standin_issue_shapes import pull
from standin_state import Issue, Status, now

REPOSITORY = "/repos/{owner}/{repo}"
PULL = f"{REPOSITORY}/pulls/{{pull_number}}"
COMMIT = f"{REPOSITORY}/commits/{{ref}}"
ALL_FILES = 3000
"""files of a pull request that GitHub lists"""
LEGACY = {"none": "none", "read": "read", "triage": "read", "write": "write", "maintain": "write", "admin": "admin"}
"""role -> what stands in `permission`, which has no word for two of them"""


@operation(f"GET {REPOSITORY}", "metadata: read")
def get_repository(call: Call) -> Answer:
    return Answer(200, shapes.repository(call.state))


@operation("GET /users/{username}")
def get_user(call: Call) -> Answer:
    return Answer(200, shapes.profile(call.state, existing_user(call.state, call.path["username"]).login))


@operation(f"GET {REPOSITORY}/collaborators/{{username}}/permission", "metadata: read", signed=True)
def get_permission(call: Call) -> Answer:
    login = existing_user(call.state, call.path["username"]).login
    role = shapes.role(call.state, login)
    flags = {"pull": "read", "triage": "triage", "push": "write", "maintain": "maintain", "admin": "admin"}
    held = {name: shapes.ROLES.index(role) >= shapes.ROLES.index(least) for name, least in flags.items()}
    user = {**shapes.user(call.state, login), "permissions": held, "role_name": role}
    return Answer(200, {"permission": LEGACY[role], "role_name": role, "user": user})


@operation("GET /meta")
def get_meta(call: Call) -> Answer:
    ranges = ["192.0.2.0/24"]
    keys = ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl"]
    return Answer(200, {"verifiable_password_authentication": False, "actions": ranges, "web": ranges, "ssh_keys": keys})


@operation("GET /rate_limit")
def get_rate_limit(call: Call) -> Answer:
    rate = {"limit": 5000, "remaining": 4999, "reset": int(time.time()) + 3600, "used": 1}
    return Answer(200, {"rate": rate, "resources": {"core": rate, "search": rate}})


@operation(f"GET {REPOSITORY}/pulls", "pull-requests: read")
def list_pulls(call: Call) -> Answer:
    state, head, base = call.given("state", "open"), call.given("head"), call.given("base")
    found = [
        one
        for one in call.state.issues.values()
        if one.pull is not None
        and state in ("all", "open" if one.closed is None else "closed")
        and head in (None, f"{one.login}:{one.pull.branch}")
        and base in (None, one.pull.base)
    ]
    key = {"created": "created", "updated": "updated"}[call.given("sort", "created")]
    found.sort(key=lambda one: (getattr(one, key), one.number), reverse=call.given("direction", "desc") == "desc")
    return call.page(found, lambda one: pull(call.state, one, alone=False))


@operation(f"GET {PULL}", "pull-requests: read")
def get_pull(call: Call) -> Answer:
    return Answer(200, pull(call.state, existing(call)))


@operation(f"GET {PULL}/files", "pull-requests: read")
def list_files(call: Call) -> Answer:
    one = existing(call).pull
    assert one is not None
    git = call.state.repository
    files = git.changed(git.base(one.base_sha, one.head), one.head)
    return call.page(files[:ALL_FILES], lambda file: changed_file(call, file, one.head))


@operation(f"GET {REPOSITORY}/commits/{{commit_sha}}/pulls", "pull-requests: read")
def list_pulls_of_commit(call: Call) -> Answer:
    sha = existing_commit(call, call.path["commit_sha"], 422).sha
    found = [one for one in call.state.issues.values() if one.pull and belongs(call, one, sha)]
    return call.page(found, lambda one: pull(call.state, one, alone=False))


@operation(f"GET {COMMIT}", "contents: read")
def get_commit(call: Call) -> Answer:
    one = existing_commit(call, call.path["ref"], 422)
    files = call.state.repository.changed(one.parents[0], one.sha) if one.parents else []
    added, deleted = sum(file.additions for file in files), sum(file.deletions for file in files)
    stats = {"additions": added, "deletions": deleted, "total": added + deleted}
    listed = call.page(files, lambda file: changed_file(call, file, one.sha))
    return Answer(200, {**shapes.commit(call.state, one), "stats": stats, "files": listed.body}, listed.headers)


@operation(f"POST {REPOSITORY}/statuses/{{sha}}", "statuses: write", role="write")
def create_status(call: Call) -> Answer:
    sha = call.path["sha"]
    if len(sha) != 40 or call.state.repository.sha(sha) is None:
        raise Refused(422, f"No commit found for SHA: {sha}")
    description = call.given("description")
    if description is not None and len(description) > 140:
        invalid("Status", "description", "custom", "description is too long (maximum is 140 characters)")
    one = Status(
        id=next(call.state.ids),
        sha=sha,
        state=call.given("state"),
        context=call.given("context", "default"),
        description=description,
        target_url=call.given("target_url"),
        login=call.login,
        created=now(),
    )
    call.state.statuses.insert(0, one)
    return Answer(201, shapes.status(call.state, one))


@operation(f"GET {COMMIT}/statuses", "statuses: read")
def list_statuses(call: Call) -> Answer:
    sha = existing_commit(call, call.path["ref"], 422).sha
    return call.page([one for one in call.state.statuses if one.sha == sha], lambda one: shapes.status(call.state, one))


@operation(f"GET {COMMIT}/status", "statuses: read")
def get_combined_status(call: Call) -> Answer:
    sha = existing_commit(call, call.path["ref"], 404).sha
    latest = {one.context: one for one in reversed(call.state.statuses) if one.sha == sha}
    listed = call.page(latest.values(), lambda one: shapes.status(call.state, one), "statuses")
    states = {one.state for one in latest.values()}
    failed = states & {"failure", "error"}
    combined = "failure" if failed else "success" if states == {"success"} else "pending"
    about = {"sha": sha, "state": combined, "repository": shapes.repository(call.state)}
    urls = {"commit_url": f"{call.state.url}/commits/{sha}", "url": f"{call.state.url}/commits/{sha}/status"}
    return Answer(200, {**listed.body, **about, **urls}, listed.headers)


@operation(f"GET {REPOSITORY}/git/ref/{{ref}}", "contents: read")
def get_ref(call: Call) -> Answer:
    ref = f"refs/{call.path['ref']}"
    sha = call.state.repository.sha(ref) if ref.startswith(("refs/heads/", "refs/pull/", "refs/tags/")) else None
    if sha is None:
        raise Refused(404, NOT_FOUND)
    pointed = {"type": "commit", "sha": sha, "url": f"{call.state.url}/git/commits/{sha}"}
    return Answer(200, {"ref": ref, "node_id": f"REF_{sha}", "url": f"{call.state.url}/git/{ref}", "object": pointed})


@operation(f"GET {REPOSITORY}/branches/{{branch}}", "contents: read")
def get_branch(call: Call) -> Answer:
    name = call.path["branch"]
    sha = call.state.repository.sha(f"refs/heads/{name}")
    if sha is None:
        raise Refused(404, "Branch not found")
    url = f"{call.state.url}/branches/{name}"
    return Answer(
        200,
        {
            "_links": {"html": f"{call.state.html_url}/tree/{name}", "self": url},
            "commit": shapes.commit(call.state, call.state.repository.log(sha)[0]),
            "name": name,
            "protected": f"refs/heads/{name}" in call.state.repository.protected(),
            "protection": {"enabled": f"refs/heads/{name}" in call.state.repository.protected()},
            "protection_url": f"{url}/protection",
        },
    )


def existing(call: Call) -> Issue:
    """The pull request that the path names; an issue's number names none."""
    one = call.state.issues.get(int(call.path["pull_number"]))
    if one is None or one.pull is None:
        raise Refused(404, NOT_FOUND)
    return one


def existing_commit(call: Call, revision: str, status: int) -> Commit:
    """The commit that a sha, branch or ref names."""
    git = call.state.repository
    for name in (revision, f"refs/heads/{revision}", f"refs/{revision}"):
        if not name.startswith("-") and (sha := git.sha(name)):
            return git.log(sha)[0]
    raise Refused(status, NOT_FOUND if status == 404 else f"No commit found for SHA: {revision}")


def belongs(call: Call, one: Issue, sha: str) -> bool:
    """Whether a commit is one of a pull request's own, or what its merge made."""
    assert one.pull is not None
    if sha == one.pull.merge_commit:
        return True
    git = call.state.repository
    return git.has(one.pull.head, sha) and not git.has(one.pull.base_sha, sha)


def changed_file(call: Call, file: Changed, at: str) -> shapes.Shape:
    """A file of a pull request or a commit, without its patch."""
    state, path = call.state, quote(file.path, errors="surrogateescape")
    renamed = {"previous_filename": file.before} if file.before is not None else {}
    return {
        **renamed,
        "additions": file.additions,
        "blob_url": f"{state.html_url}/blob/{at}/{path}",
        "changes": file.additions + file.deletions,
        "contents_url": f"{state.url}/contents/{path}?ref={at}",
        "deletions": file.deletions,
        "filename": file.path,
        "raw_url": f"{state.html_url}/raw/{at}/{path}",
        "sha": file.sha,
        "status": file.status,
    }
