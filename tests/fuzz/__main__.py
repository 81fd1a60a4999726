"""`python -m tests.fuzz --minutes 10`: feed the readers with changed files, with another seed each time."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from campaign import TARGETS, feed

LOT = {"onnx": 2000, "run": 200}
"""changed files for one child; 600 where nothing stands"""


def main() -> int:
    """Print what came of it; 1 where something failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--target", choices=TARGETS, action="append", help="by default all, in turn")
    parser.add_argument("--seed", type=int, default=None, help="of the first lot; by default the time of day")
    parser.add_argument("--out", type=Path, default=Path(".build/fuzz"), help="where files that failed are left")
    parsed = parser.parse_args()
    folder = parsed.out.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    until, seed = time.monotonic() + 60 * parsed.minutes, int(time.time()) if parsed.seed is None else parsed.seed
    came: dict[str, Counter[str]] = {target: Counter() for target in parsed.target or TARGETS}
    failures: dict[str, dict[str, str]] = {}
    while time.monotonic() < until:
        for target, counts in came.items():
            found = feed(target, seed, LOT.get(target, 600), folder)
            counts.update(found.came)
            for failure in found.failures:
                failures.setdefault(
                    f"{target} {failure['where'][-300:]} {failure['error'][:60]}", {**failure, "seed": f"{seed}"}
                )
        seed += 1
    for target, counts in came.items():
        print(f"{target}: {counts.total()} files, {counts['accepted']} accepted")
        for word, count in counts.most_common(40):
            print(f"  {count:7} {word}")
    for name, failure in failures.items():
        print(f"FAILED {name}\n  {failure['error']}\n  seed {failure['seed']}")
    (folder / "failures.json").write_text(json.dumps(list(failures.values()), indent=1))
    print(f"{len(failures)} failures, kept in {folder / 'failures.json'}")
    return bool(failures)


sys.exit(main())
