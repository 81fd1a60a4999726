"""What is installed on a runner's machine, as it runs: the hook under a runner's processes, the script of root, the units."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from conftest import needs_bubblewrap

from referee.presentation.runner_setup import PROTECTS, Setup, files

SETUP = Setup(repository="golf/league", branch="main", hardware="laptop", labels=("self-hosted", "mlgolf-laptop"))
OURS = {
    "GITHUB_REPOSITORY": "golf/league",
    "GITHUB_EVENT_NAME": "workflow_dispatch",
    "GITHUB_WORKFLOW_REF": "golf/league/.github/workflows/referee.yml@refs/heads/main",
    "GITHUB_REF": "refs/heads/main",
    "GITHUB_JOB": "train",
}
"""what GitHub says of the job that is let through"""
OTHERS = {
    "GITHUB_REPOSITORY": [
        "",
        "golf/league2",
        "evil/golf/league",
        "other/league",
        "golf/League",
        "golf/league\n",
        "\ngolf/league",
    ],
    "GITHUB_EVENT_NAME": [
        "",
        "pull_request",
        "pull_request_target",
        "push",
        "schedule",
        "repository_dispatch",
        "workflow_dispatch ",
    ],
    "GITHUB_WORKFLOW_REF": [
        "",
        "golf/league/.github/workflows/referee.yml@refs/pull/7/merge",
        "golf/league/.github/workflows/referee.yml@refs/heads/main2",
        "golf/league/.github/workflows/referee.yml@refs/tags/main",
        "golf/league/.github/workflows/referee.yml@main",
        "golf/league/.github/workflows/referee.yml",
        "golf/league/.github/workflows/check.yml@refs/heads/main",
        "golf/league/.github/workflows/referee-yml@refs/heads/main",
        "golf/league/.github/workflows/my-referee.yml@refs/heads/main",
        "golf/league/.github/workflows/referee.yml@refs/heads/main@refs/heads/main",
        "evil/league/.github/workflows/referee.yml@refs/heads/main",
        "golf/league/.github/workflows/referee.yml@refs/heads/main\ngolf",
        "evil\ngolf/league/.github/workflows/referee.yml@refs/heads/main",
    ],
    "GITHUB_REF": [
        "",
        "main",
        "refs/heads/main2",
        "refs/heads/refs/heads/main",
        "refs/heads/Main",
        "refs/tags/main",
        "refs/pull/7/merge",
        "refs/heads/main\nrefs/heads/evil",
        "refs/heads/*",
    ],
    "GITHUB_JOB": ["", "judge", "plan", "train2", "Train", "train\n", "(", "!", "-n", "train' -o 'x' = 'x"],
}
"""what it says of others; some are no names that GitHub would give"""
CASES = [(variable, value) for variable, values in OTHERS.items() for value in values]

WORKER = """
import ctypes, os, subprocess, sys
ctypes.CDLL(None).prctl(15, sys.argv[1].encode())
print("worker", os.getpid(), flush=True)
told = subprocess.run(sys.argv[3:], check=False)
# `if: always()`
open(sys.argv[2], "w").write(f"{told.returncode}")
"""
"""A worker of GitHub's runner: the hook, then a step that runs whether or not the hook has failed. 15 is PR_SET_NAME."""
SHELLS = ["bash", "dash"]
"""GitHub's runner takes bash, and where there is none sh"""


class Runner:
    """Plays jobs as GitHub's runner does: a listener, which is this process, a worker, and in it the hook."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.ran = folder, folder / "a later step ran"
        self.hook = folder / "job-started.sh"
        self.hook.write_text(files(SETUP)["job-started.sh"])

    def play(
        self, job: Mapping[str, str], shell: str = "bash", name: str = "Runner.Worker", below: tuple[str, ...] = ()
    ) -> tuple[int, str]:
        """Exit code of the worker, as the listener sees it, and all that was written to its stdout and stderr."""
        ended = subprocess.run(
            [sys.executable, "-c", WORKER, name, str(self.ran), *below, shell, "-e", str(self.hook)],
            env={"PATH": os.environ["PATH"]} | job,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=60,
            check=False,
            # Where the hook finds no worker it ends its whole group.
            start_new_session=True,
        )
        assert ended.stdout.startswith("worker ")
        return ended.returncode, ended.stdout


@pytest.fixture
def runner(tmp_path: Path) -> Runner:
    """Of golf/league."""
    return Runner(tmp_path)


@pytest.mark.parametrize("shell", SHELLS)
def test_the_job_of_this_league_is_let_through(runner: Runner, shell: str) -> None:
    """The honest twin of all below."""
    code, told = runner.play(OURS, shell)
    assert code == 0 and runner.ran.read_text() == "0" and len(told.splitlines()) == 1


@pytest.mark.parametrize(("variable", "value"), CASES)
def test_any_other_job_ends_with_its_worker(runner: Runner, variable: str, value: str) -> None:
    """No later step runs, not even one that always does; why is said, in one line and without the stranger's odd signs."""
    code, told = runner.play(OURS | {variable: value})
    assert code == -9 and not runner.ran.exists()
    lines = set(told.splitlines()[1:])
    assert len(lines) == 1 and f": {variable} is " in lines.pop()


