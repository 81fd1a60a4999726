"""Who caps the memory and the processes of a job: each rung of the ladder for real, where this machine has it.

`tests/vm/run` runs this file on machines with other rungs; MLGOLF_EXPECTED_CAP names the one that must be there.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from conftest import IMPOSSIBLE, needs_bubblewrap

from referee.ground.hardware import Limits
from referee.untrusted import supervision
from referee.untrusted.limits import cgroup, ladder, scope
from referee.untrusted.limits.polling import Polling
from referee.untrusted.sandbox import Job, Outcome, Stop
from referee.untrusted.sandboxes.bubblewrap import Bubblewrap

MIB = 2**20
LIMITS = Limits(memory_gib=96 / 1024, processes=20, scratch_bytes=512 * MIB)
EXPECTED = os.environ.get("MLGOLF_EXPECTED_CAP")
BOMB = "held = []\nwhile True: held.append(bytearray(b'x' * 2**20))"
FILES = "import os\nfile = os.memfd_create('bomb')\nwhile True: os.write(file, b'x' * 2**20)"
FORKS = """
import os, time
count = 0
try:
    while os.fork():
        count += 1
    time.sleep(60)
except OSError as error:
    print(count, error.strerror, flush=True)
    os.kill(0, 9)
"""
NEEDS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason=f"{IMPOSSIBLE}it takes root to hide the control groups")


def had(rung: str) -> bool:
    """Whether this user of this machine can have a rung."""
    try:
        made = ladder.RUNGS[rung](LIMITS)
    except OSError:
        return False
    if made is not None:
        made.close()
    return made is not None


HERE = [rung for rung in ladder.RUNGS if had(rung)]
NONE = pytest.param("none", marks=pytest.mark.skip(reason=f"{IMPOSSIBLE}no control group may be had"))
on_each_rung = pytest.mark.parametrize("rung", HERE or [NONE])


def needs(rung: str) -> pytest.MarkDecorator:
    return pytest.mark.skipif(rung not in HERE, reason=f"{IMPOSSIBLE}no {rung} for this user of this machine")


@pytest.fixture
def cap(rung):
    """A hard cap that may be had here."""
    made = ladder.RUNGS[rung](LIMITS)
    yield made
    made.close()


@pytest.fixture
def start():
    """Starts a command in a cap, as the sandboxes start theirs."""
    started = []

    def popen(cap, *command: str) -> subprocess.Popen[str]:
        shell = [*cap.prefix, "sh", "-ec", f'{cap.entering}exec "$@"', "mlgolf", *command]
        bare = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}
        started.append(subprocess.Popen(shell, stdout=subprocess.PIPE, text=True, env=bare, start_new_session=True))
        return started[-1]

    yield popen
    for process in started:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


@pytest.fixture
def python(start):
    """Runs a script in a cap; gives its status and what it said."""

    def run(cap, script: str) -> tuple[int, str]:
        process = start(cap, sys.executable, "-c", script)
        said, _ = process.communicate(timeout=60)
        return process.returncode, said

    return run


def groups() -> list[Path]:
    """All groups of this process's that there are."""
    return list(Path("/sys/fs/cgroup").rglob(f"{cgroup.PREFIX}{os.getpid()}-*"))


@on_each_rung
@pytest.mark.parametrize("script", [BOMB, FILES], ids=["memory", "files in memory"])
def test_an_excess_is_killed_and_told(cap, python, script):
    status, _ = python(cap, script)
    assert status == -signal.SIGKILL
    assert cap.exceeded() and cap.exceeded()
    assert 0.9 * cap.memory < cap.peak() <= cap.memory


@on_each_rung
def test_an_honest_job_is_left_alone_and_measured(cap, python):
    assert python(cap, "held = b'x' * 40 * 2**20; print(len(held))") == (0, f"{40 * MIB}\n")
    assert not cap.exceeded()
    assert 40 * MIB < cap.peak() < 80 * MIB


@on_each_rung
def test_forks_end_at_the_limit(cap, python):
    _, said = python(cap, FORKS)
    count, reason = said.strip().split(" ", 1)
    assert 0 < int(count) < LIMITS.processes and reason == "Resource temporarily unavailable"
    assert not cap.exceeded()


@on_each_rung
def test_nothing_of_the_user_is_added_to_the_environment(cap, python):
    """What a process is started with can be read inside, in /proc/1/environ."""
    _, said = python(cap, "print(sorted(open('/proc/self/environ').read().split(chr(0))))")
    assert {word.partition("=")[0] for word in eval(said)} <= {"", "PATH", "PWD", "OLDPWD", "SHLVL", "_", "LC_CTYPE"}


