"""Every entry of tests/entries ends in the verdict that its folder names, in every sandbox that this machine has."""

from __future__ import annotations

import io
import os
import re
import secrets
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from attacks import JUDGED, PROBED, WITHOUT
from conftest import IMPOSSIBLE, REPOSITORY, needs_bubblewrap, sandbox
from rich.console import Console

from referee.adapters.cli.audience import LiveClock
from referee.ground.verdict import Verdict
from referee.play.judging import judge
from referee.play.match import Match
from referee.play.training import train
from referee.untrusted.backends import CONFINING
from referee.untrusted.sandboxes.bubblewrap import Bubblewrap
from referee.untrusted.selfcheck import End

ENTRIES = sorted(
    path.relative_to(REPOSITORY / "tests/entries").parent for path in (REPOSITORY / "tests/entries").rglob("train.py")
)
PROOF = {
    "hangs_after_saving": "saved, hanging",
    "leaves_a_daemon_that_rewrites_the_model": "daemon alive",
    "prints_rubbish": "last line",
    "forges_a_result": "rank 1",
    "sleeps": "sleeping",
    "ignores_every_signal": "ignoring",
    "patches_the_clock": "clock patched",
    "raises": "on purpose",
    "kills_itself": "killing myself",
    "writes_nothing": "done nothing",
    "fills_the_output": "filling",
    "writes_many_files": "creating",
    "writes_some_files": "wrote 50 files",
    "hands_in_a_link_to_the_data": "linked to",
    "hands_in_a_link_to_a_device": "endless 1048576",
    "hands_in_a_socket": "bound",
    "hands_in_a_device": "device made",
    "rewrites_the_model_while_it_is_read": "rewriting",
    "bombs_the_heap": "allocating",
    "bombs_by_many_children": "forking",
    "bombs_by_files_in_memory": "writing",
    "takes_much_memory_for_a_moment": "took 224 MiB",
    "forks_forever": "no more: Resource temporarily unavailable",
    "forks_forever_and_fails": "BlockingIOError",
    "reads_secret_env": "read /proc/self/environ",
    "writes_the_runners_files": "asked for GITHUB_STEP_SUMMARY",
    "prints_workflow_commands": "::stop-commands::forever",
    "hands_its_work_to_an_exit_handler": "training after the end",
    "leaves_a_model_for_the_next_run": "left one in",
    "overwrites_its_own_source": "refused",
    "kills_its_guard": "still here",
}
"""What an attack prints once it stands: without it, nothing was survived."""
HANGING = {"hangs_after_saving", "forks_forever", "hands_its_work_to_an_exit_handler"}
"""until the deadline, with a model"""
NAMES = [*CONFINING, "unconfined"]
PLAYED = [
    (name, entry)
    for name in NAMES
    for entry in ENTRIES
    if (entry.name not in JUDGED or name == NAMES[0]) and not (name == "unconfined" and entry.name in WITHOUT)
]
OVER_MEMORY = r"(0\.5|[0-9.]+) GiB of 0\.5 GiB at \d s"


