"""This machine: nobody else plays on it, nothing of an earlier run is left, it is free, and its speed is known."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from referee.ground.errors import RefereeFault
from referee.ground.hardware import Hardware, Limits, Requires
from referee.untrusted.machine import leftovers, lock, preflight
from referee.untrusted.machine.calibration import calibrate
from referee.untrusted.machine.fingerprint import found_devices

HOLDER = """
import sys, time
from referee.untrusted.machine import lock
with lock.held(sys.argv[1], alone=sys.argv[2] == "alone"):
    print("holds", flush=True)
    time.sleep(600)
"""


@pytest.fixture(autouse=True)
def own_lock(tmp_path, monkeypatch):
    """A lock file for these tests alone."""
    monkeypatch.setenv(lock.VARIABLE, str(tmp_path / "lock"))
    return tmp_path / "lock"


@pytest.fixture
def holder():
    """Starts another referee that holds the machine; gives its process."""
    started = []

    def start(what: str, how: str) -> subprocess.Popen:
        process = subprocess.Popen([sys.executable, "-c", HOLDER, what, how], stdout=subprocess.PIPE, text=True)
        started.append(process)
        assert process.stdout.readline() == "holds\n"
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


@pytest.mark.parametrize(("theirs", "ours"), [("alone", True), ("alone", False), ("together", True)])
def test_a_run_that_counts_shares_the_machine_with_nobody(holder, theirs, ours):
    process = holder("line/other", theirs)
    told = rf"process {process.pid} plays line/other since 20.*" if theirs == "alone" else "somebody practises|somebody plays"
    with pytest.raises(RefereeFault, match=f"this machine is taken: ({told}); wait"), lock.held("line/mine", alone=ours):
        pass


def test_practice_shares_it_with_practice(holder):
    holder("line/other", "together")
    with lock.held("line/mine", alone=False):
        pass


def test_the_lock_outlives_no_killed_referee(holder, own_lock):
    process = holder("line/other", "alone")
    process.kill()
    process.wait()
    assert json.loads(own_lock.read_text())["pid"] == process.pid, "its words are still there, and hold nobody back"
    with lock.held("line/mine", alone=True):
        assert json.loads(own_lock.read_text())["plays"] == "line/mine"


def test_every_user_of_the_machine_may_lock_it(own_lock):
    with lock.held("line/mine", alone=True):
        pass
    assert own_lock.stat().st_mode & 0o666 == 0o666


@pytest.mark.parametrize("obstacle", ["link", "folder"])
def test_a_lock_that_is_no_file_is_refused_with_what_to_do(own_lock, obstacle):
    own_lock.symlink_to("/etc/passwd") if obstacle == "link" else own_lock.mkdir()
    sentence = r"can't be locked .*; remove it, or name another file in MLGOLF_LOCK"
    with pytest.raises(RefereeFault, match=sentence), lock.held("line/mine", alone=True):
        pass


@pytest.fixture
def dead():
    """The number of a process that is no more."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


def test_folders_of_dead_referees_are_swept_and_no_others(tmp_path, monkeypatch, dead):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    theirs = tmp_path / f"mlgolf-{dead}-box-abc"
    (theirs / "golf").mkdir(parents=True)
    (theirs / "golf/train.py").write_text("x")
    others = [tmp_path / f"mlgolf-{os.getpid()}-box-abc", tmp_path / "mlgolf-notes", tmp_path / f"other-{dead}-x"]
    for path in others:
        path.mkdir()
    (tmp_path / f"mlgolf-{dead}-link").symlink_to(others[2])
    assert leftovers.folders() == [theirs]
    assert f"folder {theirs} of an earlier run was removed" in leftovers.sweep()
    assert not theirs.exists() and all(path.exists() for path in others)


def test_a_guard_that_was_left_is_found_and_killed(tmp_path, dead):
    """Its box lost its referee, and, which should not be, did not notice."""
    guard = tmp_path / "golf/guard.py"
    guard.parent.mkdir()
    guard.write_text("import time; time.sleep(600)")
    process = subprocess.Popen([sys.executable, "-I", "-S", str(guard), f"referee={dead},core=0", "sleep"])
    # Of a referee that lives: this one.
    bystander = subprocess.Popen([sys.executable, "-I", "-S", str(guard), f"referee={os.getpid()},core=0", "sleep"])
    try:
        while process.pid not in leftovers.guards():
            time.sleep(0.01)
        assert bystander.pid not in leftovers.guards()
        assert f"process {process.pid} of an earlier run was killed" in leftovers.sweep()
        assert process.wait(5) == -9 and bystander.poll() is None
    finally:
        for one in (process, bystander):
            one.kill()
            one.wait()


