"""Memory that is shared with a child, which a sum over processes may count for neither."""

import mmap
import os
import time

from attempts import say

say("sharing")
held = mmap.mmap(-1, 1 << 30)
os.fork()
for at in range(0, len(held), mmap.PAGESIZE):
    held[at] = 1
time.sleep(3600)
