"""Which events start a workflow: the filters below `on`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from actions_values import WorkflowError

DEFAULT_TYPES = {"pull_request": ("opened", "synchronize", "reopened")}
"""event -> the actions that start a workflow which names none; of other events all do"""
KNOWN: Mapping[str, frozenset[str]] = {
    "pull_request": frozenset({"types", "branches", "branches-ignore", "paths", "paths-ignore"}),
    "push": frozenset({"branches", "branches-ignore", "tags", "tags-ignore", "paths", "paths-ignore"}),
    "issue_comment": frozenset({"types"}),
    "workflow_run": frozenset({"workflows", "types", "branches", "branches-ignore"}),
    "workflow_dispatch": frozenset({"inputs"}),
    "schedule": frozenset(),
    "merge_group": frozenset({"types", "branches"}),
}
"""event -> the filters that it takes"""
SIGNS = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "?", "+": "+"}


def triggers(on: Any) -> dict[str, dict[str, Any]]:
    """What stands below `on`, each event with its filters."""
    if isinstance(on, str):
        return triggers([on])
    if isinstance(on, Sequence):
        return triggers(dict.fromkeys(on))
    if not isinstance(on, Mapping):
        raise WorkflowError(f"`on` is {on!r}")
    found = {}
    for event, filters in on.items():
        if event not in KNOWN:
            raise WorkflowError(f"the event {event!r} is not known here")
        found[event] = {"cron": filters} if event == "schedule" else dict(filters or {})
        if event == "workflow_run" and _list(found[event].get("types", [])) != ["completed"]:
            raise WorkflowError("of the events of a run only completed ones are followed here")
        unknown = set() if event == "schedule" else set(found[event]) - KNOWN[event]
        if unknown:
            raise WorkflowError(f"{event} has no filter {', '.join(sorted(unknown))}")
    return found


def starts(
    filters: Mapping[str, Any],
    event: str,
    action: str | None,
    *,
    branch: str,
    paths: Callable[[], Iterable[str]],
    workflow: str,
) -> bool:
    """Whether an event passes the filters of its name.

    Args:
        branch: the base of a pull request, the pushed branch, the head branch of a run
        paths: gives the paths that changed
        workflow: the name of the workflow whose run the event is about
    """
    types = filters.get("types", DEFAULT_TYPES.get(event))
    if action is not None and types is not None and action not in _list(types):
        return False
    if event == "workflow_run" and workflow not in _list(filters.get("workflows", [])):
        return False
    if "branches" not in filters and ("tags" in filters or "tags-ignore" in filters):
        return False
    return _passes(filters, "branches", [branch]) and _passes(filters, "paths", paths)


def _passes(filters: Mapping[str, Any], name: str, values: Iterable[str] | Callable[[], Iterable[str]]) -> bool:
    """Of a filter, whether any value is included; of an ignoring one, whether any isn't; true without either."""
    if name in filters and f"{name}-ignore" in filters:
        raise WorkflowError(f"{name} and {name}-ignore exclude each other")
    if name not in filters and f"{name}-ignore" not in filters:
        return True
    found = list(values() if callable(values) else values)
    if name in filters:
        return any(matches(filters[name], value) for value in found)
    return any(not matches(filters[f"{name}-ignore"], value) for value in found)


def matches(patterns: Any, value: str) -> bool:
    """Whether the last pattern that fits a value is one without `!`."""
    included = False
    for pattern in _list(patterns):
        negative = pattern.startswith("!")
        if re.fullmatch(_regex(pattern[negative:]), value):
            included = not negative
    return included


def _regex(pattern: str) -> str:
    def translated(found: re.Match[str]) -> str:
        piece = found[0]
        return SIGNS.get(piece) or (piece if piece.startswith("[") else re.escape(piece.removeprefix("\\")))

    return re.sub(r"\*\*/|\*\*|\[[^\]]*\]|\\.|.", translated, pattern)


def _list(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else [str(one) for one in value]
