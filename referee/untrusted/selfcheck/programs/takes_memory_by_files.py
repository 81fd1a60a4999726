"""Writes a gigabyte to /tmp, which lies in memory."""

import tempfile

from attempts import say

say("writing")
with tempfile.TemporaryFile() as file:
    for _ in range(1 << 10):
        file.write(b"x" * (1 << 20))
