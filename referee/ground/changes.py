"""What a pull request may change: the folder of one entry, and not its results.

Changes are the paths that it adds, changes or removes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from referee.ground.errors import Fault

MOST_CHANGES = 200
"""of an entry's pull request: its files, those that it replaces, and a margin for what it must not touch"""
SUBMISSIONS = "submissions"


def enters(changes: Sequence[str]) -> bool:
    """Whether a pull request means to enter a competition. Others are the maintainers' to read."""
    return any(path.split("/")[0] == SUBMISSIONS for path in changes)


def entry_of(changes: Sequence[str]) -> str | None:
    """`competition/entry` of the one entry that is changed; None where there is none, or several."""
    found = set(filter(None, map(_entry, changes)))
    return found.pop() if len(found) == 1 else None


def faults(changes: Sequence[str]) -> Iterator[Fault]:
    """What an entry's pull request changes and must not."""
    entries = sorted(set(filter(None, map(_entry, changes))))
    if len(entries) > 1:
        yield Fault(
            SUBMISSIONS, "", f"{len(entries)} entries are changed ({', '.join(entries[:5])}); open one pull request each"
        )
    for path in changes:
        entry = _entry(path)
        if entry is None:
            yield Fault(path, "", "is no part of an entry; a pull request that enters changes its own folder alone")
        elif path.startswith(f"{SUBMISSIONS}/{entry}/results/"):
            yield Fault(path, "", "results are written by the referee alone; leave this file out")


def _entry(path: str) -> str | None:
    parts = path.split("/")
    inside = len(parts) > 3 and parts[0] == SUBMISSIONS and not {"", ".", ".."} & set(parts)
    return f"{parts[1]}/{parts[2]}" if inside else None
