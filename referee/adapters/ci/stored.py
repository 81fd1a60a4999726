"""Artifacts of earlier runs, read into memory: nothing of them is written before it is known what it is."""

from __future__ import annotations

import io
import re
import stat
import zipfile

from referee.adapters.github import Hub, Stored
from referee.ground.errors import RefereeFault

MOST_BYTES = 256 * 2**20
"""of a zip file, and of what it holds"""
MOST_FILES = 500
_NAME = re.compile(r"(?:[A-Za-z0-9][A-Za-z0-9.+-]*/)?[A-Za-z0-9][A-Za-z0-9.-]*")
"""a file, or a file in a folder"""


def files_of(hub: Hub, run: int, name: str) -> dict[str, bytes] | None:
    """Path -> content of the artifact `name` of a run; None where there is none any more.

    Raises:
        RefereeFault: it holds what no step of the referee writes.
    """
    found = [one for one in hub.artifacts(name) if one.run == run and not one.expired]
    return unpacked(hub.download(found[0], MOST_BYTES), found[0]) if found else None


def unpacked(content: bytes, stored: Stored) -> dict[str, bytes]:
    """Path -> content of a zip file that anybody may have made.

    Raises:
        RefereeFault: it is no zip file, or holds other paths than a file or a file in a folder, links, or too much.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            infos = [info for info in archive.infolist() if not info.is_dir()]
            _refuse(infos, stored)
            return {info.filename: archive.read(info) for info in infos}
    except (zipfile.BadZipFile, ValueError, NotImplementedError, RuntimeError, EOFError, OSError) as error:
        raise RefereeFault(
            f"artifact {stored.id} of run {stored.run}: {type(error).__name__}; it is no zip file of ours"
        ) from None


def _refuse(infos: list[zipfile.ZipInfo], stored: Stored) -> None:
    where = f"artifact {stored.id} of run {stored.run}"
    if len(infos) > MOST_FILES or sum(info.file_size for info in infos) > MOST_BYTES:
        raise RefereeFault(f"{where}: holds too much")
    for info in infos:
        mode = info.external_attr >> 16
        if not _NAME.fullmatch(info.filename) or (mode and stat.S_IFMT(mode) not in (0, stat.S_IFREG)):
            raise RefereeFault(f"{where}: holds {info.filename[:100]!r}, which no step of the referee writes")
    if len({info.filename.casefold() for info in infos}) < len(infos):
        raise RefereeFault(f"{where}: holds a path twice")
