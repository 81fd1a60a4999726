"""The names of what a referee puts on a machine while it runs. Each says whose it is, so that what a dead one left is found."""

from __future__ import annotations

import os
import secrets

PREFIX = "mlgolf-"
"""begins every name; the referee's process id follows"""


def mine() -> str:
    """How the names of this referee begin."""
    return f"{PREFIX}{os.getpid()}-"


def new_name() -> str:
    """A name of this referee's that nothing has yet."""
    return f"{mine()}{secrets.token_hex(4)}"


def is_left_over(name: str) -> bool:
    """Whether a name is that of a referee who is gone."""
    pid = name.removeprefix(PREFIX).partition("-")[0]
    return name.startswith(PREFIX) and pid.isdigit() and is_gone(int(pid))


def is_gone(pid: int) -> bool:
    """Whether no process of this machine has that number."""
    return not os.path.exists(f"/proc/{pid}")