@on_each_rung
def test_closing_kills_what_is_left_and_leaves_nothing(cap, start):
    before = groups()
    process = start(
        cap, sys.executable, "-c", "import os, time\nos.fork()\nos.fork()\nprint('up', flush=True)\ntime.sleep(600)"
    )
    assert process.stdout.readline() == "up\n"
    cap.close()
    assert process.wait(timeout=10) == -signal.SIGKILL
    assert before and groups() == []


@needs("systemd scope")
def test_a_referee_that_is_killed_leaves_no_scope():
    script = f"""
import os, time
from referee.untrusted.limits import ladder
from referee.ground.hardware import Limits
print(ladder.RUNGS["systemd scope"](Limits()).folder, flush=True)
os.kill(os.getpid(), {signal.SIGKILL})
"""
    told = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False).stdout
    folder, give_up = Path(told.strip()), time.monotonic() + 10
    assert folder.name.startswith(cgroup.PREFIX)
    while folder.exists() and time.monotonic() < give_up:
        time.sleep(0.01)
    assert not folder.exists()


@pytest.fixture
def in_box(tmp_path, monkeypatch):
    """Runs a script in bubblewrap under one rung, else under looking; gives the outcome."""

    def run(rung: str, script: str) -> Outcome:
        monkeypatch.setattr(ladder, "RUNGS", {rung: ladder.RUNGS[rung]} if rung in ladder.RUNGS else {})
        (tmp_path / "train.py").write_text(script)
        entry = {"train.py": tmp_path / "train.py"}
        job = Job(entry=entry, inputs={}, environment={}, seconds=60, limits=LIMITS, wanted={})
        return supervision.run(Bubblewrap(), job, lambda used, folder: None)

    return run


in_each_box = pytest.mark.parametrize("rung", [*HERE, "looking"])


@needs_bubblewrap
@in_each_box
def test_a_bomb_in_a_box_ends_the_run_for_its_memory(in_box, rung):
    outcome = in_box(rung, BOMB)
    assert outcome.stopped is Stop.MEMORY and outcome.status is None
    assert outcome.memory_limit == 96 * MIB < outcome.memory / 0.9
    assert rung == "looking" or outcome.memory <= outcome.memory_limit
    assert groups() == []


@needs_bubblewrap
@in_each_box
@pytest.mark.parametrize("folder", ["/tmp", "/dev/shm", "/home/golf"])
def test_files_in_a_box_are_memory(in_box, rung, folder):
    outcome = in_box(rung, f"with open('{folder}/file', 'wb') as file:\n    while True: file.write(b'x' * 2**20)")
    assert outcome.stopped is Stop.MEMORY


@needs_bubblewrap
@in_each_box
def test_forks_in_a_box_end_at_the_limit(in_box, rung):
    outcome = in_box(rung, FORKS)
    count, reason = outcome.log.strip().split(" ", 1)
    assert 0 < int(count) < LIMITS.processes and reason == "Resource temporarily unavailable"
    assert outcome.stopped is None and outcome.status == 128 + signal.SIGKILL
    assert groups() == []


@needs_bubblewrap
@in_each_box
def test_a_plain_run_in_a_box_is_measured(in_box, rung):
    outcome = in_box(rung, "import time\nheld = b'x' * 20 * 2**20\ntime.sleep(0.5)\nprint('fine')")
    assert (outcome.log, outcome.status, outcome.stopped) == ("fine\n", 0, None)
    assert 20 * MIB < outcome.memory < 80 * MIB
    assert groups() == []


@pytest.mark.parametrize(
    ("events", "exceeded"),
    [
        ("low 0\nhigh 0\nmax 9\noom 0\noom_kill 0\noom_group_kill 0\n", False),
        ("low 0\nhigh 0\nmax 9\noom 1\noom_kill 3\noom_group_kill 1\n", True),
        ("low 0\nhigh 0\nmax 0\noom 0\noom_kill 1\noom_group_kill 0\n", False),
        (None, False),
    ],
    ids=["near its limit", "over its limit", "the machine's own memory was out", "group is gone"],
)
def test_only_an_excess_of_its_own_is_held_against_a_job(tmp_path, events, exceeded):
    if events:
        (tmp_path / "memory.events").write_text(events)
    assert cgroup.Group2(tmp_path, 1).exceeded() is exceeded


