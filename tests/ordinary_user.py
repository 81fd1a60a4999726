"""Run a command as an ordinary user, from a suite that runs as root: what root keeps to itself must be visible to them."""

from __future__ import annotations

import os
import shlex
import stat
from collections.abc import Sequence
from pathlib import Path

from referee.untrusted.sandboxes.inside import interpreter

NUMBER = 61234
"""a user and a group that nobody has"""


def as_ordinary_user(command: Sequence[str], needed: Sequence[Path]) -> list[str]:
    """The command that runs another without any rights, in a mount namespace in which it can reach its interpreter.

    Args:
        needed: further files and folders that it must reach, wherever they lie
    """
    shown = [path.resolve() for path in (*interpreter(), *needed)]
    lines = ["mount -t tmpfs -o mode=755 mlgolf /mnt"]
    hidden = {closed for path in shown if (closed := _closed(path)) is not None}
    covered = [path for path in shown if _closed(path) is not None]
    for number, path in enumerate(covered):
        lines += [f"mkdir /mnt/{number}", f"mount --rbind {shlex.quote(str(path))} /mnt/{number}"]
    lines += [f"mount -t tmpfs -o mode=755 mlgolf {shlex.quote(str(folder))}" for folder in sorted(hidden)]
    for number, path in enumerate(covered):
        place = shlex.quote(str(path))
        lines += [f"mkdir -p {place}", f"mount --rbind /mnt/{number} {place}"]
    lines += ["umount -l /mnt"]
    dropped = ["setpriv", f"--reuid={NUMBER}", f"--regid={NUMBER}", "--clear-groups", "--inh-caps=-all", "--bounding-set=-all"]
    private = ["unshare", "--mount", "--propagation", "private", "sh", "-ec"]
    return [*private, "\n".join([*lines, f'exec {shlex.join(dropped)} "$@"']), "mlgolf", *command]


def home(folder: Path) -> dict[str, str]:
    """The variables of an ordinary user whose home is `folder`, which is given to them."""
    os.chown(folder, NUMBER, NUMBER)
    return {"HOME": f"{folder}", "TMPDIR": f"{folder}", "PATH": os.environ["PATH"], "LANG": "C.UTF-8"}


def _closed(path: Path) -> Path | None:
    """The outermost folder above a path that others may not enter."""
    for folder in reversed(path.parents):
        if not folder.stat().st_mode & stat.S_IXOTH:
            return folder
    return None
