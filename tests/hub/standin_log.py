"""What the stand-in writes down: events for who follows the workflows, and the requests that it answered."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Event:
    """What may start workflows."""

    name: str
    action: str | None
    payload: dict[str, Any] = field(repr=False)
    actor: str
    ref: str
    sha: str
    run_id: int | None = None
    """of a dispatch that asked for its run's details: the run that `start_run` is to take over"""


@dataclass(frozen=True)
class Request:
    """An API request that was answered."""

    method: str
    path: str
    status: int
    login: str | None
