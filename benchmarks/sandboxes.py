"""What a sandbox costs an entry and how exactly its clock stops it, for each back end that works here."""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.timing import Row, median, paired
from referee.ground.hardware import Hardware, Limits
from referee.untrusted import supervision
from referee.untrusted.backends import CONFINING
from referee.untrusted.sandbox import Job, Outcome, Sandbox
from referee.untrusted.sandboxes.unconfined import Unconfined

DEADLINES = 200
DEADLINE_SECONDS = 0.15
LATE_SECONDS = 0.1
SLOWER = 1.02
DAEMONS = """
import os, time
for _ in range(20):
    if os.fork() == 0:
        os.setsid()
        break
time.sleep(600)
"""
TORCH = """
import time
import torch
torch.manual_seed(0)
torch.set_num_threads(1)
model = torch.nn.Sequential(
    torch.nn.Conv2d(1, 16, 3), torch.nn.ReLU(), torch.nn.Conv2d(16, 16, 3), torch.nn.ReLU(), torch.nn.Flatten(),
    torch.nn.LazyLinear(10),
)
x, y = torch.randn(64, 1, 16, 16), torch.randint(10, (64,))
model(x)
optimiser = torch.optim.SGD(model.parameters(), 0.01)
def step():
    optimiser.zero_grad()
    torch.nn.functional.cross_entropy(model(x), y).backward()
    optimiser.step()
for _ in range(20):
    step()
began = time.perf_counter()
for _ in range(400):
    step()
print(time.perf_counter() - began)
"""


def rows() -> Iterator[Row]:
    """Start-up, deadline and a torch loop of each back end."""
    hardware = Hardware(title="bench", labels=(), max_watts=1)
    boxes: list[Sandbox] = [row.make(hardware) for row in CONFINING.values() if row.why_not() is None]
    with tempfile.TemporaryDirectory(prefix="mlgolf-bench-") as folder:
        for sandbox in (*boxes, Unconfined("a measurement")):
            yield _start_up(sandbox, Path(folder))
            yield _deadline(sandbox, Path(folder))
            yield _torch(sandbox, Path(folder))


def _start_up(sandbox: Sandbox, folder: Path) -> Row:
    ours, theirs = paired(lambda: _inside(sandbox, folder, "pass"), lambda: _bare(folder, "pass"), 15)
    what = f"{sandbox.name}: build a box, run an empty train.py, take it down"
    return Row(what, median(ours), "bare python train.py", median(theirs), "< 1 s", median(ours) < 1)


def _deadline(sandbox: Sandbox, folder: Path) -> Row:
    late = []
    for number in range(DEADLINES):
        outcome = _inside(sandbox, folder, DAEMONS if number % 2 else "while True: pass", DEADLINE_SECONDS)
        late.append(outcome.seconds - DEADLINE_SECONDS)
    late.sort()
    p50, p99, worst = (1000 * value for value in (statistics.median(late), late[int(0.99 * len(late))], late[-1]))
    what = (
        f"{sandbox.name}: all dead after the deadline, {DEADLINES} runs: median {p50:.1f}, p99 {p99:.1f}, worst {worst:.1f} ms"
    )
    return Row(what, DEADLINE_SECONDS + late[-1], "the deadline", DEADLINE_SECONDS, "<= 100 ms late", late[-1] <= LATE_SECONDS)


def _torch(sandbox: Sandbox, folder: Path) -> Row:
    def inside() -> float:
        return float(_inside(sandbox, folder, TORCH, 120).log)

    def bare() -> float:
        return float(_bare(folder, TORCH))

    pairs = [(inside(), bare()) for _ in range(9)]
    ratio = statistics.median(one / other for one, other in pairs)
    bare_seconds = median([other for _, other in pairs])
    # Pair by pair, so that a drift of the machine cancels out.
    return Row(
        f"{sandbox.name}: a torch loop",
        ratio * bare_seconds,
        "the same, bare",
        bare_seconds,
        f"<= {SLOWER} x bare",
        ratio <= SLOWER,
    )


def _inside(sandbox: Sandbox, folder: Path, program: str, seconds: float = 60) -> Outcome:
    (folder / "train.py").write_text(program)
    job = Job(
        entry={"train.py": folder / "train.py"},
        inputs={},
        environment={},
        seconds=seconds,
        limits=Limits(memory_gib=4),
        wanted={},
    )
    return supervision.run(sandbox, job, lambda used, output: None)


def _bare(folder: Path, program: str) -> str:
    (folder / "train.py").write_text(program)
    return subprocess.run([sys.executable, "train.py"], cwd=folder, capture_output=True, text=True, check=True).stdout
