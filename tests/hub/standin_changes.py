"""A commit's changes, as git's fast-import reads them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Mode:
    """A file of another mode than 100644: 100755, 120000 with the target as content, 160000 with a commit's id."""

    mode: str
    content: str | bytes


Changes = Mapping[str, str | bytes | Mode | None]
"""path -> content, None for a file that goes"""


def stream(ref: str, parent: str, changes: Changes, who: str, message: str) -> bytes:
    """The commands that put a commit on top of `parent`, make `ref` point to it, and print its id."""
    lines = [f"commit {ref}\nmark :1\ncommitter {who} <{who}@users.noreply.github.com> now\n".encode()]
    lines += [_data(message.encode()), f"from {parent}\n".encode()]
    lines += [_change(path, content) for path, content in changes.items()]
    return b"".join([*lines, b"get-mark :1\ndone\n"])


def _change(path: str, content: str | bytes | Mode | None) -> bytes:
    quoted = b'"' + b"".join(b"\\%03o" % byte for byte in path.encode("utf-8", "surrogateescape")) + b'"'
    if content is None:
        return b"D " + quoted + b"\n"
    mode = content if isinstance(content, Mode) else Mode("100644", content)
    raw = mode.content.encode() if isinstance(mode.content, str) else mode.content
    if mode.mode == "160000":
        return b"M 160000 %s %s\n" % (raw, quoted)
    return b"M %s inline %s\n" % (mode.mode.encode(), quoted) + _data(raw)


def _data(raw: bytes) -> bytes:
    return b"data %d\n%s\n" % (len(raw), raw)
