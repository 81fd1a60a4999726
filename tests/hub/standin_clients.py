"""Clients of the stand-in for tests: PyGithub as a program would set it up, and git."""

from __future__ import annotations

import contextlib
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import github
from github.Repository import Repository
from standin_git import BARE
from standin_hub import GitHub

ALL = dict.fromkeys(("actions", "attestations", "contents", "issues", "pull-requests", "statuses"), "write")
"""permissions of a job that may write everything"""
ENTRY = "submissions/line/straight/train.py"
FILES = {"README.md": "A league.\n", "keep.py": "print('one')\nprint('two')\nprint('three')\n"}


@contextlib.contextmanager
def league(folder: Path) -> Iterator[GitHub]:
    """A small league with a maintainer, mia, and one pull request, by bob; nothing may contradict GitHub's document."""
    (folder / "files").mkdir()
    for name, content in FILES.items():
        (folder / "files" / name).write_text(content)
    with GitHub(folder / "hub", files=folder / "files") as hub:
        hub.add_user("mia", "maintain")
        hub.open_pull_request("bob", "straight", {ENTRY: "print('golf')\n"}, title="A straight line", body="It fits.")
        yield hub
        assert hub.violations == []


@contextlib.contextmanager
def client(hub: GitHub, token: str | None, **settings: Any) -> Iterator[github.Github]:
    """PyGithub with a token, without waits and, unless `retry` is among the settings, without retries."""
    auth = None if token is None else github.Auth.Token(token)
    quick: dict[str, Any] = {"retry": None, "seconds_between_requests": 0, "seconds_between_writes": 0, **settings}
    made = github.Github(base_url=hub.api_url, auth=auth, **quick)
    try:
        yield made
    finally:
        made.close()


@contextlib.contextmanager
def repository(hub: GitHub, token: str | None, **settings: Any) -> Iterator[Repository]:
    """The stand-in's repository as PyGithub sees it."""
    with client(hub, token, **settings) as made:
        yield made.get_repo(hub.repository)


def url(hub: GitHub, token: str | None = None, name: str | None = None) -> str:
    """Where git finds the repository, or a fork."""
    signed = f"x-access-token:{token}@" if token else ""
    return f"{hub.server_url.replace('//', f'//{signed}')}/{name or hub.repository}"


def git(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run git as a program on a runner would, without asking anybody for a password."""
    person = {f"GIT_{role}_{part}": f"{part}@here".lower() for role in ("AUTHOR", "COMMITTER") for part in ("NAME", "EMAIL")}
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "GIT_TERMINAL_PROMPT": "0", **BARE, **person}
    return subprocess.run(["git", *arguments], cwd=folder, env=environment, capture_output=True, text=True, check=False)