@pytest.fixture(scope="module")
def runner(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """A process of the same user with a token in its environment, as a runner's agent has: (token, file of commands)."""
    token, commands = f"secret-{secrets.token_hex(16)}", tmp_path_factory.mktemp("runner") / "commands"
    commands.touch()
    variables = {"GITHUB_TOKEN": token, **dict.fromkeys(("GITHUB_ENV", "GITHUB_OUTPUT", "GITHUB_PATH"), f"{commands}")}
    with pytest.MonkeyPatch.context() as patch:
        for name, value in variables.items():
            patch.setenv(name, value)
        agent = subprocess.Popen(["sleep", "3600"], env={**os.environ, **variables})
        try:
            yield token, commands
        finally:
            agent.kill()
            agent.wait()


@pytest.mark.parametrize(("name", "entry"), PLAYED, ids=[f"{name}-{entry}" for name, entry in PLAYED])
def test_entry_gets_the_verdict_of_its_folder(name, entry, league, enter, audience, tmp_path, runner, attacks):
    """And what it did is proved by what it printed; nothing of the runner is in it."""
    token, commands = runner
    ref = enter(str(entry))
    match = Match.of(league, ref, "laptop-ss")
    seconds = 1.5 if entry.name in HANGING or entry.parent.name == "over-time" else 30
    began = time.monotonic()

    train(match, tmp_path / "out", sandbox(name), audience, rounds=1, seconds=seconds, practice=True)
    _, result, _ = judge(match, tmp_path / "out", audience)

    if IMPOSSIBLE in audience.logs[0]:
        if name in CONFINING:
            attacks.found(name, entry.name, End.HELD)
        pytest.skip(audience.logs[0].strip())
    attacks.found(name, f"{entry.name}_as_an_entry" if entry.name in PROBED else entry.name, result.verdict)
    assert result.verdict is Verdict(entry.parent.name), result.reason
    assert PROOF.get(entry.name, "") in audience.logs[0]
    assert time.monotonic() - began < 30
    assert (result.reason is None) == (result.verdict is Verdict.QUALIFIED)
    assert token not in audience.logs[0] and commands.read_text() == ""
    if result.verdict is Verdict.OVER_MEMORY:
        assert re.fullmatch(OVER_MEMORY, result.reason), result.reason


def test_every_verdict_of_an_entry_has_an_entry_that_gets_it():
    """No entry of this league can break a rule, and no entry can make the referee fail."""
    missing = {Verdict.RULE_BROKEN, Verdict.REFEREE_ERROR}
    assert {Verdict(entry.parent.name) for entry in ENTRIES} == set(Verdict) - missing
    assert PROOF.keys() | WITHOUT.keys() | HANGING | JUDGED <= {entry.name for entry in ENTRIES}


@needs_bubblewrap
def test_what_an_entry_printed_is_shown_as_no_command(league, enter, tmp_path):
    """Of whoever runs workflows: none begins a line, however the lines are broken, and none of the older form is in one."""
    told = io.StringIO()
    match = Match.of(league, enter("crashed/prints_workflow_commands"), "laptop-ss")
    train(match, tmp_path / "out", Bubblewrap(), LiveClock(Console(file=told), "line/x"), rounds=1, seconds=30, practice=True)
    lines = told.getvalue().splitlines()
    assert any("::error::forged" in line or "set-output" in line for line in lines), "nothing was shown"
    assert [line for line in lines if line.strip().startswith("::") or "##[" in line] == []


@needs_bubblewrap
def test_a_hanging_entry_is_judged_by_its_model_at_full_time(league, enter, audience, tmp_path):
    match = Match.of(league, enter("qualified/hangs_after_saving"), "laptop-ss")
    training = train(match, tmp_path / "out", Bubblewrap(), audience, rounds=1, seconds=1.5, practice=True)
    assert 1.5 <= training.rounds[0].seconds < 1.75
    assert training.rounds[0].verdict is None


@needs_bubblewrap
def test_nothing_of_a_run_is_alive_afterwards(league, enter, audience, tmp_path):
    """A daemon that left its session, told from every other process of this machine by how long it wants to sleep."""
    nap = f"{secrets.randbelow(10**9) + 10**9}"
    text = f"""
import honest, os, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        os.execvp("sleep", ["sleep", "{nap}"])
    os._exit(0)
os.wait()
time.sleep(0.2)
print(any(b"{nap}" in open(f"/proc/{{pid}}/cmdline", "rb").read() for pid in os.listdir("/proc") if pid.isdigit()))
"""
    match = Match.of(league, enter(name="daemon", text=text), "laptop-ss")
    train(match, tmp_path / "out", Bubblewrap(), audience, rounds=1, seconds=30, practice=True)
    assert audience.logs == ["True\n"], "it was alive before the end"
    running = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout
    assert nap not in running


@needs_bubblewrap
def test_a_pickle_is_never_loaded(league, enter, audience, tmp_path):
    marker = Path("/tmp/mlgolf-pickle-ran")
    marker.unlink(missing_ok=True)
    match = Match.of(league, enter("invalid-model/writes_a_pickle"), "laptop-ss")
    train(match, tmp_path / "out", Bubblewrap(), audience, rounds=1, seconds=30, practice=True)
    _, result, _ = judge(match, tmp_path / "out", audience)
    assert result.verdict is Verdict.INVALID_MODEL
    assert not marker.exists()


@needs_bubblewrap
def test_what_was_printed_is_capped(league, enter, audience, tmp_path):
    match = Match.of(league, enter("qualified/prints_rubbish"), "laptop-ss")
    train(match, tmp_path / "out", Bubblewrap(), audience, rounds=1, seconds=30, practice=True)
    log = (tmp_path / "out/round-1/log.txt").read_text()
    assert len(log) <= match.hardware.limits.log_bytes + 100
    assert log.startswith("��") and log.endswith("last line\n") and "bytes left out" in log
    assert {path.name for path in (tmp_path / "out/round-1").iterdir()} == {"model.safetensors", "log.txt"}
