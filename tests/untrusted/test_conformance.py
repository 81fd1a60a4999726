"""What every sandbox promises, and what none lets through: one suite for all back ends, by the probes that ship with it."""

from __future__ import annotations

import functools
import os
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from conftest import IMPOSSIBLE, REPOSITORY, WHY_NOT, sandbox, way_to_the_interpreter
from ordinary_user import as_ordinary_user, home

from referee.ground.hardware import Limits
from referee.untrusted import supervision
from referee.untrusted.backends import CONFINING
from referee.untrusted.limits import ladder
from referee.untrusted.sandbox import Job, Outcome, Sandbox, Stop, Watch
from referee.untrusted.sandboxes.unconfined import Unconfined
from referee.untrusted.selfcheck import End, check, probes
from referee.untrusted.selfcheck.plants import planted
from referee.untrusted.selfcheck.running import PROGRAMS

NAMES = [*CONFINING, "unconfined"]
LIMITS = Limits(output_bytes=4 * 2**20, output_files=100, scratch_bytes=2**24, log_bytes=2**16, processes=64)
UNSEEN = "takes_memory_by_sockets"
"""of memory that the kernel alone knows of, so that a look now and then misses it"""
DIFFERS = (
    "not trains and not unconfined and not (container and not (memory or rights or neighbours or runner or forks or uses))"
)
"""what is run again as an ordinary user"""
PAIRS = [(name, probe) for name in NAMES for probe in probes() if name in CONFINING or probe.anywhere]


@pytest.fixture(params=NAMES)
def box(request) -> Sandbox:
    """Each back end that this machine has."""
    return sandbox(request.param)


@pytest.fixture(params=CONFINING)
def confining(request) -> Sandbox:
    """Each of those that confine."""
    return sandbox(request.param)


@functools.cache
def hard() -> bool:
    """Whether the kernel caps the memory for this user."""
    cap = ladder.cap(LIMITS)
    cap.close()
    return cap.hard


def run(
    where: Sandbox,
    folder: Path,
    script: str,
    *,
    seconds: float = 20,
    watch: Watch = lambda used, output: None,
    limits: Limits = LIMITS,
    **wanted: int,
) -> Outcome:
    """Runs a script in a sandbox."""
    (folder / "train.py").write_text("import os\nout = os.environ['MLGOLF_OUT']\n" + script)
    (folder / "data.npz").write_bytes(b"rows")
    job = Job(
        entry={"train.py": folder / "train.py"},
        inputs={"MLGOLF_DATA": folder / "data.npz"},
        environment={"MLGOLF_SEED": "7"},
        seconds=seconds,
        limits=limits,
        wanted=wanted or {"model": 2**16},
    )
    return supervision.run(where, job, watch)


@pytest.mark.parametrize(("name", "probe"), PAIRS, ids=[f"{name}-{probe.name}" for name, probe in PAIRS])
def test_no_attack_gets_through_and_each_honest_twin_works(name, probe, attacks):
    """And each has proved that it ran. Where a look now and then is all that caps the memory, one is known to get through."""
    finding = check(sandbox(name), probe)
    known = probe.name == UNSEEN and not hard() and finding.end is End.GOT_THROUGH
    if probe.hostile and not known:
        attacks.found(name, probe.name, finding.end)
    assert finding.held or known, finding.told


def test_every_program_is_a_row_of_the_table_and_says_what_it_does():
    """In one sentence."""
    programs = {path.stem: path.read_text().splitlines()[0] for path in PROGRAMS.glob("*.py")}
    del programs["attempts"]
    assert set(programs) == {probe.name for probe in probes()}
    assert all(line.startswith('"""') and line.endswith('."""') for line in programs.values()), programs


def test_the_probes_cover_the_rows_that_a_sandbox_can_meet():
    """Row 11 is the pre-flight's, what follows 26 the judge's; no contestant's code runs there."""
    assert {row for probe in probes() for row in probe.rows} == {*range(1, 27)} - {11}


@pytest.mark.parametrize("name", ["reads_the_runner", "reaches_the_host", "writes_the_runners_files"])
def test_an_attack_that_gets_through_is_found(name):
    """This check can fail: without a sandbox these do, and spoil nothing."""
    (probe,) = [probe for probe in probes() if probe.name == name]
    finding = check(Unconfined("as the test asks"), probe)
    assert finding.end is End.GOT_THROUGH and finding.told


def test_an_attack_that_did_not_run_proves_nothing(box):
    """This check can fail: a program that ends before it has tried."""
    (probe,) = [probe for probe in probes() if probe.name == "hands_in_no_file"]
    finding = check(box, replace(probe, proof="never printed"))
    assert finding.end is End.DID_NOT_RUN and finding.told


