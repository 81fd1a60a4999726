"""git over HTTP: git's own server program behind the stand-in's permissions."""

from __future__ import annotations

import os
import re
import subprocess
from urllib.parse import urlsplit

import standin_events as events
from standin_git import BARE
from standin_shapes import ROLES, role
from standin_state import Caller, State

ASK = {"WWW-Authenticate": 'Basic realm="GitHub"'}
MAIN = "refs/heads/main"


def answer(
    state: State, caller: Caller, method: str, target: str, headers: dict[str, str], body: bytes
) -> tuple[int, dict[str, str], bytes]:
    """Status, headers and body; a push to main that is not by a GITHUB_TOKEN becomes an event."""
    parts = urlsplit(target)
    match = re.fullmatch(r"/([^/]+/[^/]+?)(?:\.git)?(/info/refs|/git-upload-pack|/git-receive-pack)", parts.path)
    if match is None:
        return 404, {}, b"Not Found"
    name, service = match.groups()
    pushing = "git-receive-pack" in parts.query + service
    refusal = refused(state, caller, name, pushing)
    if refusal is not None:
        return refusal
    environment = backend_environment(state, caller, method, f"/{name}.git{service}", parts.query, headers, body)
    if not (pushing and method == "POST"):
        return backend(environment, body)
    with state.lock:
        before = state.repository.sha(MAIN)
        replied = backend(environment, body)
        after = state.repository.sha(MAIN)
        if after is not None and after != before and caller.permissions is None:
            events.pushed(state, before, after, caller.login or "")
    return replied


def refused(state: State, caller: Caller, name: str, pushing: bool) -> tuple[int, dict[str, str], bytes] | None:
    """The refusal that a caller gets for a repository."""
    if not (state.folder / f"{name}.git").is_dir() or not may_read(state, caller):
        return (401, ASK, b"") if caller.login is None else (404, {}, b"Repository not found.")
    if not pushing:
        return None
    if caller.login is None:
        return 401, ASK, b""
    if name == state.full_name and may_push(state, caller):
        return None
    return 403, {}, f"Permission to {name}.git denied to {caller.login}.".encode()


def may_read(state: State, caller: Caller) -> bool:
    """Whether a caller may fetch."""
    if not state.private or caller.deploy_key:
        return True
    if caller.permissions is not None:
        return caller.permissions.get("contents") in ("read", "write")
    return caller.login is not None and role(state, caller.login) != "none"


def may_push(state: State, caller: Caller) -> bool:
    """Whether a caller may push at all."""
    if caller.permissions is not None:
        return caller.permissions.get("contents") == "write"
    return caller.deploy_key or ROLES.index(role(state, caller.login or "")) >= ROLES.index("write")


def backend_environment(
    state: State, caller: Caller, method: str, path: str, query: str, headers: dict[str, str], body: bytes
) -> dict[str, str]:
    """What CGI tells git."""
    administrator = caller.permissions is None and role(state, caller.login or "") == "admin"
    given = {name.lower(): value for name, value in headers.items()}
    environment = {
        "PATH": os.environ["PATH"],
        **BARE,
        "CONTENT_LENGTH": str(len(body)),
        "CONTENT_TYPE": given.get("content-type", ""),
        "GIT_HTTP_EXPORT_ALL": "1",
        "GIT_PROJECT_ROOT": str(state.folder),
        "GIT_PROTOCOL": given.get("git-protocol", ""),
        "HTTP_CONTENT_ENCODING": given.get("content-encoding", ""),
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "REMOTE_ADDR": "127.0.0.1",
        "REMOTE_USER": caller.login or "",
        "REQUEST_METHOD": method,
    }
    return environment | ({"STANDIN_MAY_PUSH_PROTECTED": "1"} if caller.deploy_key or administrator else {})


def backend(environment: dict[str, str], body: bytes) -> tuple[int, dict[str, str], bytes]:
    """Run git's server program."""
    done = subprocess.run(["git", "http-backend"], input=body, capture_output=True, env=environment, check=False)
    head, _, content = done.stdout.partition(b"\r\n\r\n")
    headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n") if line)
    status = int(headers.pop("Status", "200").split()[0])
    return status, headers, content