def hardware(**requires) -> Hardware:
    return Hardware(title="test", labels=(), max_watts=1, requires=Requires(**requires))


def test_load_of_somebody_else_is_seen(monkeypatch):
    """Row 11 of the attacks: what an earlier run left working."""
    monkeypatch.setattr(preflight, "PATIENCE_SECONDS", 1)
    busy = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in os.sched_getaffinity(0)]
    heard = []
    try:
        found = list(preflight.obstacles(hardware(idle=0.6), Limits(), heard.append))
    finally:
        for process in busy:
            process.kill()
            process.wait()
    assert len(found) == 1 and "of the processors are idle, 60% required; stop what else runs here" in found[0]
    assert len(heard) == 1 and heard[0].startswith("waiting up to 1 s for this machine to settle")


def test_the_wait_ends_when_the_load_does(monkeypatch):
    """So that the rounds of one run, one after another, don't stand in each other's way."""
    told = iter([0.1, 0.2, 0.9, 0.1])
    monkeypatch.setattr(preflight, "idle_share", lambda seconds: next(told))
    assert list(preflight.obstacles(hardware(idle=0.8), Limits())) == []
    assert next(told) == 0.1, "it looked no further than it had to"


def test_idleness_is_measured():
    assert 0 <= preflight.idle_share(0.05) <= 1


def test_memory_and_disk_must_be_free():
    most = Limits(memory_gib=10**6, output_bytes=2**60)
    found = list(preflight.obstacles(hardware(idle=0), most))
    assert "GiB of memory are free, a round may take 1e+06 GiB" in found[0]
    assert found[1].endswith("; make room")
    assert list(preflight.obstacles(hardware(idle=0), Limits(memory_gib=0.01))) == []


def test_a_hot_processor_is_seen(tmp_path, monkeypatch):
    zones = {
        "0": ("x86_pkg_temp", "93000"),
        "1": ("x86_pkg_temp", "54000"),
        "2": ("acpitz", "99000"),
        "3": ("cpu-thermal", "x"),
    }
    for number, (kind, temperature) in zones.items():
        zone = tmp_path / f"thermal_zone{number}"
        zone.mkdir()
        (zone / "type").write_text(kind + "\n")
        (zone / "temp").write_text(temperature + "\n")
    monkeypatch.setattr(preflight, "ZONES", tmp_path)
    assert list(preflight.hot_zones()) == [("x86_pkg_temp", 93.0)]


def test_devices_are_found_by_their_patterns():
    assert found_devices(["/dev/null", "/dev/[nz]*ro", "/dev/zer*"]) == ("/dev/null", "/dev/zero")
    with pytest.raises(RefereeFault, match=r"/dev/warp\* is not on this machine; check the runner's labels"):
        found_devices(["/dev/null", "/dev/warp*"])


def test_the_speed_of_this_machine_is_told_in_believable_numbers():
    speed = calibrate()
    assert 0.1 < speed.matmul_gflops < 10**5 and 0.1 < speed.copy_gbps < 10**4 and 0.1 < speed.loop_mops < 10**4


def test_a_machine_that_is_busy_or_mislabelled_is_the_referees_fault(league, enter, tmp_path, monkeypatch):
    """Exit 3, with the difference, and nothing is held against the entry."""
    file = Path(league.root / "competitions/hardware.yaml")
    file.write_text(file.read_text().replace("requires: {idle: 0}", "requires: {idle: 0, memory_gib: 100000}"))
    ref = enter()
    words = [sys.executable, "-m", "referee", "run", ref, "--league", str(league.root)]
    told = subprocess.run(words, capture_output=True, text=True, check=False)
    assert told.returncode == 3 and "this machine is no laptop:" in told.stderr and "100000 required" in told.stderr
    assert not (league.root / "submissions" / ref / "results").exists()
