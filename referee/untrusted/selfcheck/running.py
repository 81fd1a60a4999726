"""Run a probe in a sandbox, and say what it came to."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from referee.ground.errors import RefereeFault
from referee.untrusted import supervision
from referee.untrusted.machine import leftovers
from referee.untrusted.sandbox import Job, Outcome, Sandbox
from referee.untrusted.selfcheck.plants import Planted, planted
from referee.untrusted.selfcheck.probe import THROUGH, End, Finding, Probe

PROGRAMS = Path(__file__).parent / "programs"
COMMON = "attempts.py"
"""what the programs import; that they can proves that an entry may bring modules of its own"""


def check(sandbox: Sandbox, probe: Probe) -> Finding:
    """Run a probe as often as it wants. A sandbox that can't be built is a finding too: the probe did not run."""
    began = time.monotonic()
    end: End = End.HELD
    told: str | None = None
    for _ in range(probe.times):
        end, told = _once(sandbox, probe)
        if end is not End.HELD:
            break
    row = ", ".join(map(str, probe.rows))
    return Finding(name=probe.name, row=row, end=end, told=told, seconds=round(time.monotonic() - began, 2))


def _once(sandbox: Sandbox, probe: Probe) -> tuple[End, str | None]:
    with planted() as plants, leftovers.folder("probe") as staged:
        try:
            outcome = supervision.run(sandbox, _job(probe, plants, Path(staged)), lambda seconds, folder: None)
        except RefereeFault as fault:
            return End.DID_NOT_RUN, str(fault)
        if reached := plants.got_through(outcome.log):
            return End.GOT_THROUGH, reached
        if alive := plants.alive():
            return End.GOT_THROUGH, f"{len(alive)} of its processes outlived the run"
    sentence = probe.read(outcome)
    if not _ran(probe, outcome):
        return End.DID_NOT_RUN, _last_words(outcome)
    if sentence is None:
        return End.HELD, None
    return (End.GOT_THROUGH if probe.hostile else End.DID_NOT_RUN), sentence


def _ran(probe: Probe, outcome: Outcome) -> bool:
    """Whether the program came as far as it must to prove anything."""
    if THROUGH in outcome.log and probe.hostile:
        return True
    ended = probe.status is None or outcome.status == probe.status
    return probe.proof in outcome.log and ended


def _last_words(outcome: Outcome) -> str:
    last = (outcome.log.strip().splitlines() or ["it said nothing"])[-1]
    return f"{last} (stopped by {outcome.stopped}, status {outcome.status})"


def _job(probe: Probe, plants: Planted, staged: Path) -> Job:
    entry = {"train.py": PROGRAMS / f"{probe.name}.py", COMMON: PROGRAMS / COMMON}
    for name in probe.beside:
        (staged / name).write_text(f"import os; os.write(1, b'{THROUGH}{name} was run\\n')\n", encoding="utf-8")
        entry[name] = staged / name
    return Job(
        entry=entry,
        inputs={"MLGOLF_DATA": plants.data},
        environment={
            "MLGOLF_SEED": "7",
            "MLGOLF_SECONDS": f"{probe.seconds:g}",
            "PROBE_PLANTED": json.dumps({**plants.told, "python": sys.executable}),
        },
        seconds=probe.seconds,
        limits=probe.limits,
        wanted=probe.wanted,
    )
