"""What is bubblewrap's own: the places that it mounts. `test_conformance` says what every sandbox promises."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from conftest import needs_bubblewrap, way_to_the_interpreter

from referee.ground.hardware import Limits
from referee.untrusted import supervision
from referee.untrusted.sandbox import Job, Outcome
from referee.untrusted.sandboxes.bubblewrap import Bubblewrap

pytestmark = needs_bubblewrap
LIMITS = Limits(output_bytes=4 * 2**20, log_bytes=2**16, processes=64)


@pytest.fixture
def run(tmp_path):
    """Runs a script inside, gives the outcome."""

    def inside(script: str, devices: tuple[str, ...] = ()) -> Outcome:
        (tmp_path / "train.py").write_text(script)
        (tmp_path / "data.npz").write_bytes(b"rows")
        job = Job(
            entry={"train.py": tmp_path / "train.py"},
            inputs={"MLGOLF_DATA": tmp_path / "data.npz"},
            environment={},
            seconds=20,
            limits=LIMITS,
            devices=devices,
            wanted={},
        )
        return supervision.run(Bubblewrap(), job, lambda used, folder: None)

    return inside


def test_its_folders_are_where_they_are_named(run):
    names = "HOME TMPDIR MLGOLF_OUT PWD MLGOLF_DATA"
    script = f"import os; print(*(os.environ[name] for name in {names.split()}))"
    assert run(script).log == "/home/golf /tmp /out /golf/entry /golf/in/data.npz\n"


def test_there_is_no_network_device_but_a_loopback(run):
    assert run("import socket; print(socket.if_nameindex(), socket.gethostname())").log == "[(1, 'lo')] golf\n"


def test_everything_but_its_own_folders_is_read_only_or_missing(run):
    outcome = run("""
import os, sys
for path in ["/golf/entry/train.py", os.environ["MLGOLF_DATA"], "/golf/lib/referee/contestant/__init__.py", sys.executable,
             "/etc/passwd", "/usr/bin/env", "/new-file", "/golf/new-file", "/dev/new-file", "/proc/sys/fs/mqueue/msg_max"]:
    try:
        with open(path, "ab") as file:
            file.write(b"x")
        print("WROTE", path)
    except OSError as error:
        print("denied", path, error.strerror)
for path in ["/root", "/home", "/var", "/boot", "/sys", "/run", "/mnt", "/srv"]:
    print("listing", path, sorted(set(os.listdir(path)) - {"golf", ".pyenv"}) if os.path.isdir(path) else "missing")
""")
    assert outcome.log.count("denied /") == 10 and "WROTE" not in outcome.log
    for name in ("/var", "/boot", "/sys", "/run", "/mnt"):
        assert f"listing {name} missing" in outcome.log
    assert "listing /home []" in outcome.log


def test_it_sees_no_process_but_its_own(run):
    outcome = run("""
import os
print(sorted(int(name) for name in os.listdir("/proc") if name.isdigit()), os.getpid())
""")
    seen, own = outcome.log.rsplit(" ", 1)
    assert len(seen.split(",")) <= 3 and int(own) <= 3


def test_a_device_is_there_only_if_the_hardware_names_it(run):
    """As a GPU's nodes would be; /sys comes with them, as CUDA needs it."""
    device = next((path for path in ("/dev/hwrng", "/dev/fuse", "/dev/kvm", "/dev/net/tun") if os.path.exists(path)), None)
    if device is None:
        pytest.skip("impossible here: no device node beyond the ordinary ones")
    script = f"import os; print(os.path.exists({device!r}), os.path.isdir('/sys/class'))"
    assert run(script).log == "False False\n"
    assert run(script, devices=(device,)).log == "True True\n"


def test_the_interpreter_is_the_referees_own_wherever_it_lies(run):
    """The interpreter may lie below a folder that is hidden, such as /tmp or /root: it alone is shown."""
    outcome = run("import os, sys; print(sys.executable, sorted(os.listdir('/tmp')), sorted(os.listdir('/golf')))")

    assert outcome.log == f"{Path(sys.executable)} {way_to_the_interpreter()} ['entry', 'guard.py', 'in', 'lib']\n"
