"""Plays the whole flow on the stand-in for GitHub, and prints what happened: `make flow`."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from season import season


def main() -> int:
    """From the pull request to the site; 1 unless the entry stands on the board in the end."""
    with tempfile.TemporaryDirectory(prefix="mlgolf-flow-") as name, season(Path(name), site=True, preloaded=False) as flow:
        number = flow.enter()
        flow.approve(number)
        verdict = flow.told(number)
        flow.merge(number)
        print("\n".join(flow.actions.transcript))
        print(f"\nThe comment before the merge:\n\n{verdict}\nThe comment after it:\n\n{flow.told(number)}")
        recorded = flow.files("submissions/line/mine/results")
        print("Recorded on main:", *recorded, sep="\n  ")
        return 0 if recorded else 1


if __name__ == "__main__":
    sys.exit(main())
