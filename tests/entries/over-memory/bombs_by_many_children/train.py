"""Each of its children takes a little: no single one is large."""

import os
import time

print("forking", flush=True)
for _ in range(50):
    if os.fork() == 0:
        held = b"x" * (16 << 20)
        time.sleep(3600)
time.sleep(3600)