@pytest.mark.parametrize(
    ("script", "status"),
    [("pass", 0), ("raise SystemExit(3)", 3), ("os.kill(os.getpid(), 9)", 137), ("os.abort()", 134), ("1 / 0", 1)],
)
def test_the_status_is_that_of_the_entry(box, tmp_path, script, status):
    """128 + n where signal n ended it."""
    outcome = run(box, tmp_path, script)
    assert (outcome.status, outcome.stopped) == (status, None)
    assert 0 < outcome.seconds < 5


def test_it_sees_its_inputs_and_empty_folders(box, tmp_path):
    """And nobody's variables but its own."""
    outcome = run(
        box,
        tmp_path,
        """
print(open(os.environ["MLGOLF_DATA"]).read(), os.environ["MLGOLF_SEED"])
print([os.listdir(folder) for folder in (os.environ["HOME"], os.environ["TMPDIR"], out)])
print(os.path.basename(os.getcwd()), sorted(os.listdir(".")))
import referee
print(sorted(os.listdir(os.path.dirname(referee.__file__))))
""",
    )
    assert outcome.log.splitlines() == [
        "rows 7",
        f"[[], {way_to_the_interpreter() if box.confines else []}, []]",
        "entry ['train.py']",
        "['__init__.py', 'contestant', 'py.typed']",
    ]


def test_what_it_prints_is_logged_whether_to_one_pipe_or_to_the_other(box, tmp_path):
    """In order, with its head and its tail."""
    outcome = run(box, tmp_path, "os.write(1, b'first\\n'); os.write(2, b'second\\n'); os.write(1, b'x' * 10**6 + b'last')")
    assert outcome.log.startswith("first\nsecond\nxx") and outcome.log.endswith("xlast")
    assert len(outcome.log) < LIMITS.log_bytes + 100 and "bytes left out" in outcome.log


def test_it_gives_the_files_that_were_wanted(box, tmp_path):
    """And no others; those that are not there are left out."""
    outcome = run(
        box,
        tmp_path,
        "for name in ('model', 'other'):\n    open(os.path.join(out, name), 'w').write(name)",
        model=100,
        missing=100,
    )
    assert outcome.files == {"model": b"model"} and not outcome.output_full


def test_a_deadline_stops_it(box, tmp_path):
    """What stood is collected, what was printed is logged."""
    outcome = run(
        box,
        tmp_path,
        "open(os.path.join(out, 'model'), 'w').write('kept')\nprint('saved')\nimport time; time.sleep(60)",
        seconds=0.7,
    )
    assert (outcome.stopped, outcome.status) == (Stop.TIME, None)
    assert 0.7 <= outcome.seconds < 1.2
    assert outcome.files == {"model": b"kept"} and outcome.log == "saved\n"


def test_memory_is_measured_and_capped(box, tmp_path):
    """The limit is what stops it, the peak is what it held."""
    limits = replace(LIMITS, memory_gib=0.25)
    script = "print('taking'); import time; held = b'x' * ({} << 20); time.sleep(0.4); print('took')"
    modest = run(box, tmp_path, script.format(64), limits=limits)
    assert (modest.stopped, modest.log) == (None, "taking\ntook\n")
    assert modest.memory_limit == 2**28
    assert modest.memory is None or 64 * 2**20 < modest.memory < 2**28
    greedy = run(box, tmp_path, script.format(1024), limits=limits)
    assert (greedy.stopped, greedy.status, greedy.log) == (Stop.MEMORY, None, "taking\n")
    assert greedy.memory is None or greedy.memory >= 2**28 * 0.9


def test_the_output_is_capped_in_bytes(box, tmp_path):
    """Whether the file system refuses more or somebody looks."""
    outcome = run(
        box,
        tmp_path,
        "file = open(os.path.join(out, 'model'), 'wb', buffering=0)\nprint('filling')\n"
        "while True:\n    assert file.write(b'x' * (1 << 20)) == 1 << 20",
    )
    assert outcome.log.startswith("filling\n") and outcome.output_full
    assert outcome.stopped is Stop.OUTPUT or outcome.status == 1


def test_the_output_is_capped_in_files(box, tmp_path):
    """A folder in it does not help."""
    outcome = run(
        box,
        tmp_path,
        "print('filling')\nimport itertools\nos.mkdir(os.path.join(out, 'folder'))\n"
        "for number in itertools.count():\n    os.mkfifo(os.path.join(out, 'folder', str(number)))",
    )
    assert outcome.log.startswith("filling\n") and outcome.output_full
    assert outcome.stopped is Stop.OUTPUT or outcome.status == 1


def test_the_watch_sees_the_clock_and_the_folder(box, tmp_path):
    """About four times a second, in order."""
    seen: list[tuple[float, list[str]]] = []
    script = "open(os.path.join(out, 'curve.csv'), 'w').write('1,0.1,0.5\\n')\nimport time; time.sleep(1)"
    run(box, tmp_path, script, watch=lambda used, folder: seen.append((used, os.listdir(folder))))  # noqa: PTH208
    assert len(seen) >= 3 and ["curve.csv"] in [names for _, names in seen]
    assert sorted(used for used, _ in seen) == [used for used, _ in seen]


