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
    """Git ended with an error; the sentence is its own."""


def git(folder: Path, *words: str, given: bytes | None = None, environment: Mapping[str, str] | None = None) -> bytes:
    """Standard output of `git WORDS` in `folder`. No hook runs, no configuration but the repository's own counts.

    Args:
        given: standard input
        environment: added, for example what `authorised` gives

    Raises:
        GitRefused: it failed, or took longer than SECONDS.
    """
    command = ["git", "-c", "core.hooksPath=/dev/null", "-c", "gc.auto=0", "-C", str(folder), *words]
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
        raise GitRefused(f"git {words[0]}: no answer in {SECONDS} s") from None
    if ended.returncode:
        told = ended.stderr.decode("utf-8", "replace").strip().splitlines() or [f"exit status {ended.returncode}"]
        raise GitRefused(f"git {words[0]}: {told[-1][:300]}")
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
