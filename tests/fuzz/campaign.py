"""Starts the children that feed the targets, and judges how they end."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

CHILD = Path(__file__).resolve().with_name("child.py")
TARGETS = ("onnx", "safetensors", "yaml", "decode", "run")


@dataclass
class Found:
    """What came of feeding a target."""

    came: dict[str, int] = field(default_factory=dict)
    """what was said -> how often"""
    failures: list[dict[str, str]] = field(default_factory=list)
    """exceptions that nothing may raise, crashes and hangs; `hex` is the file"""

    @property
    def examples(self) -> int:
        """Different files that were fed."""
        return sum(self.came.values())

    @property
    def accepted(self) -> int:
        """Of these, those that were read to the end."""
        return self.came.get("accepted", 0)


def feed(target: str, seed: int, examples: int, folder: Path) -> Found:
    """Feed a target in a child of its own.

    Args:
        folder: where the file that a child died of is left
    """
    current = folder / f"{target}-{seed}"
    command = [sys.executable, str(CHILD), target, f"{seed}", f"{examples}", str(current)]
    ended = subprocess.run(command, capture_output=True, text=True, cwd=folder, check=False)
    if ended.returncode == 0:
        told = json.loads(ended.stdout.splitlines()[-1])
        current.unlink(missing_ok=True)
        return Found(told["came"], told["failures"])
    content = current.read_bytes().hex() if current.exists() else ""
    kind = f"signal {-ended.returncode}" if ended.returncode < 0 else "it hung, or the child failed"
    return Found({}, [{"error": kind, "where": ended.stderr[-2000:], "hex": content}])
