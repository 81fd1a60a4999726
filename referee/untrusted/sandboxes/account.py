"""Who strangers' code runs as where the referee is root: a user who owns nothing on this machine."""

from __future__ import annotations

import os
import pwd
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

NAME = "mlgolf"
"""of the user that a host makes for it: `useradd --system --shell /usr/sbin/nologin mlgolf`"""
NUMBER = 64777
"""where there is none: a user and a group that nobody has"""


@dataclass(frozen=True, slots=True)
class Account:
    """Ids outside of the box; inside it is another number."""

    uid: int
    gid: int
    made: bool
    """whether the host made it for this"""


def sandbox_account() -> Account | None:
    """None where the referee is an ordinary user and the entry runs under the same one."""
    if os.geteuid() != 0:
        return None
    try:
        user = pwd.getpwnam(NAME)
    except KeyError:
        return Account(NUMBER, NUMBER, made=False)
    return Account(user.pw_uid, user.pw_gid, made=True)


def groups_of(devices: Sequence[str]) -> list[int]:
    """The groups, but for root's, that own device nodes: who is in them may open the nodes."""
    return sorted({Path(device).stat().st_gid for device in devices if os.path.exists(device)} - {0})


def dropping(user: Account, devices: Sequence[str]) -> list[str]:
    """The command that gives up root's rights, but for the groups that own the devices."""
    groups = groups_of(devices)
    kept = [f"--groups={','.join(map(str, groups))}"] if groups else ["--clear-groups"]
    return ["setpriv", f"--reuid={user.uid}", f"--regid={user.gid}", *kept, "--inh-caps=-all"]
