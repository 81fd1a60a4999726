"""What the stand-in remembers beside its git repositories."""

from __future__ import annotations

import itertools
import secrets
import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from standin_git import Repository
from standin_log import Event, Request

BOT = "github-actions[bot]"


@dataclass
class User:
    """Someone with an account, and what they may do on the repository."""

    login: str
    id: int
    permission: str


@dataclass(frozen=True, kw_only=True)
class Caller:
    """Who makes a request."""

    login: str | None
    """None for someone who is not signed in"""
    permissions: Mapping[str, str] | None = None
    """of a GITHUB_TOKEN, None for anyone else"""
    deploy_key: bool = False
    expires: float = float("inf")


@dataclass(kw_only=True)
class Reaction:
    id: int
    login: str
    content: str
    created: datetime


@dataclass(kw_only=True)
class Comment:
    id: int
    number: int
    login: str
    body: str
    created: datetime
    updated: datetime
    reactions: list[Reaction] = field(default_factory=list)


@dataclass(kw_only=True)
class Pull:
    """What a pull request has that an issue has not."""

    branch: str
    base: str
    head: str
    base_sha: str
    merged: datetime | None = None
    merged_by: str | None = None
    merge_commit: str | None = None


@dataclass(kw_only=True)
class Issue:
    """An issue, or a pull request."""

    id: int
    number: int
    login: str
    title: str
    body: str
    created: datetime
    updated: datetime
    closed: datetime | None = None
    labels: list[str] = field(default_factory=list)
    pull: Pull | None = None


@dataclass(frozen=True, kw_only=True)
class Label:
    id: int
    name: str
    color: str = "ededed"
    description: str | None = None


@dataclass(frozen=True, kw_only=True)
class Status:
    id: int
    sha: str
    state: str
    context: str
    description: str | None
    target_url: str | None
    login: str
    created: datetime


@dataclass(kw_only=True)
class Job:
    id: int
    name: str
    status: str
    conclusion: str | None
    labels: tuple[str, ...]
    created: datetime


@dataclass(kw_only=True)
class Run:
    """A workflow run, as the Actions API shows it."""

    id: int
    number: int
    workflow: str
    """path of its file"""
    event: str
    display_title: str
    head_branch: str | None
    head_sha: str
    actor: str
    pull_requests: tuple[int, ...] = ()
    head_repository: str
    status: str
    conclusion: str | None = None
    created: datetime
    updated: datetime
    attempt: int = 1
    cancel_requested: bool = False
    jobs: list[Job] = field(default_factory=list)


@dataclass(kw_only=True)
class Artifact:
    id: int
    run: Run
    name: str
    content: bytes
    created: datetime
    expired: bool = False


@dataclass(kw_only=True)
class State:
    """Everything, with the one lock under which it is read and written."""

    server_url: str
    blob_url: str = ""
    """of another port, as GitHub's artifacts come from another host"""
    owner: str
    name: str
    private: bool
    folder: Path
    created: datetime
    lock: threading.RLock = field(default_factory=threading.RLock)
    users: dict[str, User] = field(default_factory=dict)
    callers: dict[str, Caller] = field(default_factory=dict)
    """token -> who has it"""
    issues: dict[int, Issue] = field(default_factory=dict)
    comments: dict[int, Comment] = field(default_factory=dict)
    labels: dict[str, Label] = field(default_factory=dict)
    """name in small letters -> label"""
    statuses: list[Status] = field(default_factory=list)
    runs: dict[int, Run] = field(default_factory=dict)
    artifacts: dict[int, Artifact] = field(default_factory=dict)
    tickets: dict[str, bytes] = field(default_factory=dict)
    """what the blob store gives out, each once"""
    attestations: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    title: Callable[[str, Event], str] | None = None
    """what a run of a workflow's file that was asked for will be called, where somebody follows the workflows"""
    faults: list[Any] = field(default_factory=list)
    events: deque[Event] = field(default_factory=deque)
    requests: list[Request] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)
    numbers: dict[str, int] = field(default_factory=dict)
    ids: Iterator[int] = field(default_factory=lambda: itertools.count(1001))

    @property
    def api_url(self) -> str:
        return f"{self.server_url}/api"

    @property
    def full_name(self) -> str:
        return f"{self.owner}/{self.name}"

    @property
    def url(self) -> str:
        """The repository's address in the API."""
        return f"{self.api_url}/repos/{self.full_name}"

    @property
    def html_url(self) -> str:
        return f"{self.server_url}/{self.full_name}"

    @property
    def repository(self) -> Repository:
        return Repository(self.folder / f"{self.full_name}.git")

    def fork(self, login: str) -> Repository:
        """The repository of a contestant; the organization's own for itself."""
        return Repository(self.folder / login / f"{self.name}.git")

    def user(self, login: str) -> User:
        """A user; a login that was never added is a stranger's, who may read what is public."""
        return self.users.setdefault(login, User(login, self.number(login), "none" if self.private else "read"))

    def give(self, caller: Caller) -> str:
        """A new token for who is to have it."""
        token = f"ghs_{secrets.token_hex(18)}"
        self.callers[token] = caller
        return token

    def number(self, name: str) -> int:
        """The id of what has a name, such as a repository or a workflow's file."""
        if name not in self.numbers:
            self.numbers[name] = next(self.ids)
        return self.numbers[name]


def now() -> datetime:
    """The time, in whole seconds as GitHub tells it."""
    return datetime.now(UTC).replace(microsecond=0)
