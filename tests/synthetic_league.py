"""The synthetic leagues of the benchmarks, for tests: written by a process of its own, as `python -m benchmarks.synthetic`."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]


def synthetic_league(folder: Path, results: int) -> Path:
    """A league of this many results, with this repository's site around it.

    Args:
        folder: that is to be made
    """
    words = [sys.executable, "-m", "benchmarks.synthetic", str(folder), str(results)]
    subprocess.run(words, cwd=REPOSITORY, check=True)
    shutil.copytree(REPOSITORY / "site", folder / "site")
    shutil.copy(REPOSITORY / "mkdocs.yml", folder)
    (folder / "referee").symlink_to(REPOSITORY / "referee")
    return folder
