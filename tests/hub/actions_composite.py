"""Composite actions of the repository itself, from the workspace that a checkout made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from actions_values import WorkflowError
from actions_workflow import check_steps, only

from referee.files import strict_yaml
from referee.ground.errors import InputError


@dataclass(frozen=True)
class Composite:
    """An `action.yml` whose steps run in the job that uses it."""

    folder: Path
    plain: Mapping[str, Any]

    @classmethod
    def read(cls, folder: Path, *, stranger: bool) -> Composite:
        """Read and check an action.

        Raises:
            WorkflowError: it is not there, of another kind, or its steps are refused.
        """
        file = folder / "action.yml"
        if not file.is_file():
            raise WorkflowError(f"Can't find 'action.yml' under '{folder.name}'. Did you forget to run actions/checkout?")
        try:
            plain = strict_yaml.parse(file.read_bytes(), folder.name)
        except InputError as error:
            raise WorkflowError(str(error)) from None
        only(plain, frozenset("name author description inputs outputs runs branding".split()), folder.name, ("name", "runs"))
        only(plain["runs"], frozenset({"using", "steps"}), folder.name, ("using", "steps"))
        check_steps(plain["runs"]["steps"], folder.name, None if stranger else file.read_text(), "composite")
        if plain["runs"]["using"] != "composite" or any("run" in one and "shell" not in one for one in plain["runs"]["steps"]):
            raise WorkflowError(f"{folder.name}: it is not composite, or a script of it names no shell")
        return cls(folder, plain)

    @property
    def steps(self) -> list[Mapping[str, Any]]:
        return list(self.plain["runs"]["steps"])

    @property
    def outputs(self) -> dict[str, Any]:
        """Each output with the expression of its value."""
        return {name: one["value"] for name, one in (self.plain.get("outputs") or {}).items()}

    def inputs(self, given: Mapping[str, str]) -> dict[str, str]:
        """What the steps see, with defaults filled in.

        Raises:
            WorkflowError: an input that it does not have, or one that is missing.
        """
        known = self.plain.get("inputs") or {}
        defaults = {name: str((one or {}).get("default", "")) for name, one in known.items()}
        missing = [name for name, one in known.items() if (one or {}).get("required") and name not in given]
        if missing or set(given) - set(known):
            raise WorkflowError(f"{self.folder.name}: inputs {sorted(given)}, of {sorted(known)}; missing {missing}")
        return {**defaults, **given}
