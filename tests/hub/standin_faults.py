"""Faults: answers that a test has the stand-in play instead of the true ones."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from standin_call import Answer
from standin_state import State


@dataclass(kw_only=True)
class Fault:
    """An answer to play."""

    method: str
    path: re.Pattern[str]
    answer: Answer
    applied: bool
    """the request is carried out, and its answer lost"""
    left: int


def add(
    state: State, method: str, path: str, status: int, headers: dict[str, str], body: Any, applied: bool, times: int
) -> None:
    """Put a fault into the queue."""
    answer = Answer(status, {"message": "Server Error"} if body is None else body, headers)
    state.faults.append(Fault(method=method, path=re.compile(path), answer=answer, applied=applied, left=times))


def played(state: State, method: str, path: str, applied: bool = False) -> Answer | None:
    """The first fault in the queue that stands for a request."""
    for fault in state.faults:
        if fault.left > 0 and fault.applied is applied and fault.method == method and fault.path.search(path):
            fault.left -= 1
            answer: Answer = fault.answer
            return answer
    return None
