"""Every entry of tests/entries ends in the verdict that its folder names, in the real sandbox."""

from __future__ import annotations

import secrets
import subprocess
import time
from pathlib import Path

import pytest
from conftest import IMPOSSIBLE, REPOSITORY, needs_bubblewrap

from referee.ground.verdict import Verdict
from referee.play.judging import judge
from referee.play.match import Match
from referee.play.training import train
from referee.untrusted.sandboxes.bubblewrap import Bubblewrap

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
    "hands_in_a_link_to_the_data": "linked to",
    "hands_in_a_link_to_a_device": "endless 1048576",
    "hands_in_a_socket": "bound",
    "hands_in_a_device": "device made",
    "rewrites_the_model_while_it_is_read": "rewriting",
}
"""What an attack prints once it stands: without it, nothing was survived."""


@needs_bubblewrap
@pytest.mark.parametrize("entry", ENTRIES, ids=str)
def test_entry_gets_the_verdict_of_its_folder(entry, league, enter, audience, tmp_path):
    ref = enter(str(entry))
    match = Match.of(league, ref, "laptop-ss")
    seconds = 1.5 if str(entry) in ("qualified/hangs_after_saving",) or entry.parent.name == "over-time" else 30
    began = time.monotonic()

    train(match, tmp_path / "out", Bubblewrap(), audience, rounds=1, seconds=seconds, practice=True)
    _, result, _ = judge(match, tmp_path / "out", audience)

    assert result.verdict is Verdict(entry.parent.name), result.reason
    if IMPOSSIBLE in audience.logs[0]:
        pytest.skip(audience.logs[0].strip())
    assert PROOF.get(entry.name, "") in audience.logs[0]
    assert time.monotonic() - began < 30
    assert (result.reason is None) == (result.verdict is Verdict.QUALIFIED)


@needs_bubblewrap
def test_every_verdict_of_an_entry_has_an_entry_that_gets_it():
    """Memory is not capped yet, no entry of this league can break a rule, and no entry can make the referee fail."""
    missing = {Verdict.OVER_MEMORY, Verdict.RULE_BROKEN, Verdict.REFEREE_ERROR}
    assert {Verdict(entry.parent.name) for entry in ENTRIES} == set(Verdict) - missing


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
