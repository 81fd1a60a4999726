"""Patches every clock it can reach: the referee's lives in another process."""

import time

real_sleep = time.sleep
time.time = time.monotonic = time.perf_counter = lambda: 0.0
time.clock_gettime = lambda _: 0.0
print("clock patched", flush=True)
real_sleep(3600)
