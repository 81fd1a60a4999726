"""What is special to a container: who it runs as, what its engine mounts and leaves behind, an image of its own."""

from __future__ import annotations

import dataclasses
import io
import os
import signal
import subprocess
import sys
import tarfile
import time
from pathlib import Path
from types import SimpleNamespace

import pytest
from conftest import needs_container

from referee.ground.errors import RefereeFault
from referee.ground.hardware import Limits
from referee.untrusted import supervision
from referee.untrusted.sandbox import Job, Outcome, Stop
from referee.untrusted.sandboxes import container, engines
from referee.untrusted.sandboxes.account import sandbox_account
from referee.untrusted.sandboxes.container import Container

pytestmark = needs_container
LIMITS = Limits(memory_gib=0.25, output_bytes=4 * 2**20, output_files=50, log_bytes=2**16, processes=64)


@pytest.fixture
def job(tmp_path):
    """Makes the job that runs a script."""

    def make(script: str, seconds: float = 20, **changes) -> Job:
        (tmp_path / "train.py").write_text(script)
        (tmp_path / "data.npz").write_bytes(b"rows")
        given = {
            "entry": {"train.py": tmp_path / "train.py"},
            "inputs": {"MLGOLF_DATA": tmp_path / "data.npz"},
            "environment": {"MLGOLF_SEED": "7"},
            "seconds": seconds,
            "limits": LIMITS,
            "wanted": {"model": 100},
        }
        return Job(**given | changes)

    return make


@pytest.fixture
def run(job):
    """Runs a script inside, gives the outcome; no container of this process is there afterwards."""

    def inside(script: str, image: str | None = None, **changes) -> Outcome:
        outcome = supervision.run(Container(image), job(script, **changes), lambda used, folder: None)
        assert [name for name in engine().names() if name.startswith(f"mlgolf-{os.getpid()}-")] == []
        return outcome

    return inside


@pytest.fixture
def forget():
    """The engine is looked for again, in the test and after it."""
    engines.find.cache_clear()
    yield
    engines.find.cache_clear()


def engine() -> engines.Engine:
    found = engines.find()
    assert isinstance(found, engines.Engine)
    return found


def test_what_it_prints_keeps_its_order_and_the_engine_adds_nothing(run):
    outcome = run("""
import os, sys
for number in range(20):
    print(number, file=[sys.stdout, sys.stderr][number % 2])
open("/out/model", "w").write(open(os.environ["MLGOLF_DATA"]).read() + os.environ["MLGOLF_SEED"])
sys.exit(3)
""")
    assert outcome.log.split() == [f"{number}" for number in range(20)]
    assert outcome.status == 3 and outcome.stopped is None and outcome.files == {"model": b"rows7"}


def test_it_runs_as_the_sandboxs_own_user_without_any_right(run):
    outcome = run("""
import os
status = dict(line.split(":", 1) for line in open("/proc/self/status"))
rights = {status[name].strip() for name in status if name.startswith("Cap")}
print(os.getuid(), os.getgid(), rights, status["NoNewPrivs"].strip())
print(os.listdir("/out"), oct(os.stat("/out").st_mode), os.stat("/out").st_uid == os.getuid(), os.path.expanduser("~golf"))
""")
    account = sandbox_account()
    uid, gid = (account.uid, account.gid) if account else (0, 0)
    assert outcome.log == f"{uid} {gid} {{'0000000000000000'}} 1\n[] 0o40700 True /home/golf\n"


def test_its_variables_are_those_listed_and_the_name_of_the_host(run, monkeypatch):
    monkeypatch.setenv("GITHUB_TOKEN", "secret-of-the-runner")
    monkeypatch.setenv("HTTP_PROXY", "http://user:secret-of-the-runner@proxy")
    outcome = run("import os; print(sorted(os.environ))")
    assert set(eval(outcome.log)) == {
        *("HOME", "HOSTNAME", "LANG", "MLGOLF_DATA", "MLGOLF_OUT", "MLGOLF_SEED", "PATH", "PYTHONDONTWRITEBYTECODE"),
        *("PYTHONNOUSERSITE", "PYTHONPATH", "PYTHONSAFEPATH", "PYTHONUNBUFFERED", "TMPDIR"),
    }


