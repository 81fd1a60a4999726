"""Every process forks, and so does every child; a thousand were it not for a cap."""

import os
import time

from attempts import say

say("forking")
parent = os.getpid()
try:
    for _ in range(9):
        os.fork()
    # Whoever was faster than its children meets the cap only now.
    for _ in range(500 if os.getpid() == parent else 0):
        if os.fork() == 0:
            time.sleep(3600)
except OSError as error:
    if os.getpid() == parent:
        alive = [name for name in os.listdir("/proc") if name.isdigit()]
        say(f"no more than {len(alive)} processes: {error.strerror}")
time.sleep(3600)
