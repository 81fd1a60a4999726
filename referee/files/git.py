"""Git, as a program: what it says, or the referee's own fault."""

from __future__ import annotations

import base64
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

from referee.ground.errors import RefereeFault

SECONDS = 300
_QUIET = {
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "LC_ALL": "C",
}


class GitRefused(RefereeFault):
    """Git ended with an error; the sentence is its own.

    Args:
        word: the subcommand
        told: all that it said
    """

    def __init__(self, word: str, told: str) -> None:
        self.told = told
        lines = [line.strip() for line in told.splitlines() if line.strip(" \t-") and not line.startswith(("To ", "hint:"))]
        super().__init__(f"git {word}: {'; '.join(lines)[:600]}")


def git(
    folder: Path, word: str, *words: str, given: bytes | None = None, environment: Mapping[str, str] | None = None
) -> bytes:
    """Standard output of `git WORD WORDS` in `folder`. No hook runs, no configuration but the repository's own counts.

    Args:
        word: the subcommand
        given: standard input
        environment: added, for example what `authorised` gives

    Raises:
        GitRefused: it failed, or took longer than SECONDS.
    """
    command = ["git", "-c", "core.hooksPath=/dev/null", "-c", "gc.auto=0", "-C", str(folder), word, *words]
    try:
        ended = subprocess.run(
            command,
            input=given if given is not None else b"",
            capture_output=True,
            timeout=SECONDS,
            check=False,
            env={**os.environ, **_QUIET, **(environment or {})},
        )
    except subprocess.TimeoutExpired:
        raise GitRefused(word, f"no answer in {SECONDS} s") from None
    if ended.returncode:
        told = ended.stderr.decode("utf-8", "replace")
        raise GitRefused(word, told if told.strip() else f"exit status {ended.returncode}")
    return ended.stdout


def authorised(url: str, token: str | None) -> dict[str, str]:
    """Environment with which Git shows a token to one server alone; other than an argument, no other user can see it."""
    if token is None or not url.startswith("http"):
        return {}
    basic = base64.b64encode(f"x-access-token:{token}".encode()).decode()
    return {
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": f"http.{url}.extraheader",
        "GIT_CONFIG_VALUE_0": f"AUTHORIZATION: basic {basic}",
    }
