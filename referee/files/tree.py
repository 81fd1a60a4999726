"""An entry's folder as Git sees it: its files, and the id of its tree.

Results are keyed by that id: it says the same of a pull request's head, of a squash merge and of a working copy, and it
leaves out `results/`, which the referee adds afterwards.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath

IGNORED = ("__pycache__",)
"""folders that are no part of an entry, wherever they stand"""


def files(folder: Path) -> Iterator[Path]:
    """Everything in an entry's folder that is no folder, symbolic links included and not followed, in order of path."""
    return _below(folder, (*IGNORED, "results"))


def _below(folder: Path, ignored: tuple[str, ...]) -> Iterator[Path]:
    # scandir knows what is a folder without asking for each: a site reads thousands of entries.
    with os.scandir(folder) as found:
        listed = sorted((entry.name, entry.is_dir(follow_symlinks=False)) for entry in found)
    for name, is_folder in listed:
        if not is_folder:
            yield folder / name
        elif name not in ignored:
            yield from _below(folder / name, IGNORED)


def tree_id(folder: Path) -> str:
    """Git's SHA-1 of the folder's tree without `results/`; empty folders count as little as they do for Git."""
    blobs = {PurePosixPath(path.relative_to(folder).as_posix()): _blob(path) for path in files(folder)}
    return _tree(blobs).hex()


def _tree(blobs: Mapping[PurePosixPath, tuple[bytes, bytes]]) -> bytes:
    below: dict[str, dict[PurePosixPath, tuple[bytes, bytes]]] = {}
    lines = {}
    for path, blob in blobs.items():
        head, *rest = path.parts
        if rest:
            below.setdefault(head, {})[PurePosixPath(*rest)] = blob
        else:
            lines[head] = (head, *blob)
    for name, children in below.items():
        # Git sorts a folder as if its name ended with a slash.
        lines[f"{name}/"] = (name, b"40000", _tree(children))
    content = b"".join(
        mode + b" " + os.fsencode(name) + b"\0" + sha for _, (name, mode, sha) in sorted(lines.items(), key=_by_bytes)
    )
    return _object("tree", content)


def _by_bytes(line: tuple[str, tuple[str, bytes, bytes]]) -> bytes:
    return os.fsencode(line[0])


def _blob(path: Path) -> tuple[bytes, bytes]:
    """Its mode and its id."""
    mode = path.lstat().st_mode
    if stat.S_ISLNK(mode):
        return b"120000", _object("blob", os.fsencode(path.readlink()))
    return b"100755" if mode & stat.S_IXUSR else b"100644", _object("blob", path.read_bytes())


def _object(kind: str, content: bytes) -> bytes:
    return hashlib.sha1(f"{kind} {len(content)}\0".encode() + content, usedforsecurity=False).digest()
