"""What a contestant prints: drained so that nothing blocks, kept head and tail, never echoed raw."""

from __future__ import annotations

import threading
from collections import deque
from typing import BinaryIO


class Log:
    """Drains a pipe in a thread of its own until every writer is gone.

    Args:
        pipe: to read from, unbuffered
        most: bytes kept, half from the beginning and half from the end
    """

    def __init__(self, pipe: BinaryIO, most: int) -> None:
        self._pipe = pipe
        self._half = most // 2
        self._head = bytearray()
        self._tail: deque[bytes] = deque()
        self._in_tail = 0
        self._dropped = 0
        self._thread = threading.Thread(target=self._drain, daemon=True)
        self._thread.start()

    def text(self) -> str:
        """What was printed, after the writers are gone; bytes that are no UTF-8 are replaced, control characters shown."""
        self._thread.join(timeout=5)
        gap = f"\n[... {self._dropped} bytes left out ...]\n".encode() if self._dropped else b""
        return shown((bytes(self._head) + gap + b"".join(self._tail)).decode("utf-8", "replace"))

    def _drain(self) -> None:
        while chunk := self._pipe.read(65536):
            taken = chunk[: max(0, self._half - len(self._head))]
            self._head += taken
            self._keep(chunk[len(taken) :])

    def _keep(self, chunk: bytes) -> None:
        self._tail.append(chunk)
        self._in_tail += len(chunk)
        while self._in_tail > self._half:
            over = self._in_tail - self._half
            first = self._tail.popleft()
            if len(first) > over:
                self._tail.appendleft(first[over:])
            cut = min(len(first), over)
            self._in_tail -= cut
            self._dropped += cut


def shown(text: str) -> str:
    """A stranger's text as it may be read on a terminal: what is no printable sign, line end or tab is spelled out."""
    return "".join(sign if sign.isprintable() or sign in "\n\t" else _spelled(sign) for sign in text.replace("\r\n", "\n"))


def _spelled(sign: str) -> str:
    return sign.encode("unicode_escape").decode()
