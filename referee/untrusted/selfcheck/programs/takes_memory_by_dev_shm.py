"""Writes a gigabyte to /dev/shm, which is memory by another name."""

import tempfile

from attempts import say

say("writing")
with tempfile.TemporaryFile(dir="/dev/shm") as file:
    for _ in range(1 << 10):
        file.write(b"x" * (1 << 20))
