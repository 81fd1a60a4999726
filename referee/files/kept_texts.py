"""Texts that took long to make, kept between runs by the digest of what they are made of."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

_TABLE = "CREATE TABLE IF NOT EXISTS texts (maker TEXT, key TEXT, text TEXT, PRIMARY KEY (maker, key)) WITHOUT ROWID"
WAIT = 5.0
"""seconds for another run that writes"""


class KeptTexts:
    """Remembers texts: those of an earlier run when it begins, and those of this one when it is told to keep them.

    Args:
        file: where, a database; nobody but the user may write there, since what stands there is believed
        maker: digest of whatever makes the texts: those of another maker are forgotten
    """

    def __init__(self, file: Path, maker: str) -> None:
        self._file, self._maker = file, maker
        self._known: dict[str, str] = {}
        self._asked: dict[str, str] = {}
        # A memory that can't be read costs time, no page.
        with contextlib.suppress(sqlite3.Error, OSError, UnicodeError):
            if file.is_file():
                with closing(sqlite3.connect(file, timeout=WAIT)) as kept:
                    rows = kept.execute("SELECT key, text FROM texts WHERE maker = ?", (maker,))
                    self._known = {key: text for key, text in rows if isinstance(text, str)}

    def __call__(self, key: str, make: Callable[[], str]) -> str:
        """What `make` gives: kept, or made.

        Args:
            key: digest of all that the text depends on
        """
        if key not in self._asked:
            self._asked[key] = self._known[key] if key in self._known else make()
        return self._asked[key]

    def keep(self) -> None:
        """Keep what was asked for since this was made, and nothing else: whole, or as it was before."""
        # A folder that may not be written costs time, no page.
        with contextlib.suppress(OSError, UnicodeError):
            try:
                self._write()
            except sqlite3.Error as error:
                # Where another run is writing, that one keeps the same.
                if getattr(error, "sqlite_errorcode", None) not in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
                    self._file.unlink()

    def _write(self) -> None:
        self._file.parent.mkdir(parents=True, exist_ok=True)
        with closing(sqlite3.connect(self._file, timeout=WAIT)) as kept, kept:
            kept.execute(_TABLE)
            gone = [(key,) for key in self._known.keys() - self._asked.keys()]
            new = [(self._maker, key, text) for key, text in self._asked.items() if key not in self._known]
            kept.execute("DELETE FROM texts WHERE maker != ?", (self._maker,))
            kept.executemany("DELETE FROM texts WHERE key = ?", gone)
            kept.executemany("INSERT OR REPLACE INTO texts VALUES (?, ?, ?)", new)
