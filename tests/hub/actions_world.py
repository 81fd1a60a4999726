"""What runs share: the repository, its settings, its runners; and the facts of one run that all its jobs know."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from actions_expressions import Scope
from actions_workflow import SEEN, Workflow
from standin import GitHub

HOSTED = frozenset({"ubuntu-latest", "ubuntu-26.04", "ubuntu-24.04", "ubuntu-22.04", "ubuntu-24.04-arm", "ubuntu-slim"})
WATCHED = ("needs", "steps", "inputs", "matrix", "strategy", "runner", "job", "github")
"""contexts in which a property that nobody set is a mistake of the file"""


@dataclass
class World:
    """The settings of a repository and what stands around it."""

    hub: GitHub
    folder: Path
    environment: Mapping[str, str]
    """variables that every step gets, beside GitHub's own"""
    variables: Mapping[str, str]
    secrets: Mapping[str, str]
    environment_secrets: Mapping[str, Mapping[str, str]]
    runners: Mapping[str, Collection[str]]
    """a self-hosted runner -> its labels"""
    project: Path
    """whose pyproject.toml says which extras there are"""
    on_environment: Callable[[str], bool | None]
    """a reviewer: yes, no, or None for later"""
    deployed: list[dict[str, bytes]] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    """properties that a workflow file reads though nobody sets them, which GitHub takes for an empty text"""
    transcript: list[str] = field(default_factory=list)

    def say(self, depth: int, text: str) -> None:
        """Add to the transcript, each line as deep as its event, workflow, job or step."""
        self.transcript.extend("  " * depth + line for line in text.splitlines())

    def runner(self, labels: Collection[str]) -> str | None:
        """Who takes a job of some labels."""
        if len(labels) == 1 and set(labels) <= HOSTED:
            return "GitHub Actions 1"
        wanted = {label.lower() for label in labels}
        for name, has in self.runners.items():
            if wanted <= {"self-hosted", "linux", "x64", *(label.lower() for label in has)}:
                return name
        return None


@dataclass(frozen=True)
class Facts:
    """What all jobs of a run know."""

    world: World
    workflow: Workflow
    run_id: int
    attempt: int
    github: Mapping[str, Any]
    """the context, less what belongs to a job"""
    inputs: Mapping[str, Any]
    fork: bool
    """whether a pull request from a fork started it: no secrets, and a token that only reads"""

    @property
    def early(self) -> dict[str, Any]:
        """The contexts that are there before any job."""
        variables = {} if self.fork else dict(self.world.variables)
        return {"github": dict(self.github), "vars": variables, "inputs": dict(self.inputs)}

    def scope(
        self, place: str, contexts: Mapping[str, Any], functions: Mapping[str, Callable[..., Any]] | None = None
    ) -> Scope:
        """What an expression in some place of the file sees."""
        seen = {name: value for name, value in contexts.items() if name in SEEN[place]}
        return Scope(seen, functions or {}, lambda path: self.missed(path, contexts))

    def missed(self, path: str, contexts: Mapping[str, Any]) -> None:
        """Note a property that nobody set; those that a job or step would have set had it succeeded are fine."""
        root, *rest = path.split(".")
        if root not in WATCHED or (root == "github" and rest[:1] == ["event"]):
            return
        of = contexts[root].get(rest[0], {}) if root in ("needs", "steps") and rest else {}
        if of.get("outcome", of.get("result", "success")) == "success":
            self.world.unknown.append(f"{self.workflow.file}: {path}")
