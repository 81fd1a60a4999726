"""Texts that took long to make, kept between runs by the digest of what they are made of."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Callable
from pathlib import Path


class KeptTexts:
    """Remembers texts.

    Args:
        folder: where; nobody but the user may write there, since what stands there is believed
        maker: digest of whatever makes the texts: those of another maker are forgotten
    """

    def __init__(self, folder: Path, maker: str) -> None:
        self.folder = folder
        self._own = folder / maker
        self._used: set[str] = set()

    def __call__(self, key: str, make: Callable[[], str]) -> str:
        """What `make` gives: kept, or made and kept.

        Args:
            key: digest of all that the text depends on
        """
        self._used.add(key)
        file = self._own / key
        with contextlib.suppress(OSError, UnicodeDecodeError):
            return file.read_bytes().decode("utf-8")
        text = make()
        # A full disk or a folder that may not be written costs time, no page.
        with contextlib.suppress(OSError):
            self._own.mkdir(parents=True, exist_ok=True)
            beside = file.with_suffix(".tmp")
            beside.write_text(text, encoding="utf-8", newline="\n")
            beside.replace(file)
        return text

    def forget_the_rest(self) -> None:
        """Remove what was not asked for since this was made."""
        with contextlib.suppress(OSError):
            for other in self.folder.iterdir():
                if other != self._own:
                    shutil.rmtree(other)
            for file in self._own.iterdir():
                if file.name not in self._used:
                    file.unlink()
