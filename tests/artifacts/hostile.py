"""What the artifacts are written with, and where they are found.

Each is a program in a folder named by its verdict, with the row of the list of attacks that it belongs to. Its variants are
functions marked by `hostile`, with a part of the reason that they must be told, or by `honest`.
"""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

FOLDER = Path(__file__).parent
# The network that most of them spoil is that of the tests of the reader.
sys.path.append(str(FOLDER.parent / "models"))

from small_graphs import mlp  # noqa: E402


@dataclass(frozen=True)
class Variant:
    """One model file."""

    program: ModuleType
    name: str
    build: Callable[..., Any]

    @property
    def folder(self) -> str:
        """The verdict that it must get."""
        return Path(str(self.program.__file__)).parent.name

    @property
    def attack(self) -> int:
        """Its row in the list of attacks; of a twin, the row that it is the twin of."""
        return int(self.program.ATTACK)

    @property
    def rules(self) -> tuple[str, ...]:
        """The architecture rules under which it is handed in."""
        return getattr(self.program, "RULES", ("free",))

    @property
    def said(self) -> str:
        """A part of the reason."""
        return str(self.build.said)  # type: ignore[attr-defined]

    @property
    def fools(self) -> tuple[str, ...]:
        """Who takes it for a model: the proof that it is an attack at all."""
        return tuple(self.build.fools)  # type: ignore[attr-defined]

    @property
    def content(self) -> bytes:
        """The file."""
        if self.build.__code__.co_argcount == 0:
            return bytes(self.build())
        given = mlp()
        changed = self.build(given)
        return bytes((given if changed is None else changed).SerializeToString())

    def __str__(self) -> str:
        return f"{self.folder}/{Path(str(self.program.__file__)).stem}-{self.name}"


def hostile(said: str = "", *fools: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Mark a function that gives a file, or that spoils the honest network which it is given.

    Args:
        said: a part of the reason that the referee must give
        fools: names of PROOFS in test_artifacts
    """

    def mark(build: Callable[..., Any]) -> Callable[..., Any]:
        build.said, build.fools = said, fools  # type: ignore[attr-defined]
        return build

    return mark


honest = hostile()


def _variants() -> Iterator[Variant]:
    for file in sorted(FOLDER.glob("*/*.py")):
        spec = importlib.util.spec_from_file_location(f"artifact_{file.stem}", file)
        assert spec is not None and spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[spec.name] = module
        spec.loader.exec_module(module)
        for name, build in vars(module).items():
            if hasattr(build, "said") and build.__module__ == spec.name:
                yield Variant(module, name, build)


def variants() -> list[Variant]:
    """All model files."""
    return list(_variants())
