"""Patches every clock and every wait that it can reach: the referee's are in another process."""

import threading
import time

from attempts import say

sleep = time.sleep
time.time = time.monotonic = time.perf_counter = lambda: 0.0
time.clock_gettime = lambda _: 0.0
threading.Event.wait = lambda *_: False
say(f"patched, it is {time.monotonic()}")
sleep(3600)
