"""One job a machine: a lock that the kernel lets go of when its holder dies, however it dies."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from referee.ground.errors import RefereeFault

FOLDERS = (Path("/run/lock"), Path("/tmp"))
"""the first that is there: known to every user of the machine, unlike TMPDIR"""
VARIABLE = "MLGOLF_LOCK"
"""names another file, for machines that are cut in parts of which each may play by itself"""


def path() -> Path:
    """The file that is locked; what stands in it is who holds it, for people."""
    named = os.environ.get(VARIABLE)
    return Path(named) if named else next(folder for folder in FOLDERS if folder.is_dir()) / "mlgolf.lock"


@contextlib.contextmanager
def held(what: str, *, alone: bool) -> Iterator[None]:
    """Hold this machine.

    Args:
        what: is played, for whoever finds it locked
        alone: a run that counts shares the machine with nobody; practice shares it with other practice

    Raises:
        RefereeFault: somebody else plays here.
    """
    file = _open()
    try:
        try:
            fcntl.flock(file, (fcntl.LOCK_EX if alone else fcntl.LOCK_SH) | fcntl.LOCK_NB)
        except BlockingIOError:
            raise RefereeFault(f"this machine is taken: {_holder(file)}; wait for its end, then run it again") from None
        if alone:
            _write(
                file, {"pid": os.getpid(), "plays": what, "since": datetime.now().astimezone().isoformat(timespec="seconds")}
            )
        yield
    finally:
        os.close(file)


def _open() -> int:
    flags = os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW
    place = path()
    try:
        # In /tmp the kernel refuses O_CREAT on a file of somebody else's, so first without.
        return os.open(place, flags)
    except FileNotFoundError:
        pass
    except OSError as error:
        raise _unusable(place, error) from None
    try:
        file = os.open(place, flags | os.O_CREAT, 0o666)
        with contextlib.suppress(PermissionError):
            os.fchmod(file, 0o666)
    except OSError as error:
        raise _unusable(place, error) from None
    return file


def _unusable(place: Path, error: OSError) -> RefereeFault:
    return RefereeFault(f"{place} can't be locked ({error.strerror}); remove it, or name another file in {VARIABLE}")


def _write(file: int, holder: dict[str, str | int]) -> None:
    os.ftruncate(file, 0)
    os.pwrite(file, json.dumps(holder).encode(), 0)


def _holder(file: int) -> str:
    try:
        holder = json.loads(os.pread(file, 4096, 0))
        pid, plays, since = int(holder["pid"]), str(holder["plays"]), str(holder["since"])
    except (ValueError, KeyError, TypeError):
        return "somebody plays"
    if not os.path.exists(f"/proc/{pid}"):
        # Of an earlier run: practice writes nothing.
        return "somebody practises"
    return f"process {pid} plays {plays} since {since}"
