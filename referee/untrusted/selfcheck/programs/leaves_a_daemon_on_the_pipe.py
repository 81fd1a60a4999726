"""A daemon in a session of its own holds stdout open and waits for the end of the run to ruin the model."""

import os
import time

from attempts import say

model = os.path.join(os.environ["MLGOLF_OUT"], "model")
with open(model, "wb") as file:
    file.write(b"weights")
run, (alive, tells) = os.getpid(), os.pipe()
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        os.write(tells, b"1")
        while os.path.exists(f"/proc/{run}"):
            time.sleep(0.05)
        time.sleep(0.2)
        with open(model, "wb") as file:
            file.write(b"ruined")
        time.sleep(3600)
    os._exit(0)
os.wait()
os.read(alive, 1)
say("daemon alive")
