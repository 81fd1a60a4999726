"""A GitHub of one repository on this machine: what tests do to it as contestants, maintainers and runners."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import standin_backstage as backstage
import standin_events as events
import standin_faults as faults
import standin_people as people
import standin_run_shapes as run_shapes
import standin_shapes as shapes
from standin_changes import Changes
from standin_issues import add_comment, relabel_named
from standin_log import Event, Request
from standin_server import Server
from standin_state import BOT, Caller, Run, State, now

LEVELS = ("none", "read", "write")


class GitHub:
    """A server on 127.0.0.1, whose state is a real bare repository.

    What a test does by a method is done by a person, and emits the events that GitHub would, of these: pull_request (opened,
    synchronize, closed), issue_comment (created), push to main. What a GITHUB_TOKEN does over HTTP emits none, but for
    workflow_dispatch. The end of a run is told by `completed`.
    """

    def __init__(self, folder: Path, *, files: Path, owner: str = "golf", name: str = "league", private: bool = False) -> None:
        self.state = State(server_url="", owner=owner, name=name, private=private, folder=folder.resolve(), created=now())
        self.state.repository.create().take(files.resolve(), owner)
        self.servers = (Server(self.state), Server(self.state))
        self.server_url = self.state.server_url = self.servers[0].url
        self.state.blob_url = self.servers[1].url
        self.api_url = self.state.api_url
        self.repository = self.state.full_name
        self.git = self.state.repository.folder
        self.events: deque[Event] = self.state.events
        self.runs: dict[int, Run] = self.state.runs
        self.requests: list[Request] = self.state.requests
        self.violations: list[str] = self.state.violations
        self.add_user(owner, "admin")
        self.threads = [threading.Thread(target=one.serve_forever, args=(0.02,)) for one in self.servers]

    def __enter__(self) -> GitHub:
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        for server, thread in zip(self.servers, self.threads, strict=True):
            server.end()
            thread.join()

    def add_user(self, login: str, permission: str = "read") -> None:
        """Give someone an account and a permission: none, read, triage, write, maintain or admin."""
        assert permission in shapes.ROLES, permission
        self.state.user(login).permission = permission

    def token(self, permissions: Mapping[str, str], *, login: str = BOT, seconds: float = 86400) -> str:
        """A GITHUB_TOKEN with exactly these permissions, and to read metadata."""
        assert set(permissions.values()) <= set(LEVELS), permissions
        held = {"metadata": "read", **permissions}
        return self.state.give(Caller(login=login, permissions=held, expires=time.time() + seconds))

    def user_token(self, login: str) -> str:
        """A token that may do what the user may do."""
        return self.state.give(Caller(login=self.state.user(login).login))

    def deploy_key(self, login: str = "deploy-key") -> str:
        """The password of a deploy key: it pushes over HTTP as the key does over SSH, to protected branches too."""
        return self.state.give(Caller(login=login, deploy_key=True))

    def expire(self, token: str) -> None:
        """Make a token one of yesterday's."""
        self.state.callers[token] = replace(self.state.callers[token], expires=0)

    def protect(self, branch: str) -> None:
        """Refuse pushes to a branch, but for those of deploy keys and administrators."""
        self.state.repository.protect(f"refs/heads/{branch}")

    def open_pull_request(
        self, login: str, branch: str, changes: Changes, *, title: str = "An entry", body: str = "", base: str = "main"
    ) -> int:
        """Open a pull request from the login's fork, or push to the one that is open from this branch."""
        with self.state.lock:
            return people.open_pull_request(self.state, login, branch, changes, title, body, base).number

    def open_issue(self, login: str, title: str, body: str = "", labels: Sequence[str] = ()) -> int:
        """Open an issue; it starts no workflow."""
        with self.state.lock:
            issue = people.add_issue(self.state, login, title, body)
            relabel_named(self.state, issue, labels)
            return issue.number

    def push(self, number: int, changes: Changes, *, force: bool = False) -> str:
        """Commit on a pull request's branch; with `force` in place of what it has. Gives the new head."""
        with self.state.lock:
            return people.push(self.state, self.state.issues[number], changes, force)

    def commit(self, login: str, changes: Changes, *, message: str = "A change") -> str:
        """Commit straight to main. Gives its new head."""
        with self.state.lock:
            return people.commit(self.state, login, changes, message)

    def merge(self, number: int, login: str, method: str = "squash") -> str:
        """Merge a pull request by squash, merge or rebase. Gives main's new head."""
        with self.state.lock:
            return people.merge(self.state, self.state.issues[number], login, method)

    def close(self, number: int, login: str) -> None:
        """Close a pull request or an issue."""
        with self.state.lock:
            people.close(self.state, self.state.issues[number], login)

    def comment(self, number: int, login: str, body: str) -> int:
        """Comment as a person. Gives the comment's id."""
        with self.state.lock:
            one = add_comment(self.state, self.state.issues[number], login, body)
            events.comment_created(self.state, one)
            return one.id

    def head(self, number: int) -> str:
        """The head of a pull request."""
        return people.pull_of(self.state.issues[number]).head

    def main(self) -> str:
        """The head of main."""
        return people.head_of(self.state, "main")

    def sticky(self, number: int) -> list[dict[str, Any]]:
        """The comments on an issue or a pull request, in order."""
        with self.state.lock:
            return [shapes.comment(self.state, one) for one in self.state.comments.values() if one.number == number]

    def labels(self, number: int) -> list[str]:
        """The labels of an issue or a pull request."""
        return list(self.state.issues[number].labels)

    def statuses(self, sha: str) -> list[dict[str, Any]]:
        """The statuses of a commit, newest first."""
        return [shapes.status(self.state, one) for one in self.state.statuses if one.sha == sha]

    def start_run(
        self,
        *,
        workflow: str,
        event: str,
        display_title: str,
        head_branch: str | None,
        head_sha: str,
        actor: str,
        pull_requests: Sequence[int] = (),
        head_repository: str | None = None,
        status: str = "in_progress",
        run_id: int | None = None,
    ) -> int:
        """Show a workflow run in the Actions API. Gives its id.

        Args:
            workflow: its file, as `referee.yml` or with its folder
            run_id: an event's, whose run waits already
        """
        path = workflow if "/" in workflow else f"{run_shapes.FOLDER}/{workflow}"
        with self.state.lock:
            return backstage.add_run(
                self.state,
                run_id,
                workflow=path,
                event=event,
                display_title=display_title,
                head_branch=head_branch,
                head_sha=head_sha,
                actor=actor,
                pull_requests=tuple(pull_requests),
                head_repository=head_repository or self.repository,
                status=status,
            ).id

    def set_run(
        self, run_id: int, *, status: str | None = None, conclusion: str | None = None, attempt: int | None = None
    ) -> None:
        """Change what the Actions API shows of a run; a conclusion completes it, another attempt begins it anew."""
        backstage.change_run(self.runs[run_id], status, conclusion, attempt)

    def set_job(
        self, run_id: int, name: str, *, status: str, conclusion: str | None = None, labels: Sequence[str] = ("ubuntu-latest",)
    ) -> None:
        """Show a job of a run, or change it."""
        with self.state.lock:
            backstage.put_job(self.state, self.runs[run_id], name, status, conclusion, labels)

    def cancelled(self, run_id: int) -> bool:
        """Whether someone asked to cancel a run."""
        return self.runs[run_id].cancel_requested

    def completed(self, run_id: int) -> Event:
        """The event `workflow_run`/`completed` of a run; it is not remembered among the events."""
        with self.state.lock:
            return backstage.completed(self.state, self.runs[run_id])

    def put_artifact(self, run_id: int, name: str, content: bytes) -> int:
        """Store a zip as a run's artifact, in place of one of the same name. Gives its id."""
        with self.state.lock:
            return backstage.put_artifact(self.state, self.runs[run_id], name, content).id

    def artifact(self, run_id: int, name: str) -> bytes | None:
        """The zip of a run's artifact, None where it has none of that name."""
        found = backstage.artifacts(self.state, self.runs[run_id], name)
        return next((one.content for one in found if not one.expired), None)

    def expire_artifact(self, run_id: int, name: str) -> None:
        """Let ninety days go by for an artifact."""
        for one in backstage.artifacts(self.state, self.runs[run_id], name):
            one.expired = True

    def attest(self, subject_name: str, digest_sha256: str, *, run_id: int) -> None:
        """Store a provenance attestation of a file, as actions/attest does."""
        with self.state.lock:
            backstage.attest(self.state, self.runs[run_id], subject_name, digest_sha256)

    def fault(
        self,
        method: str,
        path_pattern: str,
        *,
        status: int = 502,
        headers: Mapping[str, str] | None = None,
        body: Any = None,
        applied: bool = False,
        times: int = 1,
    ) -> None:
        """Play an answer to the next matching requests.

        Args:
            path_pattern: regular expression, searched in the path below `api_url`, or in a git request's whole path
            status: 0 hangs up without an answer
            body: what goes into JSON, or text
            applied: the request is carried out first, and its answer lost
        """
        with self.state.lock:
            faults.add(self.state, method, path_pattern, status, dict(headers or {}), body, applied, times)
