"""GitHub's API as a league needs it. The only importer of PyGithub.

PyGithub repeats what reads, here also where a limit of the rate says when. A write is repeated by `_write` alone: an answer 502
may hide that it was carried out, so it is looked for before it is made again. A comment is found again by its marker and its
author, a dispatched run by its title.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property, partial
from itertools import islice
from typing import Any, NoReturn, TypeVar
from urllib.parse import urlsplit

import requests
from github import Auth, Github, GithubException, GithubRetry
from github.IssueComment import IssueComment
from github.PullRequest import PullRequest as TheirPullRequest
from github.WorkflowRun import WorkflowRun

from referee.adapters.attestation import is_by
from referee.ground.errors import RefereeFault

T = TypeVar("T")

BOT = "github-actions[bot]"
"""who writes with a workflow's own token"""
REFEREE = "referee.yml"
REFEREE_PATH = f".github/workflows/{REFEREE}"
CONTEXT = "referee/score"
"""of the commit status with the verdict"""
PLANNED = "referee/plan"
"""of the commit status that holds the digest of a run's plan"""
LABELS = {
    "needs-fix": ("d73a4a", "the check found faults"),
    "ready": ("0e8a16", "a maintainer can approve a run"),
    "in-play": ("fbca04", "a run is on its way"),
    "judged": ("5319e7", "the referee has answered"),
}
"""name -> colour and description; a pull request carries one of them"""
WAITS = (0.5, 2, 8, 30)
"""seconds before a write is tried again"""
LONGEST_WAIT = 900
"""seconds that a limit of the rate may ask for"""
RECENT_RUNS = 200
MOST_COMMENTS = 1000
_TITLE = re.compile(r"(?P<entry>[a-z0-9./-]+) @(?P<commit>[0-9a-f]{40}) #(?P<pull>[0-9]*)(?P<again> again [0-9]+)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class PullRequest:
    """What of a pull request matters here. Its title and its branch don't."""

    number: int
    author: str
    head: str
    """the commit"""
    base: str
    """the branch that it is opened against"""
    open_: bool
    merged: bool
    labels: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A run of a workflow."""

    id: int
    path: str
    """of the workflow's file"""
    event: str
    branch: str
    """that it ran on"""
    ours: bool
    """started in this repository, not in a fork"""
    title: str
    done: bool
    conclusion: str | None
    created: datetime
    url: str

    @property
    def entry(self) -> str | None:
        """Of a run of the referee, `competition/entry`."""
        found = _TITLE.fullmatch(self.title)
        return found["entry"] if found else None

    @property
    def commit(self) -> str | None:
        """Of a run of the referee, the commit that it plays."""
        found = _TITLE.fullmatch(self.title)
        return found["commit"] if found else None

    @property
    def pull_request(self) -> int | None:
        """Of a run of the referee, the pull request that it plays."""
        found = _TITLE.fullmatch(self.title)
        return int(found["pull"]) if found and found["pull"] else None

    @property
    def trains(self) -> bool:
        """Whether it is one of the referee's that trains, and so an attempt."""
        found = _TITLE.fullmatch(self.title)
        return found is not None and not found["again"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """An artifact of a run, as GitHub lists it."""

    id: int
    run: int
    size: int
    expired: bool


def title_of(entry: str, commit: str, pull_request: int | None, trained: int | None = None) -> str:
    """The title of a run of the referee, as the workflow's `run-name` makes it."""
    return f"{entry} @{commit} #{pull_request or ''}" + (f" again {trained}" if trained else "")


class Hub:
    """One repository on GitHub.

    Args:
        repository: owner/name
        token: of the job; None reads what everybody may
        api_url: where the API is

    Every method raises RefereeFault where GitHub fails, refuses the token, or asks to wait for too long.
    """

    def __init__(self, repository: str, token: str | None, api_url: str) -> None:
        retry = GithubRetry(
            total=6,
            backoff_factor=1,
            status_forcelist=[429, *range(500, 600)],
            allowed_methods={"GET", "HEAD"},
            max_rate_limit_wait=LONGEST_WAIT,
        )
        self._github = Github(
            auth=Auth.Token(token) if token else None,
            base_url=api_url,
            per_page=100,
            retry=retry,
            seconds_between_requests=None,
            seconds_between_writes=None,
            lazy=True,
        )
        self._repository = self._github.get_repo(repository)
        self._path = f"/repos/{repository}"

    @cached_property
    def default_branch(self) -> str:
        """Whose workflow files and league count."""
        with _explained("the repository"):
            return self._repository.default_branch

    def pull_request(self, number: int) -> PullRequest:
        """As it is now."""
        with _explained(f"pull request {number}"):
            return _pull_request(self._repository.get_pull(number))

    def open_pull_request(self, owner: str, branch: str, head: str) -> PullRequest | None:
        """The open one whose head is this commit of this branch of this owner's fork."""
        with _explained("the pull requests"):
            found = map(_pull_request, self._repository.get_pulls(state="open", head=f"{owner}:{branch}"))
            return next((pull for pull in found if pull.head == head), None)

    def pull_requests_of(self, commit: str) -> list[PullRequest]:
        """Those that brought a commit to the default branch."""
        with _explained(f"commit {commit[:12]}"):
            return list(map(_pull_request, self._repository.get_commit(commit).get_pulls()))

    def in_play(self) -> list[PullRequest]:
        """The open pull requests that say that a run is on its way."""
        with _explained("the pull requests"):
            return [pull for pull in map(_pull_request, self._repository.get_pulls(state="open")) if "in-play" in pull.labels]

    def changes(self, number: int, most: int) -> list[str]:
        """What a pull request changes, up to `most` paths; of a moved file both."""
        with _explained(f"the files of pull request {number}"):
            changes = []
            for file in islice(self._repository.get_pull(number).get_files(), most):
                changes.append(file.filename)
                if file.previous_filename and file.status == "renamed":
                    changes.append(file.previous_filename)
            return changes

    def may_write(self, login: str) -> bool:
        """Whether somebody is a maintainer."""
        with _explained(f"the permission of {login}"):
            return self._repository.get_collaborator_permission(login) in ("admin", "write")

    def say(self, number: int, marker: str, body: str) -> None:
        """Keep the one comment that begins with `marker` up to date."""
        with _explained(f"the comments of pull request {number}"):
            mine = self._mine(number, marker)
            if not mine:
                issue = self._repository.get_issue(number)
                _write(lambda: issue.create_comment(body), lambda: next(iter(self._mine(number, marker)), None))
            elif mine[0].body.strip() != body.strip():
                _write(lambda: mine[0].edit(body))
            for double in mine[1:]:
                _remove(double.delete)

    def _mine(self, number: int, marker: str) -> list[IssueComment]:
        comments = islice(self._repository.get_issue(number).get_comments(), MOST_COMMENTS)
        return [one for one in comments if one.user.login == BOT and one.body.startswith(marker)]

    def label(self, number: int, wanted: str) -> None:
        """Give a pull request one of LABELS and take the others."""
        with _explained(f"the labels of pull request {number}"):
            issue = self._repository.get_issue(number)
            carried = {label.name for label in issue.get_labels()}
            for name in sorted(carried & set(LABELS) - {wanted}):
                _remove(partial(issue.remove_from_labels, name))
            if wanted not in carried:
                self._make_label(wanted)
                _write(lambda: issue.add_to_labels(wanted))

    def _make_label(self, name: str) -> None:
        colour, description = LABELS[name]
        try:
            _write(lambda: self._repository.create_label(name, colour, description))
        except GithubException as refusal:
            if refusal.status != 422:
                raise

    def set_status(self, commit: str, state: str, description: str, url: str, context: str = CONTEXT) -> None:
        """Put a commit status: pending, success, failure or error."""
        with _explained(f"the status of {commit[:12]}"):
            head = self._repository.get_commit(commit)
            _write(lambda: head.create_status(state, target_url=url, description=description[:140], context=context))

    def statuses(self, commit: str, context: str = CONTEXT) -> list[tuple[str, str]]:
        """(description, url) of each status that a workflow put on a commit, the newest first."""
        with _explained(f"the status of {commit[:12]}"):
            return [
                (status.description or "", status.target_url or "")
                for status in self._repository.get_commit(commit).get_statuses()
                if status.context == context and status.creator.login == BOT
            ]

    def answered(self, number: int, comment: int) -> bool:
        """Whether a command was seen before: a workflow may run twice for one comment."""
        with _explained(f"comment {comment}"):
            reactions = self._repository.get_issue(number).get_comment(comment).get_reactions()
            return any(one.user.login == BOT for one in reactions)

    def react(self, number: int, comment: int, reaction: str) -> None:
        """Answer a comment with a sign."""
        with _explained(f"comment {comment}"):
            told = self._repository.get_issue(number).get_comment(comment)
            _write(lambda: told.create_reaction(reaction))

    def dispatch(self, workflow: str, inputs: dict[str, str], title: str | None = None) -> str:
        """Start a workflow of the default branch; give the address of the run.

        Args:
            title: of the run that comes of it, where starting it twice would do harm
        """
        with _explained(f"the workflow {workflow}"):
            begun = datetime.now(UTC) - timedelta(minutes=1)
            asked, branch = self._repository.get_workflow(workflow), self.default_branch

            def start() -> str:
                return asked.create_dispatch(branch, inputs, throw=True, return_run_details=True).html_url

            def started() -> str | None:
                runs = self.runs(workflow) if title else []
                return next((run.url for run in runs if run.title == title and run.created > begun), None)

            return _write(start, started)

    def runs(self, workflow: str) -> list[Run]:
        """The most recent runs of a workflow, the newest first."""
        with _explained(f"the runs of {workflow}"):
            return [_run(run) for run in islice(self._repository.get_workflow(workflow).get_runs(), RECENT_RUNS)]

    def run(self, number: int) -> Run:
        """One run."""
        with _explained(f"run {number}"):
            return _run(self._repository.get_workflow_run(number))

    def judges(self, run: Run) -> bool:
        """Whether what a run left may be believed: it is the referee's, of the default branch, started by somebody who may."""
        return (
            run.path.split("@")[0] == REFEREE_PATH
            and run.event == "workflow_dispatch"
            and run.branch == self.default_branch
            and run.ours
        )

    def cancel(self, run: Run) -> None:
        """Ask a run to stop."""
        with _explained(f"run {run.id}"):
            _write(lambda: self._github.requester.requestJsonAndCheck("POST", f"{self._path}/actions/runs/{run.id}/cancel"))

    def artifacts(self, name: str) -> list[Stored]:
        """Artifacts of that name of any run, the newest first. Whoever runs a workflow, a fork's too, can name one so."""
        with _explained(f"the artifacts {name}"):
            found = [
                Stored(id=one.id, run=one.workflow_run.id, size=one.size_in_bytes, expired=one.expired)
                for one in self._repository.get_artifacts(name=name)
            ]
            return sorted(found, key=lambda one: -one.id)

    def download(self, stored: Stored, most: int) -> bytes:
        """The zip file of an artifact.

        Raises:
            RefereeFault: it is larger than `most` bytes.
        """
        if stored.size > most:
            raise RefereeFault(f"artifact {stored.id}: {stored.size} bytes, at most {most} are read")
        with _explained(f"artifact {stored.id}"):
            path = f"{self._path}/actions/artifacts/{stored.id}/zip"
            status, headers, _ = self._github.requester.requestJson("GET", path)
            if status != 302:
                raise RefereeFault(f"artifact {stored.id}: GitHub answered {status}; it may have expired")
            return _stored_file(headers["location"], most)

    def attested(self, sha256: str) -> bool:
        """Whether a run of the referee on the default branch has put its name to a file with this digest.

        GitHub takes an attestation from a job that may write them alone; its signature is for those who don't ask GitHub.
        """
        with _explained("the attestations"):
            try:
                _, answer = self._github.requester.requestJsonAndCheck("GET", f"{self._path}/attestations/sha256:{sha256}")
            except GithubException as refusal:
                if refusal.status == 404:
                    return False
                raise
            branch = self.default_branch
            return any(is_by(one, sha256, REFEREE_PATH, branch) for one in answer["attestations"])

    def runner_configuration(self, name: str, labels: Sequence[str]) -> str:
        """What an ephemeral runner starts from: one job, then its registration is gone."""
        with _explained("the runners"):
            asked = {"name": name, "runner_group_id": 1, "labels": list(labels), "work_folder": "_work"}
            _, answer = self._github.requester.requestJsonAndCheck(
                "POST", f"{self._path}/actions/runners/generate-jitconfig", input=asked
            )
            return str(answer["encoded_jit_config"])

    def ssh_keys(self) -> list[str]:
        """The host keys of GitHub's SSH server, told over a connection that was checked."""
        with _explained("the host keys"):
            _, answer = self._github.requester.requestJsonAndCheck("GET", "/meta")
            return list(answer.get("ssh_keys", ()))


def _pull_request(theirs: TheirPullRequest) -> PullRequest:
    return PullRequest(
        number=theirs.number,
        # The account may be gone.
        author=theirs.user.login if theirs.user else "ghost",
        head=theirs.head.sha,
        base=theirs.base.ref,
        open_=theirs.state == "open",
        merged=theirs.merged_at is not None,
        labels=tuple(label.name for label in theirs.labels),
    )


def _run(theirs: WorkflowRun) -> Run:
    head, own = theirs.head_repository, theirs.repository
    return Run(
        id=theirs.id,
        path=theirs.path,
        event=theirs.event,
        branch=theirs.head_branch,
        ours=head is not None and head.id == own.id,
        title=theirs.display_title,
        done=theirs.status == "completed",
        conclusion=theirs.conclusion,
        created=theirs.created_at,
        url=theirs.html_url,
    )


def _stored_file(url: str, most: int) -> bytes:
    """What a storage address holds. It is of another server, which must not see the token."""
    with requests.get(url, stream=True, timeout=60) as answer:
        answer.raise_for_status()
        content = bytearray()
        for piece in answer.iter_content(2**16):
            content += piece
            if len(content) > most:
                raise RefereeFault(f"{urlsplit(url).hostname}: an artifact of more than {most} bytes")
        return bytes(content)


def _write(do: Callable[[], T], look: Callable[[], T | None] = lambda: None) -> T:
    """Carry out a write; after a failure of the server's, only if `look` does not find that it was carried out."""
    for wait in WAITS:
        try:
            return do()
        except GithubException as refusal:
            if refusal.status < 500:
                time.sleep(_asked_wait(refusal))
                continue
        except requests.RequestException:
            pass
        # What was carried out may take a moment to be seen.
        time.sleep(wait)
        if (found := look()) is not None:
            return found
    return do()


def _remove(do: Callable[[], object]) -> None:
    """Carry out a removal, of what may be gone already: by a try whose answer was lost, or by somebody else."""
    try:
        _write(do)
    except GithubException as refusal:
        if refusal.status != 404:
            raise


def _asked_wait(refusal: GithubException) -> float:
    """Seconds to wait, where a refusal is of the rate alone.

    Raises:
        GithubException: it is not.
        RefereeFault: it would be too long.
    """
    headers = {name.lower(): value for name, value in (refusal.headers or {}).items()}
    told = str(refusal.data)
    if refusal.status not in (403, 429) or not ("retry-after" in headers or "rate limit" in told.lower()):
        raise refusal
    reset = float(headers.get("x-ratelimit-reset", 0)) - time.time() if headers.get("x-ratelimit-remaining") == "0" else 60
    wait = float(headers["retry-after"]) if "retry-after" in headers else max(1.0, reset)
    if wait > LONGEST_WAIT:
        raise RefereeFault(f"GitHub asks to wait {wait:.0f} s; run the job again then")
    return wait


@contextmanager
def _explained(what: str) -> Iterator[None]:
    try:
        yield
    except GithubException as refusal:
        _explain(what, refusal)
    except requests.RequestException as failure:
        raise RefereeFault(f"GitHub, {what}: {type(failure).__name__}; run the job again") from None


def _explain(what: str, refusal: GithubException) -> NoReturn:
    told: Any = refusal.data
    sentence = str(told.get("message", told) if isinstance(told, dict) else told or refusal.message or "")[:300]
    hints = {
        401: "the token was refused; it may have expired: run the job again",
        403: "the token may not do that; look at the job's `permissions`",
        404: "it does not exist, or the token may not see it",
    }
    hint = hints.get(refusal.status, "run the job again")
    raise RefereeFault(f"GitHub, {what}: {refusal.status} {sentence}; {hint}") from None
