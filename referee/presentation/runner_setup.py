"""How a machine becomes a runner: its labels, the commands, and the files that stand between it and a stranger's workflow."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from string import Template

from referee.ground.errors import InputError

UNKNOWN = "OWNER/REPOSITORY"
"""in place of a repository, for people"""
FILES = Path(__file__).with_name("runner_files")
PROTECTS = {
    "job-started.sh": "ends every job but the training of this league, also one that a pull request brings under these labels",
    "before-job": "lets nothing of one job reach the next, and keeps the token that registers out of the reach of all",
    "mlgolf-runner.service": "a user who owns nothing, can't become root, and writes only into a folder that is thrown away",
    "install.sh": "puts these in place, where root alone can change them",
}
"""file -> what it is for, in the order in which they are told"""
REPOSITORY = re.compile(r"[A-Za-z0-9](?:-?[A-Za-z0-9]){0,38}/(?!\.{1,2}$)[A-Za-z0-9._-]{1,100}")
BRANCH = re.compile(r"(?!.*(?:\.\.|//|/\.|\.lock$|[./]$))[A-Za-z0-9][A-Za-z0-9._/-]{0,200}")
LABEL = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
HARDWARE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")
"""a runner's name is made of it and has at most 64 signs"""
REMOTE = re.compile(r"(?:https://github\.com/|git@github\.com:|ssh://git@github\.com/)(.*)", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """What a machine is to be a runner for. Each word goes into files for a shell and for systemd.

    Raises:
        InputError: a word holds signs that such a file could take for something else.
    """

    repository: str
    """OWNER/NAME"""
    branch: str
    """the default one"""
    hardware: str
    """its name in the league"""
    labels: tuple[str, ...]

    def __post_init__(self) -> None:
        words = [("repository", self.repository, REPOSITORY), ("branch", self.branch, BRANCH)]
        words += [("hardware", self.hardware, HARDWARE), *(("label", label, LABEL) for label in self.labels)]
        for what, word, pattern in words:
            if not pattern.fullmatch(word):
                raise InputError(f'"{word}" can\'t be the {what} of a runner; use letters, digits, dots and hyphens')


class _Blanks(Template):
    delimiter = "@"


def files(setup: Setup) -> dict[str, str]:
    """Name -> content of what is installed on the machine, with the blanks filled in."""
    words = {"repository": setup.repository, "branch": setup.branch, "hardware": setup.hardware}
    return {name: _Blanks((FILES / name).read_text(encoding="utf-8")).substitute(words) for name in PROTECTS}


def repository_of(remote: str | None) -> str | None:
    """OWNER/NAME of a git remote at GitHub; None of any other.

    Raises:
        InputError: it is at GitHub, and is no repository there.
    """
    found = REMOTE.fullmatch(remote or "")
    if not found:
        return None
    repository = found[1].removesuffix("/").removesuffix(".git")
    if not REPOSITORY.fullmatch(repository):
        raise InputError(f'the remote "{remote}" is no repository of GitHub; name it with --repository OWNER/NAME')
    return repository


def registration(setups: Sequence[Setup]) -> str:
    """The labels of a machine, and the commands that make it a runner; a setup for each hardware that it may play as."""
    if not setups:
        return "this machine is none of the league's hardware; `referee doctor` says why"
    repository = setups[0].repository
    hardware = setups[0].hardware if len(setups) == 1 else "NAME"
    return "\n".join(
        [
            *(f"{one.hardware}: {', '.join(one.labels)}" for one in setups),
            "give a machine the labels of one hardware only, and nothing else to do",
            "\nfor one job, by hand, in a runner that was unpacked just now:",
            *(f"  {command}" for one in setups for command in _by_hand(one)),
            "\nfor job after job, each in a runner of its own, as root:",
            *(f"  {command}" for command in _for_good(repository, hardware)),
            "\nwhat --out writes:",
            *(f"  {name:<23}{reason}" for name, reason in PROTECTS.items()),
            f"\nTOKEN: https://github.com/{repository}/settings/actions/runners/new, for an hour; it offers the runner too",
            "/etc/mlgolf/token: a fine-grained token for this repository alone, with Administration: read and write",
            "why each step is there, and what to set at GitHub: site/pages/runner.md",
        ]
    )


def _by_hand(setup: Setup) -> list[str]:
    own = ",".join(label for label in setup.labels if label != "self-hosted")
    url = shlex.quote(f"https://github.com/{setup.repository}")
    return [
        f"referee doctor --label --hardware {setup.hardware} --out files",
        "sudo install -D -m 755 files/job-started.sh /opt/mlgolf/job-started.sh",
        "echo ACTIONS_RUNNER_HOOK_JOB_STARTED=/opt/mlgolf/job-started.sh >> .env",
        f"./config.sh --url {url} --token TOKEN --labels {shlex.quote(own)} --ephemeral --unattended",
        "./run.sh",
    ]


def _for_good(repository: str, hardware: str) -> list[str]:
    return [
        "apt-get install bubblewrap dbus-user-session git libseccomp2 procps python3-venv",
        f"git clone {shlex.quote(f'https://github.com/{repository}')} /opt/mlgolf/league && cd /opt/mlgolf/league",
        "python3 -m venv /opt/mlgolf/venv",
        "/opt/mlgolf/venv/bin/pip install --constraint constraints.txt '.[ci,judge,runner,torch]'",
        "/opt/mlgolf/venv/bin/pip uninstall --yes ml-golf  # its libraries stay; each job brings the referee",
        "mkdir /opt/mlgolf/actions-runner && tar -x -f actions-runner-*.tar.gz -C /opt/mlgolf/actions-runner",
        "/opt/mlgolf/actions-runner/bin/installdependencies.sh",
        "mkdir -p /etc/mlgolf && install -m 600 /dev/stdin /etc/mlgolf/token  # paste it, then Ctrl-D",
        f"/opt/mlgolf/venv/bin/python -m referee doctor --label --hardware {shlex.quote(hardware)} --out /opt/mlgolf/files",
        "sh /opt/mlgolf/files/install.sh",
    ]
