"""Sends every signal to the first process of the box, which is not the host's, and kills everybody else."""

import os
import signal
import time

import honest  # noqa: F401

with open("/proc/1/cmdline", "rb") as file:
    assert b"guard.py" in file.read(), "the first process is the host's"
for number in range(1, 65):
    try:
        os.kill(1, number)
    except OSError:
        continue
if os.fork() == 0:
    time.sleep(3600)
os.kill(-1, signal.SIGKILL)
print("still here", flush=True)
