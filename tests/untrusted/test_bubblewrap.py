"""What a stranger's program finds inside the sandbox. Every probe prints what it did, so that silence proves nothing."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import pytest
from conftest import needs_bubblewrap

from referee.ground.hardware import Limits
from referee.untrusted import supervision
from referee.untrusted.sandbox import Job, Outcome, Stop
from referee.untrusted.sandboxes.bubblewrap import Bubblewrap

pytestmark = needs_bubblewrap
LIMITS = Limits(output_bytes=4 * 2**20, log_bytes=2**16, processes=64)


@pytest.fixture
def run(tmp_path):
    """Runs a script inside, gives the outcome."""

    def inside(script: str, seconds: float = 20, wanted: dict[str, int] | None = None, **changes) -> Outcome:
        entry = tmp_path / "entry"
        entry.mkdir(exist_ok=True)
        (entry / "train.py").write_text(script)
        data = tmp_path / "data.npz"
        data.write_bytes(b"rows")
        given = {
            "entry": {"train.py": entry / "train.py"},
            "inputs": {"MLGOLF_DATA": data},
            "environment": {"MLGOLF_SEED": "7"},
            "seconds": seconds,
            "limits": LIMITS,
            "wanted": wanted or {"model": 2**20},
        }
        return supervision.run(Bubblewrap(), Job(**given | changes), lambda used, folder: None)

    return inside


def test_it_sees_its_inputs_and_an_empty_home(run):
    outcome = run("""
import os
print(open(os.environ["MLGOLF_DATA"]).read(), os.environ["MLGOLF_SEED"], os.listdir(os.environ["HOME"]), os.listdir("/out"))
""")
    assert outcome.log == "rows 7 [] []\n"
    assert outcome.status == 0 and outcome.stopped is None


def test_its_environment_holds_nothing_of_the_runner(run, monkeypatch):
    monkeypatch.setenv("GITHUB_TOKEN", "secret-of-the-runner")
    outcome = run("""
import os
for process in ["self", "1"]:
    print("probed", process)
    try:
        print(open(f"/proc/{process}/environ").read())
    except OSError as error:
        print(error)
print(dict(os.environ))
""")
    assert outcome.log.count("probed") == 2
    assert "secret-of-the-runner" not in outcome.log


def test_there_is_no_network(run):
    outcome = run("""
import socket
print(sorted(name for _, name in socket.if_nameindex()))
for family, address in [(socket.AF_INET, ("127.0.0.1", 22)), (socket.AF_INET, ("1.1.1.1", 53))]:
    with socket.socket(family, socket.SOCK_STREAM) as s:
        s.settimeout(2)
        try:
            s.connect(address)
            print("connected")
        except OSError as error:
            print("refused", error.errno)
""")
    assert outcome.log.startswith("['lo']\nrefused")
    assert "connected" not in outcome.log and outcome.log.count("refused") == 2


def test_everything_but_its_own_folders_is_read_only_or_missing(run):
    outcome = run("""
import os, sys
for path in ["/golf/entry/train.py", os.environ["MLGOLF_DATA"], "/golf/lib/referee/contestant/__init__.py", sys.executable,
             "/etc/passwd", "/usr/bin/env", "/new-file", "/golf/new-file", "/dev/new-file"]:
    try:
        with open(path, "ab") as file:
            file.write(b"x")
        print("WROTE", path)
    except OSError as error:
        print("denied", path, error.strerror)
for path in ["/root", "/home", "/var", "/boot", "/sys", "/run", "/mnt", "/srv"]:
    print("listing", path, sorted(set(os.listdir(path)) - {"golf", ".pyenv"}) if os.path.isdir(path) else "missing")
""")
    assert outcome.log.count("denied /") == 9 and "WROTE" not in outcome.log
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


def test_it_has_no_descriptors_but_the_three(run):
    outcome = run("""
import os
print([int(n) for n in os.listdir("/proc/self/fd") if os.path.exists(f"/proc/self/fd/{n}")])
print(os.readlink("/proc/self/fd/0"))
""")
    assert outcome.log == "[0, 1, 2]\n/dev/null\n"


def test_it_can_make_no_namespaces(run):
    outcome = run("""
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
print("unshare", libc.unshare(0x10000000), ctypes.get_errno())
print("mount", libc.mount(b"none", b"/tmp", b"tmpfs", 0, None), ctypes.get_errno())
""")
    assert "unshare -1" in outcome.log and "mount -1" in outcome.log


def test_the_output_is_sized(run):
    outcome = run("""