@pytest.mark.parametrize("variable", OURS)
@pytest.mark.parametrize("shell", SHELLS)
def test_a_job_of_which_nothing_is_known_ends_too(runner: Runner, variable: str, shell: str) -> None:
    """A variable that is missing is none that fits."""
    code, told = runner.play({name: value for name, value in OURS.items() if name != variable}, shell)
    assert code == -9 and not runner.ran.exists()
    assert f"{variable} is nothing, expected {OURS[variable]}\n" in told


def test_a_hook_that_merely_fails_stops_no_step_that_always_runs(runner: Runner) -> None:
    """This check can fail: so does a hook as one would first write it."""
    runner.hook.write_text(re.sub(r"kill -KILL\b", "true", files(SETUP)["job-started.sh"]))
    assert "kill" not in re.sub(r"#.*", "", runner.hook.read_text())
    code, _ = runner.play(OURS | {"GITHUB_EVENT_NAME": "pull_request"})
    assert code == 0 and runner.ran.read_text() == "1"


def test_what_is_said_can_be_read_and_commands_nobody(runner: Runner) -> None:
    """A value with the runner's commands in it is not repeated."""
    _, told = runner.play(OURS | {"GITHUB_REF": "refs/heads/evil"})
    assert "GITHUB_REF is refs/heads/evil, expected refs/heads/main\n" in told
    for value in ("x\n::set-env name=PATH::/evil", "x##[add-path]/evil", "\x1b[31m", "::stop-commands::x"):
        _, told = runner.play(OURS | {"GITHUB_REF": value})
        assert "GITHUB_REF is something with odd signs, expected refs/heads/main\n" in told
        assert "evil" not in told and "::" not in told and "\x1b" not in told


def test_a_worker_is_told_on_after_its_end(runner: Runner) -> None:
    """The hook's own output goes with the worker; GitHub's listener reads what stands on the worker's stderr."""
    code, told = runner.play(OURS | {"GITHUB_JOB": "evil"})
    said = f"refused by {runner.hook}: GITHUB_JOB is evil, expected train"
    assert code == -9 and told.splitlines()[1:] == [said, said]


@pytest.mark.parametrize("shell", SHELLS)
def test_a_worker_is_found_behind_other_programs(runner: Runner, shell: str) -> None:
    """It is an ancestor, not always the parent."""
    code, _ = runner.play(OURS | {"GITHUB_JOB": "evil"}, shell, below=("sh", "-c", "$*; exit 0", "sh"))
    assert code == -9 and not runner.ran.exists()


@pytest.mark.parametrize("shell", SHELLS)
def test_where_no_worker_is_known_everything_ends(runner: Runner, shell: str) -> None:
    """A runner that is built otherwise must not let a job through."""
    code, _ = runner.play(OURS | {"GITHUB_JOB": "evil"}, shell, name="Runner.Other")
    assert code == -9 and not runner.ran.exists()


