"""One program to be run in a sandbox, and how to read what became of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from referee.ground.hardware import Limits
from referee.untrusted.sandbox import Outcome

DONE = "tried everything"
"""the last line of a program that ends by itself"""
THROUGH = "got through: "
"""begins each line about an attempt that was not refused"""
SMALL = Limits(processes=64, output_bytes=4 * 2**20, output_files=1000, scratch_bytes=16 * 2**20, log_bytes=2**17)

Reading = Callable[[Outcome], str | None]
"""a sentence on what got through, or None"""


def no_attempt(outcome: Outcome) -> str | None:
    """The attempts that the program itself says were not refused."""
    found = [line.removeprefix(THROUGH) for line in outcome.log.splitlines() if line.startswith(THROUGH)]
    more = f" and {len(found) - 3} more" if len(found) > 3 else ""
    return "; ".join(found[:3]) + more if found else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """A row of the table."""

    name: str
    """of a file in `programs`, by what it does"""
    rows: tuple[int, ...] = ()
    """of the list of attacks; none for an honest twin, which must work"""
    read: Reading = no_attempt
    proof: str = DONE
    """what the program prints once it stands: without it, nothing was survived"""
    status: int | None = 0
    """of the program where it ends by itself; None where it is stopped"""
    seconds: float = 20
    limits: Limits = SMALL
    wanted: Mapping[str, int] = field(default_factory=lambda: {"model": 2**16})
    beside: tuple[str, ...] = ()
    """names of further files in the entry, each of which says so when it is run"""
    anywhere: bool = False
    """whether it holds without a sandbox too: what the clock, the guard and the collector see to"""
    times: int = 1
    """that it is run, one after another; each is read"""

    @property
    def hostile(self) -> bool:
        """Whether it must fail; an honest one must work."""
        return bool(self.rows)


class End(StrEnum):
    """What a probe came to."""

    HELD = "held"
    """the attack was tried, and nothing came of it; the honest twin worked"""
    GOT_THROUGH = "got through"
    DID_NOT_RUN = "did not run"
    """so that it proves nothing; or what must work did not"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What a probe came to in a sandbox."""

    name: str
    row: str
    """of the list of attacks, or several; empty for an honest twin"""
    end: End
    told: str | None
    """what got through, or why it did not run; None where it held"""
    seconds: float
    """that the whole took"""

    @property
    def held(self) -> bool:
        """Whether nothing need be done about it."""
        return self.end is End.HELD
