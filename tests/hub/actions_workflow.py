"""A workflow file, read and checked as a whole before anything of it runs: keys, needs, pins, permissions, expressions."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from actions_expressions import EMBEDDED, Scope, parse
from actions_filters import triggers
from actions_values import WorkflowError, as_text

from referee.files import strict_yaml
from referee.ground.errors import InputError

WORKFLOW_KEYS = frozenset("name run-name on permissions env defaults concurrency jobs".split())
JOB_KEYS = frozenset(
    "name permissions needs if runs-on environment concurrency outputs env defaults steps timeout-minutes strategy"
    " continue-on-error".split()
)
STEP_KEYS = frozenset("id if name uses run working-directory shell with env continue-on-error timeout-minutes".split())
PERMISSIONS = frozenset(
    "actions artifact-metadata attestations checks contents deployments discussions id-token issues models packages pages"
    " pull-requests repository-projects security-events statuses".split()
)
DEFAULT_PERMISSIONS = {"contents": "read", "packages": "read"}
"""of a workflow that names none, in a repository whose setting is the restricted one"""
IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
PINNED = re.compile(r"[\w.-]+/[\w./-]+@[0-9a-f]{40}")

EARLY = frozenset({"github", "vars", "inputs"})
PLANNED = EARLY | {"needs"}
SPREAD = PLANNED | {"strategy", "matrix"}
RUNNING = SPREAD | {"job", "runner", "env", "steps"}
SEEN: Mapping[str, frozenset[str]] = {
    "run-name": EARLY,
    "concurrency": EARLY,
    "env": EARLY | {"secrets"},
    "jobs.if": PLANNED,
    "jobs.strategy": PLANNED,
    "jobs": SPREAD,
    "jobs.env": SPREAD | {"secrets"},
    "jobs.outputs": RUNNING | {"secrets"},
    "steps": RUNNING | {"secrets"},
    "steps.if": RUNNING,
    "composite": RUNNING - {"vars", "needs"},
}
"""a place in the file -> the contexts that GitHub lets it see"""
STATUS_FUNCTIONS = {name: lambda: True for name in ("success", "failure", "always", "cancelled")}
FUNCTIONS: Mapping[str, Mapping[str, Callable[..., Any]]] = {
    "jobs.if": STATUS_FUNCTIONS,
    "steps.if": {**STATUS_FUNCTIONS, "hashfiles": str},
    "steps": {"hashfiles": str},
}


@dataclass(frozen=True)
class Workflow:
    """A workflow file of one commit."""

    file: str
    """referee.yml"""
    plain: Mapping[str, Any]
    commit: str

    @classmethod
    def read(cls, file: str, content: bytes, commit: str, *, stranger: bool = False) -> Workflow:
        """Read and check a file.

        Args:
            stranger: it is a contestant's, and all that GitHub accepts is accepted

        Raises:
            WorkflowError: GitHub would refuse it, it is not pinned, or a script of it holds an expression.
        """
        try:
            plain = strict_yaml.parse(content, file)
        except InputError as error:
            raise WorkflowError(str(error)) from None
        workflow = cls(file, plain, commit)
        try:
            _check(workflow, None if stranger else content.decode())
        except WorkflowError as error:
            raise WorkflowError(f"{file}: {error}") from None
        return workflow

    @property
    def path(self) -> str:
        return f".github/workflows/{self.file}"

    @property
    def name(self) -> str:
        return str(self.plain.get("name", self.path))

    @property
    def on(self) -> dict[str, dict[str, Any]]:
        return triggers(self.plain["on"])

    @property
    def jobs(self) -> dict[str, Mapping[str, Any]]:
        return dict(self.plain["jobs"])

    def needs(self, job: str) -> list[str]:
        """The jobs that a job names in its `needs`."""
        needs = self.jobs[job].get("needs", [])
        return [needs] if isinstance(needs, str) else list(needs)

    def ancestors(self, job: str) -> set[str]:
        """The jobs that a job waits for, directly or not."""
        found = set(self.needs(job))
        return found.union(*(self.ancestors(one) for one in found))

    def permissions(self, job: str, *, fork: bool) -> dict[str, str]:
        """What the token of a job may do; names that are missing are `none`.

        Args:
            fork: the run was started by a pull request from a fork, whose token writes nothing
        """
        block = self.jobs[job].get("permissions", self.plain.get("permissions", DEFAULT_PERMISSIONS))
        if block in ("read-all", "write-all"):
            block = dict.fromkeys(PERMISSIONS, str(block).removesuffix("-all"))
        given = {name: level for name, level in (block or {}).items() if level != "none"}
        if fork:
            return {name: "read" for name in given if name != "id-token"}
        return given


def _check(workflow: Workflow, text: str | None) -> None:
    plain = workflow.plain
    only(plain, WORKFLOW_KEYS, "the workflow", needed=("on", "jobs"))
    triggers(plain["on"])
    _permissions(plain)
    _expressions(plain.get("run-name"), "run-name")
    _expressions(plain.get("concurrency"), "concurrency")
    _expressions(plain.get("env"), "env")
    for name, job in workflow.jobs.items():
        only(job, JOB_KEYS, f"job {name}", needed=("runs-on", "steps"))
        if not IDENTIFIER.fullmatch(name) or set(workflow.needs(name)) - set(workflow.jobs):
            raise WorkflowError(f"job {name}: its name or its needs are none of a job")
        _permissions(job)
        for key in JOB_KEYS - {"steps", "needs", "permissions", "defaults"}:
            place = f"jobs.{key}" if f"jobs.{key}" in SEEN else "jobs"
            value = job.get(key)
            if key == "environment" and isinstance(value, Mapping):
                # Its address is shown after the job, and may tell what the steps found.
                _expressions(value.get("url"), "steps.if")
                value = {"name": value.get("name")}
            _expressions(value, place, condition=key == "if")
        check_steps(job["steps"], f"job {name}", text, "steps")
    in_order(workflow)


def in_order(workflow: Workflow) -> list[str]:
    """The jobs, each after those that it needs."""
    done: list[str] = []
    while len(done) < len(workflow.jobs):
        ready = [job for job in workflow.jobs if job not in done and set(workflow.needs(job)) <= set(done)]
        if not ready:
            raise WorkflowError("the jobs need each other in a circle")
        done.append(ready[0])
    return done


def check_steps(steps: Iterable[Any], where: str, text: str | None, place: str) -> None:
    """Check the steps of a job or of a composite action.

    Args:
        text: the file's, in which each action has the release of its pin in a comment; None where neither that nor what a
            script holds matters
        place: what of SEEN says what they see
    """
    ids = set()
    for number, step in enumerate(steps, start=1):
        shown = f"{where}, step {number}"
        only(step, STEP_KEYS, shown)
        if ("uses" in step) == ("run" in step) or step.get("id", number) in ids:
            raise WorkflowError(f"{shown}: it is neither an action nor a script, or its id is taken")
        ids.add(step.get("id"))
        if "${{" in as_text(step.get("run")) and text is not None:
            raise WorkflowError(f"{shown}: an expression within a script is an injection; hand it over in `env`")
        _pin(step.get("uses", "./"), text, shown)
        _expressions(step.get("if"), f"{place}.if" if place == "steps" else place, condition=True)
        for key in ("name", "run", "working-directory", "with", "env", "continue-on-error", "timeout-minutes"):
            _expressions(step.get(key), place)


def _pin(uses: str, text: str | None, shown: str) -> None:
    # `$/` is this repository at the commit that runs; `./` is what the workspace holds.
    if uses.startswith(("./", "$/")) or text is None:
        return
    if not PINNED.fullmatch(uses):
        raise WorkflowError(f"{shown}: {uses} is not pinned to a commit")
    if not re.search(rf"uses:\s*['\"]?{re.escape(uses)}['\"]?[ \t]+#[ \t]*v?[0-9]+(?:\.[0-9]+)*[ \t]*$", text, re.MULTILINE):
        raise WorkflowError(f"{shown}: {uses} lacks the comment that names its release")


def _permissions(plain: Mapping[str, Any]) -> None:
    block = plain.get("permissions", {})
    if block in ("read-all", "write-all"):
        return
    for name, level in (block or {}).items():
        if name not in PERMISSIONS or level not in ("read", "write", "none") or (name, level) == ("id-token", "read"):
            raise WorkflowError(f"there is no permission `{name}: {level}`")


def only(plain: Any, keys: frozenset[str], where: str, needed: Iterable[str] = ()) -> None:
    """Refuse what is no mapping of some keys."""
    if not isinstance(plain, Mapping) or set(plain) - keys or set(needed) - set(plain):
        found = sorted(set(plain) - keys) if isinstance(plain, Mapping) else plain
        raise WorkflowError(f"{where}: unknown {found}, needed {list(needed)}")


def _expressions(value: Any, place: str, condition: bool = False) -> None:
    """Read every expression in a value, though none is evaluated: GitHub refuses a file for one in a step that never runs."""
    scope = Scope(dict.fromkeys(SEEN[place]), FUNCTIONS.get(place, FUNCTIONS["steps.if"] if place == "composite" else {}))
    for text in _texts(value):
        found = [one[1] for one in EMBEDDED.finditer(text)]
        for expression in [text] if condition and text and not found else found:
            parse(expression, scope)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        for one in value.values():
            yield from _texts(one)
    elif isinstance(value, list):
        for one in value:
            yield from _texts(one)
    elif isinstance(value, str):
        yield value
