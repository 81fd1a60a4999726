"""Sends what it may to the guard, and to everybody."""

import os
import signal
import time

from attempts import say, through

with open("/proc/1/cmdline", "rb") as file:
    command = file.read()
# Never on a host: this check runs on machines that people work on.
if b"guard.py" not in command:
    through("the first process is the host's")
    raise SystemExit
say(f"the first process is {command!r}")
parent = os.getppid()
for number in range(1, 65):
    # By these the guard learns that its child is dead, and looks.
    for pid in {1, parent}:
        try:
            os.kill(pid, number)
        except OSError as error:
            say(f"{number} to {pid}: {error.strerror}")
if os.fork() == 0:
    os.setsid()
    time.sleep(3600)
time.sleep(0.1)
# To all that it may signal but itself and the first of the namespace.
os.kill(-1, signal.SIGKILL)
with open(os.path.join(os.environ["MLGOLF_OUT"], "model"), "wb") as file:
    file.write(b"weights")
say("still here, hanging")
time.sleep(3600)
