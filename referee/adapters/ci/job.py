"""The job of a workflow that this process is a step of, as GitHub's runner describes it in the environment."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from referee.ground.errors import InputError

if TYPE_CHECKING:
    from referee.adapters.github import Hub


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Where a step runs, and for what event."""

    repository: str
    """owner/name"""
    server: str
    """address of the site, and of the repositories on it"""
    api: str
    run: int
    attempt: int
    """1, and one more each time that the whole run is started anew"""
    commit: str
    """the default branch's, but for a pull request's own workflows"""
    token: str | None
    """only where the step's `env` names it"""
    event: Mapping[str, Any]

    @classmethod
    def here(cls) -> Job:
        """This process's.

        Raises:
            InputError: it is no step of a workflow.
        """
        file = os.environ.get("GITHUB_EVENT_PATH")
        if not file:
            raise InputError("GITHUB_EVENT_PATH is not set; `referee ci` is for workflows, see .github/workflows")
        return cls(
            repository=_variable("GITHUB_REPOSITORY"),
            server=_variable("GITHUB_SERVER_URL"),
            api=_variable("GITHUB_API_URL"),
            run=int(_variable("GITHUB_RUN_ID")),
            attempt=int(_variable("GITHUB_RUN_ATTEMPT")),
            commit=_variable("GITHUB_SHA"),
            token=os.environ.get("GITHUB_TOKEN") or None,
            event=json.loads(Path(file).read_text(encoding="utf-8")),
        )

    @property
    def address(self) -> str:
        """Of the repository, for Git."""
        return f"{self.server}/{self.repository}"

    @property
    def url(self) -> str:
        """Of this run, for people."""
        return f"{self.address}/actions/runs/{self.run}"

    def input(self, name: str) -> str:
        """An input of a workflow that was dispatched; empty where it was not given."""
        return str((self.event.get("inputs") or {}).get(name) or "")

    def hub(self) -> Hub:
        """The repository on GitHub."""
        # Slow to import, and the machine that trains has no use for it.
        from referee.adapters.github import Hub

        return Hub(self.repository, self.token, self.api)


def put_output(name: str, value: str) -> None:
    """Set an output of this step. What the value holds can't end it early."""
    end = secrets.token_hex(16)
    _append("GITHUB_OUTPUT", f"{name}<<{end}\n{value}\n{end}\n")


def add_summary(markdown: str) -> None:
    """Add to what the run's page shows of this job."""
    _append("GITHUB_STEP_SUMMARY", markdown.rstrip() + "\n")


def _append(variable: str, text: str) -> None:
    with Path(_variable(variable)).open("a", encoding="utf-8") as stream:
        stream.write(text)


def _variable(name: str) -> str:
    value = os.environ.get(name)
    if not value:
        raise InputError(f"{name} is not set; `referee ci` is for workflows, see .github/workflows")
    return value
