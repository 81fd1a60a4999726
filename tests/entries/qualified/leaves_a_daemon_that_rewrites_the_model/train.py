"""A double-forked daemon in a session of its own waits for the end of the run and then ruins the model."""

import os
import time

import honest  # noqa: F401

run, (alive, tells) = os.getpid(), os.pipe()
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        print("daemon alive", flush=True)
        os.write(tells, b"1")
        while os.path.exists(f"/proc/{run}"):
            time.sleep(0.05)
        time.sleep(0.3)
        with open(os.path.join(os.environ["MLGOLF_OUT"], "model.safetensors"), "r+b") as file:
            file.truncate(0)
    os._exit(0)
os.wait()
os.read(alive, 1)