def test_the_ladder_gives_its_first_rung_that_holds(monkeypatch):
    def refused(limits):
        raise PermissionError(13, "Permission denied")

    made = object()
    monkeypatch.setattr(ladder, "RUNGS", {"first": refused, "second": lambda limits: None, "third": lambda limits: made})
    assert ladder.cap(LIMITS) is made


def test_the_ladder_ends_in_looking(monkeypatch):
    monkeypatch.setattr(ladder, "RUNGS", {"only": lambda limits: None})
    cap = ladder.cap(LIMITS)
    assert isinstance(cap, Polling) and not cap.hard and cap.memory == 96 * MIB


@pytest.mark.skipif(EXPECTED is None, reason=f"{IMPOSSIBLE}nobody said what this machine has")
def test_this_machine_gives_what_it_has():
    cap = ladder.cap(LIMITS)
    cap.close()
    assert cap.name == EXPECTED


@NEEDS_ROOT
def test_in_a_container_that_may_not_write_to_groups_there_is_looking():
    """As an engine shows them: a namespace of their own, read-only, and no systemd."""
    hidden = """
for place in $(awk '$3 ~ /^cgroup/ { print $2 }' /proc/mounts); do mount -o remount,bind,ro "$place"; done
if [ -d /run/systemd ]; then mount -t tmpfs mlgolf /run/systemd; fi
exec "$@"
"""
    script = """
from referee.ground.hardware import Limits
from referee.untrusted.limits import ladder
print(ladder.cap(Limits()).name)
"""
    inside = ["unshare", "--mount", "--cgroup", "--propagation", "private", "sh", "-ec", hidden, "mlgolf"]
    ran = subprocess.run([*inside, sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert (ran.stdout, ran.stderr) == ("a look now and then\n", "")


@pytest.mark.parametrize("rung", [pytest.param(rung, marks=needs(rung)) for rung in ("cgroup v2", "cgroup v1")])
def test_a_group_whose_referee_is_dead_is_found_and_swept(rung, monkeypatch, start):
    dead = subprocess.Popen(["true"])
    dead.wait()
    alive, kept = os.getpid(), ladder.RUNGS[rung](LIMITS)
    monkeypatch.setattr(os, "getpid", lambda: dead.pid)
    lost = ladder.RUNGS[rung](LIMITS)
    monkeypatch.setattr(os, "getpid", lambda: alive)
    process = start(lost, "sh", "-c", "echo up; exec sleep 600")
    try:
        assert process.stdout.readline() == "up\n"
        found = list(cgroup.leftovers())
        assert found and all(folder.name.startswith(f"{cgroup.PREFIX}{dead.pid}-") for folder in found)
        for folder in found:
            cgroup.sweep(folder)
        assert process.wait(timeout=10) == -signal.SIGKILL
        assert list(cgroup.leftovers()) == []
        assert groups()
    finally:
        lost.close()
        kept.close()
    assert groups() == []


@pytest.fixture
def told_to_systemd(tmp_path, monkeypatch):
    """What a systemd-run is told that refuses everything, once for each call."""
    fake = tmp_path / "systemd-run"
    fake.write_text(f'#!/bin/sh\necho "${{XDG_RUNTIME_DIR-none}} $*" >> {tmp_path}/told\nexit 1\n')
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)
    return tmp_path / "told"


@pytest.mark.parametrize(
    ("uid", "begins"),
    [(0, "none --scope --quiet --collect"), (1234, "/run/user/1234 --scope --quiet --collect --user")],
    ids=["root", "user"],
)
def test_a_scope_is_asked_of_the_systemd_that_is_responsible(told_to_systemd, monkeypatch, uid, begins):
    monkeypatch.setattr(os, "geteuid", lambda: uid)
    with pytest.raises(OSError, match="no scope"):
        scope.Scope.make(LIMITS)
    assert told_to_systemd.read_text().startswith(f"{begins} --unit={cgroup.PREFIX}{os.getpid()}-")
    assert told_to_systemd.read_text().endswith(" --property=Delegate=yes -- cat\n")


def test_where_systemd_refuses_the_ladder_goes_on(told_to_systemd, monkeypatch, tmp_path):
    monkeypatch.setattr(ladder, "BOOTED", tmp_path)
    monkeypatch.setattr(cgroup, "unified", lambda: tmp_path)
    monkeypatch.setattr(ladder, "RUNGS", {"systemd scope": ladder.RUNGS["systemd scope"]})
    assert ladder.cap(LIMITS).name == "a look now and then"
    assert told_to_systemd.exists()