def test_nothing_can_be_written_but_the_four_folders_not_even_what_the_engine_mounts(run):
    outcome = run("""
import os
places = {line.split()[1] for line in open("/proc/self/mounts")} | {"/", "/etc", "/run", "/dev", "/golf/entry", "/var/tmp"}
for place in sorted(places):
    file = os.path.join(place, "new-file") if os.path.isdir(place) else place
    # /dev/null hides some files of /proc.
    if file != place or os.path.isfile(place):
        try:
            open(file, "ab").close()
            print(place)
        except OSError:
            pass
print("probed", len(places) > 10)
""")
    assert outcome.log.split() == ["/dev/shm", "/home/golf", "/out", "/tmp", "probed", "True"]


def test_files_are_counted(run):
    """podman knows no such limit: the referee sets it from outside before the entry starts."""
    outcome = run("""
for number in range(1000):
    try:
        open(f"/out/{number}", "w").close()
    except OSError as error:
        print(number, error.strerror)
        break
""")
    assert outcome.log == "50 No space left on device\n" and outcome.output_full


def test_an_excess_of_memory_is_seen_before_the_engine_removes_its_group(run):
    outcome = run("x = []\nwhile True:\n    x.append(bytearray(2**20))")
    assert outcome.stopped is Stop.MEMORY and outcome.memory_limit == 2**28
    assert outcome.memory > 2**27 and (outcome.memory <= 2**28 or not engine().caps)


def test_the_most_memory_is_known_after_the_engine_has_removed_its_group(run):
    outcome = run("import time\nx = bytearray(2**26)\ntime.sleep(0.3)")
    assert outcome.status == 0 and 2**26 < outcome.memory < 2**27


def test_where_the_engine_can_not_cap_the_referee_looks(run, monkeypatch):
    monkeypatch.setattr(engines, "find", lambda found=dataclasses.replace(engine(), caps=False): found)
    outcome = run("x = []\nwhile True:\n    x.append(bytearray(2**20))")
    assert outcome.stopped is Stop.MEMORY
    assert run("import os\nos.memfd_create('x')").log.endswith("Operation not permitted\n")


@pytest.mark.parametrize(
    "script",
    [
        "import os, signal\nsignal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())\nwhile True: pass",
        "import os, time\nfor _ in range(20):\n    if os.fork() == 0:\n        os.setsid()\n        break\ntime.sleep(600)",
    ],
    ids=["spins", "spawns"],
)
def test_the_deadline_kills_everything(run, script):
    began = time.monotonic()
    outcome = run(script, seconds=1)
    assert outcome.stopped is Stop.TIME and outcome.status is None and outcome.log == ""
    assert 1 <= outcome.seconds < 1.5 and time.monotonic() - began < 10


def test_a_file_of_an_excess_is_not_left_in_the_current_folder(run, tmp_path, monkeypatch):
    """conmon writes one named oom."""
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    run("x = []\nwhile True:\n    x.append(bytearray(2**20))")
    assert list((tmp_path / "here").iterdir()) == []


def test_a_box_whose_referee_was_killed_ends_and_is_removed_by_its_engine(tmp_path):
    (tmp_path / "train.py").write_text("import time; time.sleep(600)")
    command = [sys.executable, "-c", _REFEREE, f"{tmp_path / 'train.py'}", *engine().command]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as referee:
        assert referee.stdout is not None
        pid = int(referee.stdout.readline())
        its = f"mlgolf-{referee.pid}-"
        found = [name for name in engine().names() if name.startswith(its)]
        referee.send_signal(signal.SIGKILL)
    assert len(found) == 1
    _wait_until(lambda: not os.path.exists(f"/proc/{pid}"))
    _wait_until(lambda: not any(name.startswith(its) for name in engine().names()))


