"""Blocks and ignores every signal that can be, and spins in several processes."""

import os
import signal

from attempts import say

for number in range(1, 65):
    try:
        signal.signal(number, signal.SIG_IGN)
    except (OSError, ValueError):
        continue
signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))
for _ in range(3):
    if os.fork() == 0:
        os.setsid()
        break
say("spinning")
while True:
    pass
