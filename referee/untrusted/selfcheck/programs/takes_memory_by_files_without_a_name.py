"""Files of memory alone, which stand in no folder and in no process's pages."""

import os

from attempts import say

say("writing")
try:
    files = [os.memfd_create(f"part-{number}") for number in range(4)]
except OSError as error:
    say(f"refused: memfd_create ({error.strerror})")
    os._exit(0)
for _ in range(1 << 8):
    for file in files:
        os.write(file, b"x" * (1 << 20))
