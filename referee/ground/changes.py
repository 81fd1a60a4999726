"""What a pull request may change: the folder of one entry, and not its results."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from referee.ground.errors import Fault

MOST_CHANGES = 200
"""of an entry's pull request: its files, those that it replaces, and a margin for what it must not touch"""
SUBMISSIONS = "submissions"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A path that a pull request adds, changes or removes."""

    path: str
    removed: bool = False


def enters(changes: Sequence[Change]) -> bool:
    """Whether a pull request means to enter a competition. Others are the maintainers' to read."""
    return any(change.path.split("/")[0] == SUBMISSIONS for change in changes)


def entry_of(changes: Sequence[Change]) -> str | None:
    """`competition/entry` of the one entry that is changed; None where there is none, or several."""
    found = set(filter(None, (_entry(change.path) for change in changes)))
    return found.pop() if len(found) == 1 else None


def faults(changes: Sequence[Change]) -> Iterator[Fault]:
    """What an entry's pull request changes and must not."""
    entries = sorted(set(filter(None, (_entry(change.path) for change in changes))))
    if len(entries) > 1:
        yield Fault(
            SUBMISSIONS, "", f"{len(entries)} entries are changed ({', '.join(entries[:5])}); open one pull request each"
        )
    for change in changes:
        entry = _entry(change.path)
        if entry is None:
            yield Fault(change.path, "", "is no part of an entry; a pull request that enters changes its own folder alone")
        elif change.path.startswith(f"{SUBMISSIONS}/{entry}/results/"):
            yield Fault(change.path, "", "results are written by the referee alone; leave this file out")


def _entry(path: str) -> str | None:
    parts = path.split("/")
    inside = len(parts) > 3 and parts[0] == SUBMISSIONS and not {"", ".", ".."} & set(parts)
    return f"{parts[1]}/{parts[2]}" if inside else None
