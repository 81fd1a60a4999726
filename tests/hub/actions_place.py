"""The machine of one job: its folders, what earlier steps set, what its log hides; and how a script runs on it."""

from __future__ import annotations

import base64
import contextlib
import os
import re
import signal
import subprocess
import sys
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from actions_values import WorkflowError

SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
SHELLS = {
    None: "bash -e {0}",
    "bash": "bash --noprofile --norc -eo pipefail {0}",
    "sh": "sh -e {0}",
}
FILES = ("output", "env", "path", "step_summary", "state")
"""what a step may write to, each by its variable GITHUB_…"""
LEFT_ALONE = re.compile(r"(?:GITHUB|RUNNER)_.*|NODE_OPTIONS")
"""variables that a step can't set for later ones"""


@dataclass(frozen=True)
class Finished:
    """A script that ended, or was ended at its limit (then its status is None)."""

    rc: int | None
    stdout: str
    stderr: str


@dataclass
class Place:
    """Folders and memory of a job's machine."""

    folder: Path
    hosted: bool = True
    environment: dict[str, str] = field(default_factory=dict)
    """what steps wrote to GITHUB_ENV"""
    path: list[str] = field(default_factory=list)
    """what steps wrote to GITHUB_PATH, the latest first"""
    masks: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        for folder in (self.workspace, self.temp, self.home):
            folder.mkdir(parents=True)

    @property
    def workspace(self) -> Path:
        return self.folder / "work"

    @property
    def temp(self) -> Path:
        return self.folder / "temp"

    @property
    def home(self) -> Path:
        return self.folder / "home"

    def shown(self, text: str) -> str:
        """A text as the log shows it, with what is secret masked."""
        for secret in sorted(self.masks, key=len, reverse=True):
            text = text.replace(secret, "***")
        return text

    def hide(self, secret: str) -> None:
        """Mask a secret, each of its lines, and its form in an HTTP header."""
        lines = [one for one in secret.splitlines() if one.strip()]
        self.masks.update([secret, *lines] if secret.strip() else [])
        if secret.strip():
            self.masks.add(basic(secret))

    def command_files(self) -> dict[str, Path]:
        """New, empty files for what a step tells the runner."""
        folder = self.temp / "_runner_file_commands"
        folder.mkdir(exist_ok=True)
        made = {name: folder / f"{name}_{uuid.uuid4()}" for name in FILES}
        for file in made.values():
            file.touch()
        return made

    def variables(self, base: Mapping[str, str]) -> dict[str, str]:
        """What every step starts with: nothing of the tests' own environment."""
        path = ":".join([*self.path, str(Path(sys.executable).parent), SYSTEM_PATH])
        return {"PATH": path, "HOME": str(self.home), "CI": "true", "LANG": "C.UTF-8", **base}

    def run(self, script: str, shell: str | None, directory: Path, variables: Mapping[str, str], seconds: float) -> Finished:
        """Run a script; whatever it started ends with it.

        Raises:
            WorkflowError: there is no such shell.
        """
        pattern = SHELLS.get(shell, shell or "")
        if "{0}" not in pattern:
            raise WorkflowError(f"there is no shell {shell!r}")
        file = self.temp / f"{uuid.uuid4()}.sh"
        file.write_text(script)
        streams = [file.with_suffix(f".{name}") for name in ("stdout", "stderr")]
        with streams[0].open("wb") as stdout, streams[1].open("wb") as stderr:
            process = subprocess.Popen(
                [str(file) if word == "{0}" else word for word in pattern.split()],
                cwd=directory,
                env=dict(variables),
                stdin=subprocess.DEVNULL,
                stdout=stdout,
                stderr=stderr,
                start_new_session=True,
            )
            rc = _ended(process, seconds)
        told = [stream.read_text(errors="replace") for stream in streams]
        for stream in streams:
            stream.unlink()
        return Finished(rc, *told)

    def remember(self, environment: Mapping[str, str], path: str) -> None:
        """Take over what a step wrote to GITHUB_ENV and GITHUB_PATH."""
        self.environment.update({name: value for name, value in environment.items() if not LEFT_ALONE.fullmatch(name)})
        for line in path.splitlines():
            if line:
                self.path = [line, *(one for one in self.path if one != line)]


def _ended(process: subprocess.Popen[bytes], seconds: float) -> int | None:
    try:
        return process.wait(seconds)
    except subprocess.TimeoutExpired:
        return None
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def basic(token: str) -> str:
    """A token as git's HTTP header carries it."""
    return base64.b64encode(f"x-access-token:{token}".encode()).decode()