def test_another_worker_of_the_machine_goes_on(runner: Runner) -> None:
    """Only the job itself is ended."""
    waits = "import ctypes, sys; ctypes.CDLL(None).prctl(15, b'Runner.Worker'); print(1, flush=True); sys.stdin.read()"
    with subprocess.Popen([sys.executable, "-c", waits], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None and other.stdout.readline() == "1\n"
        assert runner.play(OURS | {"GITHUB_JOB": "evil"})[0] == -9
        assert other.poll() is None
        other.communicate("")
    assert other.returncode == 0


@pytest.mark.parametrize("name", [name for name, content in files(SETUP).items() if content.startswith("#!/bin/sh")])
@pytest.mark.parametrize("shell", SHELLS)
def test_every_shell_reads_the_scripts(tmp_path: Path, name: str, shell: str) -> None:
    """They are written for any sh."""
    (tmp_path / name).write_text(files(SETUP)[name])
    told = subprocess.run([shell, "-n", name], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (told.returncode, told.stderr) == (0, "")


def test_the_hook_has_a_name_that_the_runner_runs() -> None:
    """It takes .sh, .ps1 and .js; a hook of another name fails, and lets the steps that always run go on."""
    unit = _unit()
    (hook,) = [line for line in unit["Environment"] if line.startswith("ACTIONS_RUNNER_HOOK_JOB_STARTED=")]
    assert Path(hook.partition("=")[2]) == Path("/opt/mlgolf/job-started.sh") and "job-started.sh" in PROTECTS


def _unit() -> dict[str, list[str]]:
    """Keys of the [Service] section; one that stands there twice has two values."""
    unit: dict[str, list[str]] = {}
    section = files(SETUP)["mlgolf-runner.service"].partition("[Service]")[2].partition("[Install]")[0]
    for line in section.splitlines():
        if line and not line.startswith("#"):
            key, _, value = line.partition("=")
            unit.setdefault(key, []).append(value)
    return unit


def test_the_unit_holds_what_the_page_promises() -> None:
    """An ordinary user without a way up, a fresh runner each time, and a token that stays with root."""
    unit = _unit()
    assert unit["User"] == ["mlgolf-runner"] and unit["NoNewPrivileges"] == ["yes"] and unit["CapabilityBoundingSet"] == [""]
    assert unit["ProtectSystem"] == ["strict"] and unit["PrivateTmp"] == ["yes"]
    assert unit["ReadWritePaths"] == ["/var/lib/mlgolf /run/lock"]
    assert unit["Restart"] == ["always"] and unit["KillMode"] == ["control-group"]
    assert unit["ExecStartPre"] == ["+/opt/mlgolf/before-job"]
    assert {"-/etc/mlgolf", "-/run/mlgolf", "-/home", "-/root"} == set(unit["InaccessiblePaths"][0].split())
    assert "LoadCredential" not in unit and "token" not in f"{unit}"


@pytest.mark.parametrize(
    "key",
    "RestrictNamespaces ProtectKernelTunables ProcSubset ProtectHome ProtectControlGroups PrivateDevices ProtectClock "
    "DevicePolicy DeviceAllow MemoryDenyWriteExecute RestrictSUIDSGID".split(),
)
def test_the_unit_leaves_the_sandbox_its_room(key: str) -> None:
    """What bubblewrap, GPUs, or the cap on memory would not survive."""
    assert key not in _unit()


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed")
def test_systemd_reads_the_unit_without_a_complaint(tmp_path: Path) -> None:
    """Keys, values and paths; the two programs that come with the machine stand in."""
    program = shutil.which("true")
    text = files(SETUP)["mlgolf-runner.service"]
    for path in ("/opt/mlgolf/before-job", "/var/lib/mlgolf/runner/run.sh"):
        text = re.sub(rf"(?m)^(Exec\w+=\+?){path}$", rf"\g<1>{program}", text)
    (tmp_path / "mlgolf-runner.service").write_text(text)
    assert _verify(tmp_path / "mlgolf-runner.service") == (0, "")
    (tmp_path / "mlgolf-runner.service").write_text(text.replace("ProtectSystem", "ProtektSystem"))
    assert "ProtektSystem" in _verify(tmp_path / "mlgolf-runner.service")[1]


def _verify(unit: Path) -> tuple[int, str]:
    told = subprocess.run(["systemd-analyze", "verify", unit], capture_output=True, text=True, check=False)
    return told.returncode, told.stderr


class Machine:
    """The files of a machine, on which `before-job` runs as root of a sandbox; what it calls writes down how."""

    REGISTERS = """#!/bin/sh
    echo "python $*" >> /calls
    [ -e /refuses ] && exit 3
    grep -q TOKEN /etc/mlgolf/token || exit 4
    for word; do out=$word; done
    printf SklU > "$out"
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        for folder in (
            "etc/mlgolf",
            "opt/mlgolf/league",
            "opt/mlgolf/venv/bin",
            "opt/mlgolf/actions-runner/bin",
            "run",
            "var/lib/mlgolf",
        ):
            (root / folder).mkdir(parents=True)
        (root / "etc/passwd").write_text("root:x:0:0::/:/bin/sh\nmlgolf-runner:x:0:0::/:/bin/sh\n")
        (root / "etc/group").write_text("root:x:0:\n")
        (root / "etc/mlgolf/token").write_text("TOKEN\n")
        (root / "opt/mlgolf/actions-runner/run.sh").write_text("fresh")
        for name in ("before-job", "job-started.sh"):
            (root / "opt/mlgolf" / name).write_text(files(SETUP)[name])
        self.program("python", self.REGISTERS)
        for name in ("systemctl", "pkill"):
            self.program(name, f'#!/bin/sh\necho "{name} $*" >> /calls\n')

    def program(self, name: str, text: str) -> None:
        """Put one first on the path."""
        file = self.root / "opt/mlgolf/venv/bin" / name
        file.write_text(text)
        file.chmod(0o755)

    def prepare(self) -> int:
        """Run it; gives the exit code."""
        (self.root / "calls").write_text("")
        box = ["bwrap", "--unshare-all", "--unshare-user", "--uid", "0", "--gid", "0", "--bind", f"{self.root}", "/"]
        for folder in ("/usr", "/bin", "/lib", "/lib64"):
            box += ["--ro-bind-try", folder, folder]
        box += ["--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp", "--tmpfs", "/var/tmp", "--chdir", "/"]
        path = {"PATH": "/opt/mlgolf/venv/bin:/usr/bin:/bin"}
        return subprocess.run([*box, "sh", "/opt/mlgolf/before-job"], env=path, check=False).returncode

    @property
    def calls(self) -> list[str]:
        """What was called, in order."""
        return (self.root / "calls").read_text().splitlines()


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """On which a runner was installed."""
    return Machine(tmp_path / "machine")


@needs_bubblewrap
def test_before_each_job_a_runner_is_registered(machine: Machine) -> None:
    """For one job, under a name of its own, for a file that systemd alone reads."""
    assert machine.prepare() == 0
    (call,) = [call for call in machine.calls if call.startswith("python")]
    told = "--repository golf/league --hardware laptop --name laptop-[0-9a-f]{8} --token-file /etc/mlgolf/token"
    assert re.fullmatch(rf"python -m referee ci register {told} --out /run/mlgolf/jitconfig", call)
    environment = machine.root / "run/mlgolf/environment"
    assert environment.read_text() == "ACTIONS_RUNNER_INPUT_JITCONFIG=SklU\n"
    assert environment.stat().st_mode & 0o777 == 0o600 and environment.parent.stat().st_mode & 0o777 == 0o700
    assert [file.name for file in environment.parent.iterdir()] == ["environment"]
    assert (machine.root / "var/lib/mlgolf/runner/run.sh").read_text() == "fresh"
    assert machine.prepare() == 0 and call not in machine.calls


@needs_bubblewrap
def test_nothing_of_the_last_job_is_left(machine: Machine) -> None:
    """No program, no file, no link that leads root elsewhere; first the programs, which could put files back."""
    home = machine.root / "var/lib/mlgolf/runner"
    home.mkdir()
    (home / ".env").write_text("ACTIONS_RUNNER_HOOK_JOB_STARTED=\n")
    (home / "run.sh").write_text("evil")
    (home / "bin").symlink_to("/opt/mlgolf/actions-runner")
    (home / "closed").mkdir(mode=0o000)
    assert machine.prepare() == 0
    assert sorted(file.name for file in home.iterdir()) == ["bin", "run.sh"] and (home / "run.sh").read_text() == "fresh"
    assert not (home / "bin").is_symlink() and (machine.root / "opt/mlgolf/actions-runner/run.sh").read_text() == "fresh"
    stops, kills, starts, registers = machine.calls
    assert (stops, kills, starts) == ("systemctl stop user-0.slice", "pkill -KILL -U 0", "systemctl start user@0.service")
    assert registers.startswith("python ")


@needs_bubblewrap
def test_a_registration_that_fails_starts_no_runner(machine: Machine) -> None:
    """Nor does that of the last job start one again."""
    assert machine.prepare() == 0
    (machine.root / "refuses").touch()
    assert machine.prepare() == 3
    assert list((machine.root / "run/mlgolf").iterdir()) == []


@needs_bubblewrap
def test_without_its_hook_a_machine_registers_nowhere(machine: Machine, capfd: pytest.CaptureFixture[str]) -> None:
    """Every job would be let through."""
    (machine.root / "opt/mlgolf/job-started.sh").unlink()
    assert machine.prepare() == 1 and machine.calls == []
    assert "/opt/mlgolf/job-started.sh is missing" in capfd.readouterr().err
