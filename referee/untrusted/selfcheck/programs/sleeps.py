"""Uses all the time, and a daemon with it."""

import os
import time

from attempts import say

if os.fork() == 0:
    os.setsid()
    time.sleep(3600)
say("sleeping")
time.sleep(3600)
