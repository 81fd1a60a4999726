"""The combinations of a `strategy`."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Any

from actions_values import WorkflowError, as_text

MOST = 256


def combinations(matrix: Any) -> list[dict[str, Any]]:
    """The jobs of a matrix: the product of its lists, less `exclude`, with what `include` adds to them or adds as further ones.

    Raises:
        WorkflowError: there is none, or too many, or it is no matrix.
    """
    if not isinstance(matrix, Mapping):
        raise WorkflowError(f"a matrix is {matrix!r}")
    lists = {name: values for name, values in matrix.items() if name not in ("include", "exclude")}
    if any(not isinstance(values, list) or not values for values in lists.values()):
        raise WorkflowError(f"a list of the matrix is empty, or no list: {lists}")
    product = [dict(zip(lists, one, strict=True)) for one in itertools.product(*lists.values())] if lists else []
    kept = [one for one in product if not any(one.items() >= out.items() for out in matrix.get("exclude") or [])]
    found = [dict(one) for one in kept]
    for more in matrix.get("include") or []:
        fitting = [
            one
            for one, began in zip(found, kept, strict=False)
            if all(began.get(key, value) == value for key, value in more.items())
        ]
        for one in fitting:
            one.update(more)
        if not fitting:
            found.append(dict(more))
    if not 0 < len(found) <= MOST:
        raise WorkflowError(f"a matrix of {len(found)} jobs: at least one is needed, at most {MOST} are allowed")
    return found


def shown(job: str, combination: Mapping[str, Any]) -> str:
    """`train (laptop-ss, 5)`: a job's name, with what is its own of the matrix."""
    return f"{job} ({', '.join(_leaves(list(combination.values())))})"


def _leaves(value: Any) -> list[str]:
    if isinstance(value, Mapping):
        value = list(value.values())
    return [text for one in value for text in _leaves(one)] if isinstance(value, list) else [as_text(value)]
