"""Handles signals, has a watchdog, and writes its model in an exit handler."""

import atexit
import os
import signal
import time

from attempts import done, say

asked = []
signal.signal(signal.SIGTERM, lambda number, frame: asked.append(number))
signal.signal(signal.SIGALRM, lambda number, frame: asked.append(number))


@atexit.register
def save():
    with open(os.path.join(os.environ["MLGOLF_OUT"], "model"), "wb") as file:
        file.write(b"weights")


os.kill(os.getpid(), signal.SIGTERM)
signal.setitimer(signal.ITIMER_REAL, 0.02)
time.sleep(0.1)
assert asked == [signal.SIGTERM, signal.SIGALRM], asked
say(f"{os.environ['MLGOLF_SEED']} is its seed")
done()
raise SystemExit(3)
