"""Ignores what can be ignored and stops itself; the kill can't be ignored."""

import os
import signal

for number in range(1, 32):
    try:
        signal.signal(number, signal.SIG_IGN)
    except (OSError, ValueError):
        continue
print("ignoring", flush=True)
while True:
    os.kill(os.getpid(), signal.SIGSTOP)
