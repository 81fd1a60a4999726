"""A double-forked daemon in a session of its own waits for the end of the run and then ruins the model."""

import os
import time

import honest  # noqa: F401

if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        print("daemon alive", flush=True)
        while True:
            time.sleep(0.3)
            with open(os.path.join(os.environ["MLGOLF_OUT"], "model.safetensors"), "r+b") as file:
                if os.getppid() == 1 and os.path.exists("/tmp/parent-is-gone"):
                    file.truncate(0)
    os._exit(0)
os.wait()
time.sleep(0.2)
open("/tmp/parent-is-gone", "w").close()
