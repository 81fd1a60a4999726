"""`referee doctor`: each line with its state and its remedy, the labels, the self-check; from the table to the exit code."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys

import pytest
from conftest import needs_bubblewrap

from referee.ground.hardware import Hardware, Requires
from referee.presentation.machine_report import doctor_screen
from referee.presentation.runner_setup import PROTECTS
from referee.untrusted import doctor
from referee.untrusted.doctor import Line, State
from referee.untrusted.machine.fingerprint import fingerprint


@pytest.fixture
def referee(league):
    """Runs a command in the tiny league; gives exit code, stdout, stderr."""

    def call(*words: str, **environment: str) -> tuple[int, str, str]:
        command = [sys.executable, "-m", "referee", *words, "--league", str(league.root)]
        told = subprocess.run(command, env=os.environ | environment, capture_output=True, text=True, check=False)
        return told.returncode, told.stdout, told.stderr

    return call


@needs_bubblewrap
def test_a_machine_that_can_be_a_runner_is_told_so_on_one_screen(referee, tmp_path):
    code, out, err = referee("doctor", MLGOLF_LOCK=str(tmp_path / "lock"))
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert len(lines) <= 45 and lines[-1].startswith("this machine can be a runner")
    for what in ("sandbox bubblewrap", "memory", "processes", "clock", "energy", "fingerprint", "speed", "is a laptop"):
        assert any(line.startswith(("pass", "warn")) and line[6:].startswith(what) for line in lines), what
    assert "is no moon-base" in out and "exactly 12 required" in out


@needs_bubblewrap
def test_the_same_as_json(referee, tmp_path):
    code, out, _ = referee("doctor", "--json", MLGOLF_LOCK=str(tmp_path / "lock"))
    told = json.loads(out)
    assert code == 0 and {line["state"] for line in told["lines"]} <= {"pass", "warn"}
    assert told["machine"]["cores"] >= 1 and told["speed"]["loop_mops"] > 0
    assert all(line["remedy"] or line["state"] == "pass" for line in told["lines"])


def test_what_is_asked_for_and_can_not_be_fails(referee, tmp_path):
    code, out, _ = referee("doctor", "--hardware", "moon-base", MLGOLF_LOCK=str(tmp_path / "lock"))
    assert code == 1 and "fail  is no moon-base" in out and out.splitlines()[-1].endswith("this machine can't be a runner yet")
    code, out, err = referee("doctor", "--hardware", "moonbase")
    assert (code, out) == (2, "") and 'unknown hardware "moonbase"; did you mean "moon-base"?' in err


def test_without_any_sandbox_it_fails_with_what_to_install(referee, tmp_path):
    code, out, _ = referee("doctor", PATH="/nowhere", MLGOLF_LOCK=str(tmp_path / "lock"))
    assert code == 1 and "fail  sandbox bubblewrap" in out and "sudo apt-get install bubblewrap" in out


def test_it_runs_outside_of_a_league_too(tmp_path):
    words = [sys.executable, "-m", "referee", "doctor"]
    environment = os.environ | {"MLGOLF_LOCK": str(tmp_path / "lock")}
    told = subprocess.run(words, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert "no league here" in told.stdout and told.returncode in (0, 1) and told.stderr == ""


@pytest.fixture
def cloned(league):
    """Makes the league a clone of a repository."""

    def make(remote: str) -> None:
        subprocess.run(["git", "init", "-q", str(league.root)], check=True)
        subprocess.run(["git", "-C", str(league.root), "remote", "add", "origin", remote], check=True)

    return make


def test_the_labels_of_this_machine_and_how_to_register_it(referee, cloned):
    cloned("git@github.com:golf/league.git")
    code, out, _ = referee("doctor", "--label")
    assert code == 0 and out.startswith("laptop: self-hosted, test\n") and "moon" not in out
    command = "./config.sh --url https://github.com/golf/league --token TOKEN --labels test --ephemeral --unattended\n"
    assert command in out and "git clone https://github.com/golf/league /opt/mlgolf/league" in out
    assert all(f"  {name} " in out for name in PROTECTS)
    assert referee("doctor", "--label", "--hardware", "moon-base")[0] == 1


def test_the_same_as_json_with_the_files(referee, cloned):
    """Without a repository there is nothing to fill in."""
    code, out, _ = referee("doctor", "--label", "--json")
    assert code == 0 and json.loads(out) == {"laptop": {"labels": ["self-hosted", "test"], "files": {}}}
    cloned("https://github.com/golf/league")
    told = json.loads(referee("doctor", "--label", "--json", "--branch", "trunk")[1])
    assert list(told["laptop"]["files"]) == list(PROTECTS)
    assert "'golf/league/.github/workflows/referee.yml@refs/heads/trunk'" in told["laptop"]["files"]["job-started.sh"]


def test_the_files_are_written_and_nothing_else_is_overwritten(referee, cloned, tmp_path):
    cloned("https://github.com/golf/league.git")
    words = ["doctor", "--label", "--out", str(tmp_path / "files")]
    assert referee(*words)[::2] == (0, "")
    written = {file.name: file.read_text() for file in (tmp_path / "files").iterdir()}
    assert set(written) == set(PROTECTS) and "golf/league for laptop" in written["mlgolf-runner.service"]
    (tmp_path / "files/before-job").unlink()
    assert referee(*words)[0] == 0 and (tmp_path / "files/before-job").read_text() == written["before-job"]
    (tmp_path / "files/install.sh").write_text("mine")
    (tmp_path / "files/before-job").unlink()
    code, out, err = referee(*words)
    assert (code, out) == (2, "") and f"{tmp_path}/files/install.sh: another content is there already" in err
    assert (tmp_path / "files/install.sh").read_text() == "mine" and not (tmp_path / "files/before-job").exists()


@pytest.mark.parametrize(
    ("remote", "words", "said"),
    [
        ("/srv/league", ["--label", "--out", "files"], "no remote `origin` at GitHub; name its repository with --repository"),
        ("https://github.com/golf/le$(id)gue", ["--label"], "is no repository of GitHub; name it with --repository"),
        ("https://github.com/golf/league/tree/main", ["--label"], "is no repository of GitHub"),
        ("https://github.com/golf/..", ["--label"], "is no repository of GitHub"),
        ("/srv/league", ["--label", "--repository", "golf"], '"golf" can\'t be the repository of a runner'),
        ("/srv/league", ["--label", "--repository", "golf/league", "--branch", "a'b"], "\"a'b\" can't be the branch"),
        ("/srv/league", ["--out", "files"], "--out, --repository and --branch belong to --label"),
    ],
)
def test_odd_names_and_wrong_usage_get_one_line_and_exit_2(referee, cloned, remote, words, said):
    cloned(remote)
    code, out, err = referee("doctor", *words)
    assert (code, out) == (2, "") and said in err and len(err.splitlines()) == 1


def test_strangers_words_do_not_reach_the_terminal_raw():
    from rich.console import Console

    console = Console(width=100, file=io.StringIO())
    console.print(doctor_screen([Line(State.WARN, "what", "found \x1b[31m", "do \x07 this")]))
    told = console.file.getvalue()
    assert "\x1b" not in told and "\x07" not in told and "-> do" in told


def test_hardware_fits_by_fingerprint_and_by_devices():
    machine = fingerprint()
    fits = {"any": Hardware(title="t", labels=(), max_watts=1)}
    others = {
        "device": Hardware(title="t", labels=(), max_watts=1, devices=("/dev/warp*",)),
        "cores": Hardware(title="t", labels=(), max_watts=1, requires=Requires(cores=10**6)),
    }
    assert set(doctor.fitting(fits | others, machine)) == {"any"}
