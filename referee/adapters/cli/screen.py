"""The console that answers are printed on."""

from __future__ import annotations

import sys

from rich.console import Console

PIPE_COLUMNS = 120


def screen() -> Console:
    """As wide as the terminal; in a pipe or a file wide enough that nothing wraps."""
    return Console(highlight=False, width=None if sys.stdout.isatty() else PIPE_COLUMNS)
