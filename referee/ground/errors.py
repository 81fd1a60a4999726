"""The errors that reach a person. Each owns its sentence: where, what, and what to do next."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong in one file."""

    path: str
    """relative to the league, with `/`"""
    field: str
    """dotted, as `fit.at_most` or `authors[0]`; empty where the whole file is meant"""
    message: str

    def __str__(self) -> str:
        told = ": ".join(part for part in (self.path, self.field, self.message) if part)
        # What a contestant wrote is printed on terminals, and in logs where a line may be a command.
        return "".join(sign if sign.isprintable() else sign.encode("unicode_escape").decode() for sign in told)


class GolfError(Exception):
    """Any failure that is explained to the user in place of a traceback."""

    exit_code = 3


class InputError(GolfError):
    """Wrong usage, or a file that can't be read. Carries every fault that was found."""

    exit_code = 2

    def __init__(self, faults: Iterable[Fault] | str) -> None:
        self.faults = (Fault("", "", faults),) if isinstance(faults, str) else tuple(faults)
        super().__init__("\n".join(map(str, self.faults)))


class RefereeFault(GolfError):
    """The referee's own failure. Never held against an entry; a retry is free."""


class InvalidModel(Exception):
    """What a contestant handed in is no model by this competition's rules."""


class RuleBroken(Exception):
    """What a contestant handed in is a model that breaks a rule of the game."""


LISTED = 20
"""known names that a sentence still holds"""


def nearest(name: str, known: Iterable[str]) -> str:
    """`; did you mean "x"?` for the nearest known name, else the list of known names, for the end of a sentence."""
    names = sorted(known)
    close = difflib.get_close_matches(name, names, n=1, cutoff=0.5)
    if close:
        return f'; did you mean "{close[0]}"?'
    return f"; known: {', '.join(names)}" if 0 < len(names) <= LISTED else ""
