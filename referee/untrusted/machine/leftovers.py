"""What a referee that was killed could not put away: its folders, its control groups, its boxes. The next one does."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import tempfile
from pathlib import Path

from referee.untrusted.limits import cgroup
from referee.untrusted.marks import PREFIX, is_gone, is_left_over, mine
from referee.untrusted.sandboxes.account import sandbox_account
from referee.untrusted.sandboxes.guard import FILE


def folder(what: str) -> tempfile.TemporaryDirectory[str]:
    """A folder for the time being, which says whose it is."""
    return tempfile.TemporaryDirectory(prefix=f"{mine()}{what}-", ignore_cleanup_errors=True)


def sweep() -> list[str]:
    """Remove all of it; what belongs to a living referee stays. Gives a sentence for each thing found."""
    found = []
    for pid in guards():
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(pid, signal.SIGKILL)
            found.append(f"process {pid} of an earlier run was killed")
    for group in list(cgroup.leftovers()):
        cgroup.sweep(group)
        found.append(f"control group {group.name} of an earlier run was removed")
    for path in folders():
        shutil.rmtree(path, ignore_errors=True)
        found.append(f"folder {path} of an earlier run was removed")
    return found


def guards() -> list[int]:
    """Process ids of the guards, of this user or of the sandbox's own, that outlived their referee."""
    account = sandbox_account()
    owners = {os.geteuid(), *([account.uid] if account else [])}
    found = []
    for name in _numbers():
        try:
            owner = Path(f"/proc/{name}").stat().st_uid
            words = Path(f"/proc/{name}/cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        # A guard shows no owner but root, since nobody may look into it.
        if owner in {*owners, 0} and _is_left_over(words):
            found.append(int(name))
    return found


def _is_left_over(words: list[bytes]) -> bool:
    """Whether these are the words that start a guard, of a referee that is gone."""
    if len(words) < 5 or words[1:3] != [b"-I", b"-S"] or not words[3].endswith(f"/golf/{FILE}".encode()):
        return False
    referee = re.match(rb"referee=(\d+),", words[4])
    return referee is not None and is_gone(int(referee[1]))


def folders() -> list[Path]:
    """Folders whose referee is gone."""
    ours = Path(tempfile.gettempdir()).glob(f"{PREFIX}*")
    return [path for path in ours if path.is_dir() and not path.is_symlink() and is_left_over(path.name)]


def _numbers() -> list[str]:
    try:
        return [name for name in os.listdir("/proc") if name.isdigit()]  # noqa: PTH208
    except OSError:
        return []