try:
    with open("/out/model", "wb") as file:
        for _ in range(100):
            file.write(b"x" * 2**20)
except OSError as error:
    print("stopped", error.strerror)
    raise
""")
    assert "stopped No space left" in outcome.log
    assert outcome.output_full and outcome.status == 1


def test_a_short_job_is_not_charged_for_the_sandbox(run):
    outcome = run("pass")
    assert outcome.seconds < 2 and outcome.status == 0


@pytest.mark.parametrize(
    "script",
    [
        "import time; time.sleep(600)",
        "import os, signal\nsignal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))\nwhile True: pass",
        "import os, time\nfor _ in range(20):\n    if os.fork() == 0:\n        os.setsid()\n        break\ntime.sleep(600)",
    ],
    ids=["sleeps", "spins", "spawns"],
)
def test_the_deadline_kills_everything(run, script):
    began = time.monotonic()
    outcome = run(script, seconds=1)
    assert outcome.stopped is Stop.TIME and outcome.status is None
    assert 1 <= outcome.seconds < 1.5 and time.monotonic() - began < 5


def test_a_grandchild_that_holds_the_pipe_does_not_hold_the_referee(run):
    outcome = run("""
import os, sys, time
print("parent", flush=True)
if os.fork() == 0:
    os.setsid()
    time.sleep(600)
""")
    assert outcome.log == "parent\n" and outcome.status == 0 and outcome.seconds < 5


def test_what_it_left_is_collected_and_nothing_else(run):
    outcome = run("""
import os
os.chdir("/out")
open("model", "wb").write(b"weights")
open("other", "wb").write(b"rubbish")
""")
    assert outcome.files == {"model": b"weights"}


def test_a_tempfile_of_the_referee_is_gone_afterwards(run, tmp_path, monkeypatch):
    """A fresh home, /tmp and package folder every time: nothing of one run is there for the next."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    import tempfile

    monkeypatch.setattr(tempfile, "tempdir", None)
    first = run("""
import os
for folder in ["/tmp", "/dev/shm", os.environ["HOME"], "/out"]:
    open(os.path.join(folder, "left-behind"), "w").write("x")
    print("left", folder)
""")
    assert first.log.count("left") == 4
    second = run("""
import os
print([os.listdir(folder) for folder in ["/tmp", "/dev/shm", os.environ["HOME"], "/out"]])
""")
    assert "left-behind" not in second.log
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith("mlgolf")] == []


def test_torch_and_numpy_can_be_imported(run):
    assert run("import numpy, safetensors; from referee import contestant; print('fine')").log == "fine\n"


def test_only_the_contestants_part_of_the_referee_is_visible(run):
    outcome = run("""
import os, referee
print(sorted(os.listdir(os.path.dirname(referee.__file__))))
""")
    assert outcome.log == "['__init__.py', 'contestant', 'py.typed']\n"


def test_a_device_is_there_only_if_the_hardware_names_it(run):
    """As a GPU's nodes would be; /sys comes with them, as CUDA needs it."""
    device = next((path for path in ("/dev/hwrng", "/dev/fuse", "/dev/kvm", "/dev/net/tun") if os.path.exists(path)), None)
    if device is None:
        pytest.skip("impossible here: no device node beyond the ordinary ones")
    script = f"import os; print(os.path.exists({device!r}), os.path.isdir('/sys/class'))"
    assert run(script).log == "False False\n"
    assert run(script, devices=(device,)).log == "True True\n"


def test_the_watch_sees_the_clock_and_the_folder(tmp_path):
    entry = tmp_path / "entry"
    entry.mkdir()
    (entry / "train.py").write_text("import time\nopen('/out/curve.csv', 'w').write('1,0.1,0.5\\n')\ntime.sleep(1)")
    seen = []
    job = Job(
        entry={"train.py": entry / "train.py"}, inputs={}, environment={}, seconds=9, limits=LIMITS, wanted={}
    )  # fmt: skip
    supervision.run(Bubblewrap(), job, lambda used, folder: seen.append((used, os.listdir(folder))))  # noqa: PTH208
    assert len(seen) >= 3 and ["curve.csv"] in [names for _, names in seen]
    assert sorted(used for used, _ in seen) == [used for used, _ in seen]


def test_the_interpreter_is_the_referees_own(run):
    assert run("import sys; print(sys.executable)").log == f"{Path(sys.executable)}\n"
