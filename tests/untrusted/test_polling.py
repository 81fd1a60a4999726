"""Where the kernel can't cap a job, somebody looks at what it takes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from referee.ground.hardware import Limits
from referee.untrusted.limits.polling import Polling

MIB = 2**20


@pytest.fixture
def looked_at():
    """Starts a script, gives a poll that looks at it once it has said that it is up."""
    started = []

    def poll(script: str, mib: int) -> Polling:
        process = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, start_new_session=True)
        started.append(process)
        assert process.stdout.readline() == b"up\n"
        polling = Polling(Limits(memory_gib=mib / 1024))
        polling.attach(process.pid, ())
        return polling

    yield poll
    for process in started:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


FAMILY = """
import os, time
held = bytearray(b"x" * 60 * 2**20)
pipe, ready = os.pipe()
for _ in range(4):
    if not os.fork():
        held = bytearray(held) if {copies} else held
        os.write(ready, b"!")
        time.sleep(600)
for _ in range(4):
    os.read(pipe, 1)
print("up", flush=True)
time.sleep(600)
"""


def test_looking_counts_what_forks_share_once(looked_at):
    polling = looked_at(FAMILY.format(copies=False), 150)
    assert not polling.exceeded()
    assert 60 * MIB < polling.peak() < 150 * MIB


def test_looking_counts_what_forks_do_not_share(looked_at):
    polling = looked_at(FAMILY.format(copies=True), 150)
    assert polling.exceeded() and polling.peak() > 250 * MIB


def test_looking_counts_files_in_memory():
    folder = os.open("/dev/shm", os.O_RDONLY)
    file = Path("/dev/shm", f"mlgolf-test-{os.getpid()}")
    polling = Polling(Limits(memory_gib=1024))
    polling.attach(os.getpid(), (folder,))
    try:
        polling.exceeded()
        before = polling.peak()
        file.write_bytes(b"x" * 50 * MIB)
        polling.exceeded()
        assert polling.peak() - before > 40 * MIB
    finally:
        file.unlink()
        os.close(folder)


def test_an_excess_that_was_seen_stays_told(looked_at):
    polling = looked_at("import time\nheld = b'x' * 60 * 2**20\nprint('up', flush=True)\ntime.sleep(600)", 30)
    assert polling.exceeded()
    polling.attach(os.getpid(), ())
    polling.memory = 2**50
    assert polling.exceeded()
