"""Finishes the mounts of a container that stands, while its guard still waits.

    python -I -S settle.py PID UID:GID FOLDER=FILES...

Runtimes size a folder in bytes and not in files, and leave writable what they mount for themselves: a /dev that is large, a
hostname that lies on a disk. This enters the namespaces of PID, gives each FOLDER its owner and its most FILES, and makes
everything else read-only. It is a process of its own, for the kernel lets nobody with two threads into a user namespace. All
that it runs is loaded before it enters: nothing that it finds inside is executed.
"""

from __future__ import annotations

import ctypes
import os
import sys
from pathlib import Path

MS_RDONLY, MS_REMOUNT, MS_BIND = 1, 32, 4096
FLAGS = {"nosuid": 2, "nodev": 4, "noexec": 8, "nosymfollow": 256, "noatime": 1024, "nodiratime": 2048, "relatime": 1 << 21}
"""of a mount; a user namespace lets nobody drop one that is there"""
HARMLESS = ("proc", "devpts")
"""kinds of file systems that hold no files of anybody's"""
libc = ctypes.CDLL(None, use_errno=True)


def main() -> None:
    """Enter, and settle."""
    pid, owner = sys.argv[1:3]
    uid, gid = map(int, owner.split(":"))
    folders = dict(part.rsplit("=", 1) for part in sys.argv[3:])
    with open(f"/proc/{pid}/mounts", "rb") as file:
        mounts = [[_word(word) for word in line.split()] for line in file]
    # From here on a module that is missing stays so: under its path may lie what an image holds.
    sys.meta_path.clear()
    _enter(pid)
    for folder, files in folders.items():
        _mount(folder, MS_REMOUNT | FLAGS["nosuid"] | FLAGS["nodev"], f"nr_inodes={files}")
        os.chown(folder, uid, gid)
        Path(folder).chmod(0o700)
    for _, place, kind, told, *_ in mounts:
        options = told.split(",")
        if "rw" in options and kind not in HARMLESS and place not in folders:
            kept = sum(FLAGS.get(option, 0) for option in options)
            _mount(place, MS_REMOUNT | MS_BIND | MS_RDONLY | kept)


def _enter(pid: str) -> None:
    theirs, ours = (Path("/proc", process, "ns") for process in (pid, "self"))
    # In one's own user namespace one already is, and may not enter it again.
    names = [name for name in ("user", "mnt") if (theirs / name).readlink() != (ours / name).readlink()]
    for namespace in [os.open(theirs / name, os.O_RDONLY) for name in names]:
        _try(libc.setns(namespace, 0), "its namespaces")


def _word(word: bytes) -> str:
    """Of a line of mounts, where a space stands as an escape."""
    return os.fsdecode(word.decode("unicode_escape").encode("latin-1"))


def _mount(place: str, flags: int, options: str = "") -> None:
    _try(libc.mount(b"mlgolf", os.fsencode(place), None, ctypes.c_ulong(flags), options.encode() or None), place)


def _try(result: int, what: str) -> None:
    if result != 0:
        number = ctypes.get_errno()
        sys.exit(f"{what}: {os.strerror(number)}")


if __name__ == "__main__":
    main()