_REFEREE = """
import sys, time
from contextlib import ExitStack
from pathlib import Path
from referee.ground.hardware import Limits
from referee.untrusted.sandbox import Job
from referee.untrusted.sandboxes import container, engines

engines.CANDIDATES = (tuple(sys.argv[2:]),)
first, found = container._first_process, []
container._first_process = lambda *given: found.append(first(*given)) or found[0]
job = Job(entry={"train.py": Path(sys.argv[1])}, inputs={}, environment={}, seconds=99, limits=Limits(), wanted={})
with ExitStack() as stack:
    box = container.Container().open(job, stack)
    box.release()
    print(found[0][0], flush=True)
    time.sleep(600)
"""


def _wait_until(done) -> None:
    give_up = time.monotonic() + 30
    while not done():
        assert time.monotonic() < give_up
        time.sleep(0.05)


def test_a_container_that_was_left_is_found_by_the_name_of_its_referee_and_removed():
    nobody, somebody = "mlgolf-999999999-left", f"mlgolf-{os.getpid()}-kept"
    image = engines.empty_image(engine())
    try:
        for name in (nobody, somebody):
            made = engine().ask("create", f"--name={name}", f"--label={engines.LABEL}=1", "--network=none", image, "/bin/true")
            assert made.returncode == 0
        assert nobody in container.leftovers() and somebody not in container.leftovers()
        container.sweep(nobody)
        assert nobody not in engine().names() and somebody in engine().names()
    finally:
        for name in (nobody, somebody):
            engine().remove(name)


def test_a_container_that_never_began_leaves_nothing(job, monkeypatch):
    """An interpreter that is not there: the sentence is the engine's."""
    monkeypatch.setattr(container.sys, "executable", "/no/such/python")
    with pytest.raises(RefereeFault, match=r"the sandbox could not be built: .*/no/such/python"):
        supervision.run(Container(), job("pass"), lambda used, folder: None)
    assert [name for name in engine().names() if name.startswith(f"mlgolf-{os.getpid()}-")] == []


def test_an_engine_on_another_machine_is_not_taken_at_its_word():
    """The process of that number here is somebody else's, and would be killed."""
    told = subprocess.CompletedProcess([], 0, f"{os.getpid()}\n".encode(), b"")
    elsewhere = SimpleNamespace(kind="docker", ask=lambda *words: told)
    with pytest.raises(RefereeFault, match=rf"process {os.getpid()}, which it is not"):
        container._first_process(elsewhere, "mlgolf-1-elsewhere", ["python3", "guard.py"])


def test_it_needs_an_engine(forget, monkeypatch):
    monkeypatch.setattr(engines.shutil, "which", lambda name: None)
    assert container.why_not() == (
        "there is neither podman nor docker; install one, for example with `sudo apt-get install podman uidmap`"
    )


