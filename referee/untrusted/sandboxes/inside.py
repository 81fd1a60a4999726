"""What an entry finds around it, whichever sandbox it runs in: its files, its variables, and no way to shadow a library."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

from referee.ground.errors import RefereeFault
from referee.ground.hardware import Limits
from referee.untrusted.sandbox import Job
from referee.untrusted.sandboxes import guard

PACKAGE = Path(__file__).resolve().parent.parent.parent
CONTESTANT_FILES = ("__init__.py", "contestant/__init__.py", "contestant/export.py", "py.typed")
"""all that a contestant sees of the referee's package"""
DESCRIPTORS = 4096
ROOM = Path("/golf")
"""where a box with a root of its own shows what `stage` lays out"""
FOLDERS = {"out": Path("/out"), "tmp": Path("/tmp"), "shm": Path("/dev/shm"), "home": Path("/home/golf")}
"""all that can be written in such a box"""
SYSTEM = tuple(map(Path, ("/bin", "/lib", "/lib64", "/sbin")))
"""beside /usr: links into it, or on older machines folders of their own"""
LOADER = (Path("/etc/ld.so.cache"), Path("/etc/alternatives"))
"""all of the machine's /etc that a box sees"""
SCRATCH_FILES = 100_000
"""in each of them but the output"""
_SITE = '''"""Puts the entry's folder behind the interpreter's own modules: no file of an entry takes the place of one."""

import sys

sys.path.append({entry!r})
'''


def stage(job: Job, room: Path, seen_at: Path) -> None:
    """Lay out in `room` what the entry may read, readable for whoever it will run as.

    Args:
        room: an empty folder
        seen_at: the path that it has inside
    """
    for name, file in job.entry.items():
        if file.is_symlink():
            raise RefereeFault(f"{file} is a link; an entry holds regular files alone")
        _copy(file, room / "entry" / name)
    for file in job.inputs.values():
        _copy(file, room / "in" / file.name)
    for name in CONTESTANT_FILES:
        _copy(PACKAGE / name, room / "lib/referee" / name)
    # `site` imports it in every interpreter that starts inside, workers too; the folder of PYTHONPATH holds nothing else.
    (room / "lib/sitecustomize.py").write_text(_SITE.format(entry=f"{seen_at / 'entry'}"), encoding="utf-8")
    _copy(Path(guard.__file__), room / "guard.py")
    for path in (room, *room.rglob("*")):
        path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)


def allowance(folder: str, limits: Limits) -> tuple[int, int]:
    """(bytes, files) that one of `FOLDERS` may hold; one of the files is the folder itself."""
    return (limits.output_bytes, 1 + limits.output_files) if folder == "out" else (limits.scratch_bytes, 1 + SCRATCH_FILES)


def etc(uid: int, gid: int) -> dict[str, str]:
    """Files of /etc. torchrun hangs for minutes and getpass fails without them.

    Args:
        uid, gid: as they are seen inside
    """
    return {
        "passwd": f"golf:x:{uid}:{gid}:golf:{FOLDERS['home']}:/bin/sh\n",
        "group": f"golf:x:{gid}:\n",
        "hosts": "127.0.0.1 localhost golf\n::1 localhost\n",
        "nsswitch.conf": "passwd: files\ngroup: files\nhosts: files\n",
    }


def environment(job: Job, room: Path, *, home: Path, tmp: Path, out: Path) -> dict[str, str]:
    """Every variable that an entry gets; none is inherited.

    Args:
        room, home, tmp, out: as they are seen inside
    """
    return {
        "HOME": f"{home}",
        "PATH": f"{Path(sys.executable).parent}:/usr/local/bin:/usr/bin:/bin",
        "LANG": "C.UTF-8",
        "TMPDIR": f"{tmp}",
        "PYTHONPATH": f"{room / 'lib'}",
        # Without it the entry's folder would come first.
        "PYTHONSAFEPATH": "1",
        "PYTHONNOUSERSITE": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONUNBUFFERED": "1",
        "MLGOLF_OUT": f"{out}",
        **{variable: f"{room / 'in' / file.name}" for variable, file in job.inputs.items()},
        **job.environment,
    }


def command(python: str, room: Path, limits: Mapping[str, int]) -> list[str]:
    """The guard with train.py behind it, to be started in the entry's folder."""
    capped = ",".join(
        f"{name}={most}" for name, most in {"referee": os.getpid(), "core": 0, "descriptors": DESCRIPTORS, **limits}.items()
    )
    return [python, "-I", "-S", f"{room / 'guard.py'}", capped, python, "train.py"]


def interpreter() -> list[Path]:
    """Folders that the interpreter needs and that /usr does not hold: its environment and the installation under it."""
    folders = dict.fromkeys(map(Path, (sys.prefix, sys.base_prefix)))
    return [folder for folder in folders if not folder.is_relative_to("/usr")]


def _copy(file: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(file, target)
