"""Lines of scripts that install packages: checked against the project, not run."""

from __future__ import annotations

import re
import shlex
import tomllib
from pathlib import Path

from actions_values import WorkflowError

PIP = re.compile(r"(?:python3? -m )?pip3? .*\binstall\b")
APT = re.compile(r"(?:sudo )?(?:\w+=\S+ )*apt-get ")
EXTRAS = re.compile(r"\[([\w\s,.-]+)\]")


def without(script: str, directory: Path, project: Path) -> str:
    """A script with its installations left out.

    Args:
        directory: where it runs, in which constraint and requirement files must stand
        project: whose pyproject.toml says which extras there are

    Raises:
        WorkflowError: an installation that would fail.
    """
    kept = []
    for line in script.replace("\\\n", " ").splitlines():
        parts = [part.strip() for part in line.split("&&")]
        installs = [bool(PIP.match(part) or APT.match(part)) for part in parts]
        if any(installs) and not all(installs):
            raise WorkflowError(f"a line that installs and does something else: {line}")
        for part in parts if any(installs) else []:
            if PIP.match(part):
                _pip(part, directory, project)
        kept.append(":" if any(installs) else line)
    return "\n".join(kept) + "\n"


def _pip(command: str, directory: Path, project: Path) -> None:
    metadata = tomllib.loads((project / "pyproject.toml").read_text())["project"]
    known = {name.lower() for name in metadata.get("optional-dependencies", {})}
    words = shlex.split(command)
    for found in EXTRAS.finditer(" ".join(words)):
        strange = {name.strip().lower() for name in found[1].split(",")} - known
        if strange:
            raise WorkflowError(f"there is no extra {', '.join(sorted(strange))}: {command}")
    for word, after in zip(words, [*words[1:], ""], strict=True):
        option, _, value = word.partition("=")
        if option in ("-c", "--constraint", "-r", "--requirement") and not (directory / (value or after)).is_file():
            raise WorkflowError(f"there is no file {value or after}: {command}")
