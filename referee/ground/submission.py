"""A submission: what an entry says about itself. Nothing in it is believed where it could matter to a rank."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from referee.ground.classes import parse_class
from referee.ground.errors import InputError

HANDLE = re.compile(r"(?=.{1,39}$)[A-Za-z0-9](?:-?[A-Za-z0-9])*", re.DOTALL)
SLUG = re.compile(r"(?!.*\.\.)(?!.*\.lock$)[a-z0-9](?:[a-z0-9.-]{0,62}[a-z0-9])?")
"""Names of competitions and entries: they become folders, addresses and branch names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """submission.yaml."""

    title: str
    authors: tuple[str, ...]
    """GitHub handles"""
    classes: tuple[str, ...]
    techniques: tuple[str, ...] = ()
    hyperparameters: str = ""
    """where they come from"""
    tuning_compute: str = ""
    """what finding them cost"""
    notes: str = ""
    """Markdown"""

    def faults(self) -> Iterator[tuple[str, str]]:
        """(field, sentence) of what can't be."""
        if not 1 <= len(self.title) <= 80 or "\n" in self.title:
            yield "title", "expected one line of 1 to 80 characters"
        for name, values, most in (("authors", self.authors, 20), ("classes", self.classes, 20)):
            if not 1 <= len(values) <= most:
                yield name, f"expected 1 to {most} of them, got {len(values)}"
        for number, handle in enumerate(self.authors):
            if handle.lower() in map(str.lower, self.authors[:number]):
                yield f"authors[{number}]", f'"{handle}" stands there twice'
            if not HANDLE.fullmatch(handle):
                yield f"authors[{number}]", f'"{handle}" is no GitHub handle; write it without @'
        for number, name in enumerate(self.classes):
            if name in self.classes[:number]:
                yield f"classes[{number}]", f'"{name}" stands there twice'
            try:
                parse_class(name)
            except InputError as error:
                yield f"classes[{number}]", str(error)
        for number, technique in enumerate(self.techniques):
            if not 1 <= len(technique) <= 40 or "\n" in technique:
                yield f"techniques[{number}]", "expected one line of 1 to 40 characters"
