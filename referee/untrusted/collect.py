"""Take files from a folder that a stranger wrote: nothing is followed, nothing blocks, nothing races."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping


class Refused(Exception):
    """What stands under a name can't be taken; the sentence says why."""


class TooLarge(Refused):
    """The file is over its cap."""


def collect_all(folder: int, wanted: Mapping[str, int]) -> dict[str, bytes | Refused]:
    """What stands under each wanted name, or why it can't be taken; names without a file are left out.

    Args:
        folder: descriptor of the folder; everything that could write to it must be dead by now
        wanted: name -> bytes that it may have
    """
    taken: dict[str, bytes | Refused] = {}
    for name, most in wanted.items():
        try:
            content = collect(folder, name, most)
        except Refused as refusal:
            taken[name] = refusal
        else:
            if content is not None:
                taken[name] = content
    return taken


def collect(folder: int, name: str, most: int) -> bytes | None:
    """The content of a regular file.

    Args:
        folder: descriptor of the folder
        name: of the file, without any slash
        most: bytes

    Returns:
        None where nothing has that name

    Raises:
        Refused: a link, a pipe, a socket, a device, a folder, a file with a second name, or one that belongs to
            somebody else than the folder does.
        TooLarge: more than `most` bytes.
    """
    try:
        file = _open(folder, name)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise Refused(f"{name} is no regular file ({error.strerror})") from None
    try:
        status = os.fstat(file)
        owner = os.fstat(folder).st_uid
        if not stat.S_ISREG(status.st_mode) or status.st_nlink != 1 or status.st_uid != owner:
            raise Refused(f"{name} is no regular file of its own")
        content = bytearray()
        while len(content) <= most and (chunk := os.read(file, most + 1 - len(content))):
            content += chunk
    finally:
        os.close(file)
    if len(content) > most:
        raise TooLarge(f"{name} has more than the {most} bytes that it may have")
    return bytes(content)


def last_line(folder: int, name: str) -> str:
    """The last complete line of a file that is still being written; empty where there is none. For a display alone."""
    try:
        file = _open(folder, name)
    except OSError:
        return ""
    try:
        status = os.fstat(file)
        if not stat.S_ISREG(status.st_mode):
            return ""
        lines = os.pread(file, 200, max(0, status.st_size - 200)).decode("ascii", "replace").split("\n")
    finally:
        os.close(file)
    return lines[-2] if len(lines) > 1 else ""


def _open(folder: int, name: str) -> int:
    return os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=folder)


def is_full(folder: int) -> bool:
    """Whether the file system of a folder has no room left, for bytes or for files."""
    status = os.fstatvfs(folder)
    return status.f_bavail == 0 or (status.f_files > 0 and status.f_favail == 0)
