"""What an action is given when a step calls it, and how it fails."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from glob import has_magic
from pathlib import Path
from typing import Any

from actions_place import Place
from standin import GitHub


class ActionFailed(Exception):
    """An action's own failure, as its step shows it."""


@dataclass
class Call:
    """An action, called by a step."""

    hub: GitHub
    place: Place
    run_id: int
    event: Mapping[str, Any]
    """the `github` context"""
    permissions: Mapping[str, str]
    inputs: Mapping[str, str]
    environment: str | None
    deployed: list[dict[str, bytes]]
    """the sites that were deployed: path -> content"""
    said: list[str] = field(default_factory=list)

    def given(self, name: str, otherwise: str = "") -> str:
        """An input, or what it is where nobody set it."""
        return self.inputs.get(name) or otherwise

    def asked(self, name: str, otherwise: bool) -> bool:
        """An input that is true or false."""
        return self.given(name, str(otherwise)).strip().lower() == "true"

    def need(self, **permissions: str) -> None:
        """Fail unless the token of the job has some permissions."""
        for name, level in permissions.items():
            has = self.permissions.get(name.replace("_", "-"), "none")
            if has != level and not (has == "write" and level == "read"):
                raise ActionFailed(f"Resource not accessible by integration ({name.replace('_', '-')}: {level}): 403")

    def inside(self, path: str) -> Path:
        """A path, relative to the workspace where it is relative."""
        return self.place.workspace / Path(path).expanduser()

    def selected(self, pattern: str) -> tuple[Path, list[Path]]:
        """What a pattern selects, and the part of it before its first sign."""
        parts = self.inside(pattern).parts
        plain = next((number for number, part in enumerate(parts) if has_magic(part)), len(parts))
        root = Path(*parts[:plain])
        return root, sorted(root.glob("/".join(parts[plain:]))) if plain < len(parts) else [root] * root.exists()
