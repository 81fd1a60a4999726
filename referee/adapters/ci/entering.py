"""A pull request that enters a competition, read as data: what it changes, whose it is, what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from referee.adapters.ci.job import Job
from referee.adapters.github import Hub, PullRequest
from referee.files import checks, sent
from referee.files.league import League
from referee.ground import changes
from referee.ground.errors import Fault, InputError
from referee.ground.plan import SentFile


@dataclass(frozen=True, slots=True, kw_only=True)
class Entering:
    """What a pull request brings."""

    ref: str | None
    """competition/entry; null where it changes several"""
    faults: tuple[Fault, ...]
    files: tuple[SentFile, ...]
    """of the entry, which now lie in the league"""


def entering(job: Job, hub: Hub, league: League, pull: PullRequest) -> Entering | None:
    """Read a pull request's entry and lay it into the league; None where it enters nothing.

    Raises:
        RefereeFault: GitHub or Git failed.
    """
    changed = hub.changes(pull.number, changes.MOST_CHANGES + 1)
    if not changes.enters(changed):
        return None
    faults = list(changes.faults(changed))
    if len(changed) > changes.MOST_CHANGES:
        faults.append(
            Fault("", "", f"more than {changes.MOST_CHANGES} files are changed; an entry has at most {checks.MOST_FILES}")
        )
    ref = changes.entry_of(changed)
    if ref is None:
        return Entering(ref=None, faults=tuple(faults), files=())
    owners = _authors(league, ref)
    try:
        files = sent.fetch(job.address, pull.head, ref, most=_most(league, ref), token=job.token)
    except InputError as error:
        return Entering(ref=ref, faults=(*faults, *error.faults), files=())
    sent.lay(league, ref, files)
    faults += checks.entry_faults(league, ref, results=False)
    if not hub.may_write(pull.author):
        faults += _foreign(ref, pull.author, owners, _authors(league, ref))
    return Entering(ref=ref, faults=tuple(dict.fromkeys(faults)), files=files)


def _foreign(ref: str, author: str, owners: frozenset[str], named: frozenset[str]) -> Iterator[Fault]:
    """An entry is its authors' alone to enter and to change."""
    where = f"submissions/{ref}/submission.yaml"
    if owners and author.lower() not in owners:
        yield Fault(where, "authors", f"this entry is somebody else's; {author} enters under another name")
    elif named and author.lower() not in named:
        yield Fault(where, "authors", f"{author}, who opened the pull request, is not among them")


def _authors(league: League, ref: str) -> frozenset[str]:
    try:
        return frozenset(map(str.lower, league.entry(ref).submission.authors))
    except InputError:
        return frozenset()


def _most(league: League, ref: str) -> int:
    try:
        return league.game(ref.split("/")[0]).rules.limits.entry_bytes
    except InputError:
        return sent.LARGEST