def test_a_watch_that_blocks_or_fails_holds_up_nothing(box, tmp_path):
    """A terminal that nobody reads must not make a round longer."""
    called = threading.Event()

    def block(used: float, folder: int) -> None:
        called.set()
        time.sleep(5)

    began = time.monotonic()
    outcome = run(box, tmp_path, "import time; time.sleep(60)", seconds=0.6, watch=block)
    assert called.is_set()
    assert outcome.stopped is Stop.TIME and outcome.seconds < 1.1
    assert time.monotonic() - began < 5


def traces(folder: Path) -> dict[str, Any]:
    """What a box could leave on this machine."""
    groups = [path for path in Path("/sys/fs/cgroup").glob("**/mlgolf-*") if f"-{os.getpid()}-" in path.name]
    tasks = Path("/proc/self/task").iterdir()
    return {
        "children": sorted(word for task in tasks for word in (task / "children").read_text().split()),
        "descriptors": set(os.listdir("/proc/self/fd")),  # noqa: PTH208
        "files": sorted(folder.iterdir()),
        "groups": groups,
        "mounts": Path("/proc/self/mounts").read_text().count("mlgolf"),
        "segments": len(Path("/proc/sysvipc/shm").read_text().splitlines()),
        "shared": sorted(Path("/dev/shm").glob("*mlgolf*")),
    }


@pytest.mark.parametrize("ending", ["time.sleep(60)", "raise SystemExit(1)", "os.kill(os.getpid(), 9)", "held = b'x' * 2**30"])
def test_nothing_is_alive_and_nothing_is_left_afterwards(box, tmp_path, monkeypatch, ending):
    """However it ends: no process, file, mount, control group or descriptor."""
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setenv("TMPDIR", str(temporary))
    monkeypatch.setattr(tempfile, "tempdir", None)
    nap = f"{time.time_ns()}"
    script = f"""
import time
open(os.path.join(out, 'model'), 'w').write('x')
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        os.execvp("sleep", ["sleep", "{nap}"])
    os._exit(0)
os.wait()
time.sleep(0.1)
print("alive", any(b"{nap}" in open(f"/proc/{{pid}}/cmdline", "rb").read() for pid in os.listdir("/proc") if pid.isdigit()))
{ending}
"""
    before = traces(temporary)
    outcome = run(box, tmp_path, script, seconds=1, limits=replace(LIMITS, memory_gib=0.25))
    assert outcome.log.startswith("alive True\n")
    running = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout
    assert nap not in running
    after = traces(temporary)
    # The watch of an earlier test may have given its own back only now.
    assert after.pop("descriptors") <= before.pop("descriptors")
    assert after == before


def test_two_boxes_at_once_know_nothing_of_each_other(confining, tmp_path):
    """Neither their processes nor their names."""
    outcomes: list[Outcome] = []

    def one(folder: Path) -> None:
        folder.mkdir()
        script = """
import socket, time
s = socket.socket(socket.AF_UNIX); s.bind("\\0mlgolf-one-of-two"); s.listen()
time.sleep(0.5)
print(len([name for name in os.listdir("/proc") if name.isdigit()]) <= 3)
"""
        outcomes.append(run(confining, folder, script))

    threads = [threading.Thread(target=one, args=(tmp_path / name,)) for name in ("first", "second")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [outcome.log for outcome in outcomes] == ["True\n", "True\n"]


def test_what_is_planted_is_taken_away_again():
    """The check leaves a machine as it was."""
    before = dict(os.environ)
    with planted() as plants:
        files = [Path(file) for file in plants.told["secrets"]]
        assert all(file.read_text() == plants.secret for file in files) and files
        assert os.environ["GITHUB_TOKEN"] == plants.secret
    assert not any(file.exists() for file in files)
    assert dict(os.environ) == before


def test_all_of_it_holds_for_an_ordinary_user_too(tmp_path):
    """Who may not have a control group of their own; what needs a daemon or root's rights they go without."""
    if os.geteuid() != 0:
        pytest.skip(f"{IMPOSSIBLE}the suite runs as an ordinary user already")
    if WHY_NOT["bubblewrap"]() is not None:
        pytest.skip(str(WHY_NOT["bubblewrap"]()))
    with tempfile.TemporaryDirectory(prefix="mlgolf-ordinary-") as folder:
        Path(folder).chmod(0o755)
        variables = home(Path(folder))
        command = [sys.executable, "-B", "-m", "pytest", "-p", "no:cacheprovider", "-k", DIFFERS, f"{Path(__file__)}"]
        ended = subprocess.run(
            as_ordinary_user(command, [REPOSITORY]),
            cwd=REPOSITORY,
            env=variables,
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )
    assert ended.returncode == 0, ended.stdout[-3000:] + ended.stderr[-1000:]
    assert " passed" in ended.stdout or "[100%]" in ended.stdout
