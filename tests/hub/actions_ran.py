"""What ran: a run of a workflow, its jobs, their steps."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from actions_commands import Annotation


@dataclass
class StepRan:
    """A step that was reached."""

    name: str
    outcome: str
    """success, failure, cancelled, skipped: before `continue-on-error`"""
    conclusion: str
    rc: int | None = None
    """exit status of a script; None of an action"""
    stdout: str = ""
    stderr: str = ""
    """both as the log shows them, with secrets masked"""
    summary: str = ""
    outputs: dict[str, str] = field(default_factory=dict)
    commands: list[str] = field(default_factory=list)
    """the lines that the runner obeyed"""


@dataclass
class JobRan:
    """A job, or one of a matrix."""

    result: str
    """success, failure, cancelled, skipped; queued while no runner takes it, waiting while no reviewer answered"""
    title: str = ""
    """what GitHub shows it as, where it began"""
    outputs: dict[str, str] = field(default_factory=dict)
    steps: list[StepRan] = field(default_factory=list)
    annotations: list[Annotation] = field(default_factory=list)
    permissions: dict[str, str] = field(default_factory=dict)
    labels: list[str] = field(default_factory=list)
    """of `runs-on`"""
    group: str | None = None
    runner: str | None = None
    environment: str | None = None
    concurrency: dict[str, Any] | None = None
    minutes: float = 360
    """`timeout-minutes`"""
    matrix: dict[str, Any] = field(default_factory=dict)
    workspace: Path | None = None

    def step(self, name: str) -> StepRan:
        """The step of a name or id."""
        return next(one for one in self.steps if one.name == name)


@dataclass
class Ran:
    """A run of a workflow, in its latest attempt."""

    workflow: str
    """its file: referee.yml"""
    event: str
    run_id: int
    title: str
    jobs: dict[str, JobRan] = field(default_factory=dict)
    """by id; of a matrix by `id (value, value)`, as GitHub shows them, and by id together"""
    conclusion: str | None = None
    """None while a job waits"""
    attempt: int = 1
    concurrency: dict[str, Any] | None = None

    def spread(self, job: str) -> Iterator[JobRan]:
        """The jobs of a matrix."""
        return (ran for name, ran in self.jobs.items() if name.startswith(f"{job} ("))
