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
from referee.presentation.machine_report import doctor_screen, registration
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


def test_the_labels_of_this_machine_and_how_to_register_it(referee, league):
    subprocess.run(["git", "init", "-q", str(league.root)], check=True)
    subprocess.run(["git", "-C", str(league.root), "remote", "add", "origin", "git@github.com:golf/league.git"], check=True)
    code, out, _ = referee("doctor", "--label")
    assert code == 0 and out.startswith("laptop: self-hosted, test\n") and "moon" not in out
    assert "./config.sh --url https://github.com/golf/league --token TOKEN --labels test --unattended" in out
    code, out, _ = referee("doctor", "--label", "--json")
    assert json.loads(out) == {"laptop": ["self-hosted", "test"]}
    assert referee("doctor", "--label", "--hardware", "moon-base")[0] == 1


@pytest.mark.parametrize(
    "remote", ["https://github.com/golf/league", "https://github.com/golf/league.git", None, "/srv/league"]
)
def test_the_address_to_register_with(remote):
    told = registration({"laptop": Hardware(title="t", labels=("self-hosted", "a b"), max_watts=1)}, remote)
    address = "https://github.com/golf/league" if remote and "golf" in remote else "https://github.com/OWNER/REPOSITORY"
    assert f"--url {address} --token TOKEN --labels 'a b'" in told


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