def test_an_engine_that_fails_is_quoted_and_one_that_hangs_is_not_waited_for(forget, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setattr(engines, "CANDIDATES", (("podman",),))
    fake = tmp_path / "podman"
    fake.write_text("#!/bin/sh\necho 'Error: no space for containers' >&2\nexit 125\n")
    fake.chmod(0o755)
    assert container.why_not() == "podman can't make an image (no space for containers); see `podman info`"
    with pytest.raises(RefereeFault, match="no space for containers"):
        Container().open(None, None)
    engines.find.cache_clear()
    monkeypatch.setattr(engines, "TRY_SECONDS", 0.2)
    fake.write_text("#!/bin/sh\nexec sleep 5\n")
    assert container.why_not() == "podman does not answer; see `podman info`"


def test_dockers_containers_are_for_root_alone(forget, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setattr(engines, "CANDIDATES", (("docker",),))
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    (tmp_path / "docker").write_text("#!/bin/sh\necho '[name=seccomp,profile=default]'\n")
    (tmp_path / "docker").chmod(0o755)
    assert container.why_not() == "docker's containers belong to root: run the referee as root, or install podman"


@pytest.fixture(scope="module")
def image():
    """Holds a python of its own, and nothing of this machine's is seen in it."""
    name = "localhost/mlgolf/test-python:1"
    made = engine().ask("import", "--change=ENV OF_THE_IMAGE=yes", "--change=ENV PATH=/python/bin", "-", name, given=_python())
    assert made.returncode == 0, made.stderr
    yield name
    engine().ask("rmi", name)


def _python() -> bytes:
    """An archive of the interpreter under this environment, with the libraries that it is linked with."""
    home, version = Path(sys.base_prefix), f"python{sys.version_info.major}.{sys.version_info.minor}"
    program = home / "bin" / version
    linking = [program, *(home / "lib" / version / "lib-dynload").glob("_ctypes.*")]
    linked = subprocess.run(["ldd", *linking], capture_output=True, text=True, check=True).stdout
    libraries = {word for line in linked.splitlines() for word in line.split() if word.startswith("/") and word[-1] != ":"}

    def wanted(member: tarfile.TarInfo) -> tarfile.TarInfo | None:
        left_out = {"test", "site-packages", "dist-packages", "__pycache__", "idlelib", "ensurepip", f"config-{version[6:]}"}
        return None if left_out & set(Path(member.name).parts) else member

    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w") as tar:
        for name in ("python", "python/bin", "python/lib", "lib", "lib64"):
            folder = tarfile.TarInfo(name)
            # Left to itself, docker makes one that only root may enter.
            folder.type, folder.mode = tarfile.DIRTYPE, 0o755
            tar.addfile(folder)
        tar.add(program.resolve(), "python/bin/python3")
        tar.add(home / "lib" / version, f"python/lib/{version}", filter=wanted)
        for library in libraries:
            tar.add(os.path.realpath(library), library if "ld-linux" in library else f"lib/{Path(library).name}")
    return archive.getvalue()


def test_an_image_brings_its_own_interpreter_and_variables(run, image):
    outcome = run(
        "import os, sys; print(sys.executable, os.environ['OF_THE_IMAGE'], os.path.exists('/usr'), os.getpid() > 1)\n"
        "print(open(os.environ['MLGOLF_DATA']).read(), os.environ['HOME'], os.listdir('/golf'))",
        image=image,
    )
    assert outcome.log.startswith("/python/bin/python3 yes False True\nrows /home/golf ") and outcome.status == 0


def test_an_image_that_is_not_here_is_not_fetched(run):
    with pytest.raises(RefereeFault, match=r"image example\.org/golf:1 is not on this machine; `\w+ pull example\.org/golf:1`"):
        run("pass", image="example.org/golf:1")


def test_an_image_that_writes_to_a_disk_is_refused(run):
    name = "localhost/mlgolf/test-volume:1"
    assert engine().ask("import", "--change=VOLUME /data", "-", name, given=engines._links()).returncode == 0
    try:
        with pytest.raises(RefereeFault, match="declares volumes"):
            run("pass", image=name)
    finally:
        engine().ask("rmi", name)


def test_a_device_is_there_only_if_the_hardware_names_it(run):
    device = next((path for path in ("/dev/hwrng", "/dev/fuse", "/dev/kvm", "/dev/net/tun") if os.path.exists(path)), None)
    if device is None:
        pytest.skip("impossible here: no device node beyond the ordinary ones")
    script = f"import os; print(os.path.exists({device!r}))"
    assert run(script).log == "False\n"
    assert run(script, devices=(device,)).log == "True\n"


def test_a_gpu_comes_with_its_driver_only_into_an_image_of_its_own():
    """The empty image sees the machine's own driver under /usr."""
    gpus = ("/dev/nvidia0", "/dev/nvidiactl")
    podman, docker = (engines.Engine(kind, (kind,), True) for kind in ("podman", "docker"))
    assert container._devices(podman, gpus, False)[:2] == ["--device=/dev/nvidia0", "--device=/dev/nvidiactl"]
    assert container._devices(podman, gpus, True) == ["--device=nvidia.com/gpu=all"]
    assert container._devices(docker, gpus, True) == ["--gpus=all"]
