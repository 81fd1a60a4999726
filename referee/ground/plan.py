"""A plan: what is to be trained and judged, fixed before anything runs, by the one who does not run it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from referee.ground.result import Source

COMMIT = re.compile(r"[0-9a-f]{40}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Seeds:
    """Of one round."""

    draw: int
    train: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SentFile:
    """A file of an entry on its way between machines; entries are text."""

    path: str
    """inside the entry's folder, with `/`"""
    executable: bool
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedClass:
    """One class that an entry plays."""

    class_: str
    labels: tuple[str, ...]
    """of the runner"""
    minutes: int
    """after which the runner's job is given up: every round at full length, the confirmation too, and what lies between"""
    attempt: int
    """which one of this entry in this class it is"""
    seeds: tuple[Seeds, ...]
    """of the rounds, then of the confirmation where the class has one: a runner can't choose its draws"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What every later step goes by. Nothing that a later step hands on can change it."""

    source: Source
    competition: str
    entry: str
    tree: str
    """Git's id of the entry's folder without its results"""
    classes: tuple[PlannedClass, ...]
    files: tuple[SentFile, ...]

    @property
    def ref(self) -> str:
        """`competition/entry`, as commands take it."""
        return f"{self.competition}/{self.entry}"

    def faults(self) -> Iterator[tuple[str, str]]:
        """(field, sentence) of what can't be."""
        for name, value in (("tree", self.tree), ("source.commit", self.source.commit), ("source.base", self.source.base)):
            if not COMMIT.fullmatch(value):
                yield name, "expected 40 hexadecimal digits"
        if not self.classes:
            yield "classes", "there is none"

    def of(self, class_: str) -> PlannedClass:
        """The plan for one class.

        Raises:
            KeyError: it is not planned.
        """
        found = {planned.class_: planned for planned in self.classes}
        return found[class_]
