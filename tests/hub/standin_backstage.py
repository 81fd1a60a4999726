"""What Actions itself does to the stand-in: runs and jobs shown, artifacts and attestations stored."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import standin_events as events
import standin_run_shapes as run_shapes
from standin_attest import bundle
from standin_log import Event
from standin_state import Artifact, Job, Run, State, now


def add_run(state: State, run_id: int | None = None, **given: Any) -> Run:
    """Show a run, in place of one that waited under its id."""
    number = 1 + sum(one.workflow == given["workflow"] and one.id != run_id for one in state.runs.values())
    run = Run(id=run_id or next(state.ids), number=number, created=now(), updated=now(), **given)
    state.runs[run.id] = run
    return run


def change_run(run: Run, status: str | None, conclusion: str | None, attempt: int | None) -> None:
    """A conclusion completes a run, another attempt begins it anew."""
    if attempt is not None:
        run.attempt, run.conclusion, run.cancel_requested, run.status = attempt, None, False, "in_progress"
    run.status = status or ("completed" if conclusion else run.status)
    run.conclusion, run.updated = conclusion or run.conclusion, now()


def put_job(state: State, run: Run, name: str, status: str, conclusion: str | None, labels: Sequence[str]) -> None:
    """Show a job of a run, or change it."""
    for one in run.jobs:
        if one.name == name:
            one.status, one.conclusion, one.labels = status, conclusion, tuple(labels)
            return
    number = next(state.ids)
    run.jobs.append(Job(id=number, name=name, status=status, conclusion=conclusion, labels=tuple(labels), created=now()))


def completed(state: State, run: Run) -> Event:
    """The event that a run has ended."""
    workflow = run_shapes.workflow(state, run.workflow)
    payload: dict[str, object] = {"workflow_run": run_shapes.run(state, run), "workflow": workflow}
    return events.made(state, "workflow_run", "completed", payload, run.actor)


def put_artifact(state: State, run: Run, name: str, content: bytes) -> Artifact:
    """Store an artifact of a run, in place of one of its name."""
    for one in artifacts(state, run, name):
        del state.artifacts[one.id]
    made = Artifact(id=next(state.ids), run=run, name=name, content=content, created=now())
    state.artifacts[made.id] = made
    return made


def artifacts(state: State, run: Run, name: str) -> list[Artifact]:
    """A run's artifacts of a name: one or none."""
    return [one for one in state.artifacts.values() if one.run is run and one.name == name]


def attest(state: State, run: Run, subject: str, sha256: str) -> None:
    """Store an attestation, before the older ones."""
    state.attestations.setdefault(f"sha256:{sha256}", []).insert(0, bundle(state, subject, sha256, run))
