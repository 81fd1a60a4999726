"""Writes a model, then hangs."""

import os
import time

from attempts import say

with open(os.path.join(os.environ["MLGOLF_OUT"], "model"), "wb") as file:
    file.write(b"weights")
say("saved, hanging")
time.sleep(3600)
