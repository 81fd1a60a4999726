"""A referee that is killed at any instant leaves no contestant running and nothing half-written, and the next run works."""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from conftest import needs_bubblewrap, needs_container

from referee.files import checks
from referee.files.league import League
from referee.untrusted.limits import cgroup
from referee.untrusted.sandboxes import container

GONE_SECONDS = 2
NAP = f"{secrets.randbelow(10**9) + 10**9}"
"""seconds that the entry's daemon wants to sleep: how it is told from every other process of this machine"""
TEXT = f"""
import honest, os, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        os.execvp("sleep", ["sleep", "{NAP}"])
    os._exit(0)
os.wait()
time.sleep(0.3)
"""


@pytest.mark.parametrize(
    ("sandbox", "points"),
    [pytest.param("bubblewrap", 50, marks=needs_bubblewrap), pytest.param("container", 10, marks=needs_container)],
)
def test_killed_at_many_instants(league, enter, tmp_path, sandbox, points):
    hardware = league.root / "competitions/hardware.yaml"
    hardware.write_text(hardware.read_text().replace("max_watts: 45", f"max_watts: 45\n    sandbox: {sandbox}"))
    ref = enter(name="daemon", text=TEXT)
    folder = tmp_path / "tmp"
    folder.mkdir()
    whole = lasts(league.root, ref, folder)
    alive = 0
    for point in range(points):
        forget(league.root, ref)
        with started(league.root, ref, folder) as referee:
            time.sleep(whole * point / points)
            alive += NAP in processes()
            referee.send_signal(signal.SIGKILL)
        gone_by = time.monotonic() + GONE_SECONDS
        while (left := [line for line in processes().splitlines() if NAP in line or str(folder) in line]) and (
            time.monotonic() < gone_by
        ):
            time.sleep(0.01)
        assert left == [], f"alive {GONE_SECONDS} s after the referee was killed at {point}/{points}"
        assert_nothing_half_written(league.root, ref)
    assert alive >= points // 10, "the entry hardly ever ran when the referee was killed: this proves little"

    forget(league.root, ref)
    lasts(league.root, ref, folder)
    assert (league.root / "submissions" / ref / "results/laptop-ss.yaml").is_file()
    assert list(folder.iterdir()) == [], "the last run put away what the killed ones had left"
    assert list(cgroup.leftovers()) == []
    assert sandbox != "container" or container.leftovers() == []


def command(root: Path, *words: str) -> list[str]:
    return [sys.executable, "-m", "referee", *words, "--league", str(root)]


def started(root: Path, ref: str, folder: Path) -> subprocess.Popen[bytes]:
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    return subprocess.Popen(command(root, "run", ref), env=os.environ | {"TMPDIR": str(folder)}, **quiet)


def lasts(root: Path, ref: str, folder: Path) -> float:
    began = time.monotonic()
    assert started(root, ref, folder).wait(60) == 0
    return time.monotonic() - began


def forget(root: Path, ref: str) -> None:
    """So that every run has its result to write."""
    shutil.rmtree(root / "submissions" / ref / "results", ignore_errors=True)


def processes() -> str:
    return subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout


def assert_nothing_half_written(root: Path, ref: str) -> None:
    """What stands beside the entry is a whole result, or no result."""
    assert list(checks.entry_faults(League(root), ref)) == []
    results = root / "submissions" / ref / "results"
    if not results.is_dir():
        return
    verified = subprocess.run(command(root, "verify", ref), capture_output=True, text=True, check=False)
    assert verified.returncode == 0, verified.stdout + verified.stderr
