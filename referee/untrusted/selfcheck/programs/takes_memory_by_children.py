"""Forty children take a fortieth each: no single process is large."""

import os
import time

from attempts import say

say("forking")
for _ in range(40):
    if os.fork() == 0:
        held = b"x" * (16 << 20)
        time.sleep(3600)
time.sleep(3600)
