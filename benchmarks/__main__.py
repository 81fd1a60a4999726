"""Print the table, in seconds where a row says nothing else; the exit code says whether every bound held."""

from __future__ import annotations

import sys
from itertools import chain
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks import commands, models, norms, sandboxes, sites

ROOT = Path(__file__).resolve().parent.parent


def main() -> int:
    """Measure, print as each part is done."""
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="underline")
    for heading in ("what", "ours", "against", "theirs", "ratio", "bound", ""):
        table.add_column(heading, justify="right" if heading in ("ours", "theirs", "ratio") else "left")
    held = True
    for row in chain(commands.rows(ROOT), models.rows(), norms.rows(), sandboxes.rows(), sites.rows()):
        held &= row.holds
        print(f"measured: {row.what}", file=sys.stderr, flush=True)
        verdict = "holds" if row.holds else "BROKEN"
        table.add_row(row.what, f"{row.ours:.4g}", row.against, f"{row.theirs:.4g}", f"{row.ratio:.2f}", row.bound, verdict)
    Console(width=150).print(table)
    return 0 if held else 1


sys.exit(main())
