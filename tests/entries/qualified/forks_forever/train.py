"""Every process forks for as long as it may, and then all wait: the model is there, and the time is used up."""

import os
import time

import honest  # noqa: F401

print("forking", flush=True)
parent = os.getpid()
try:
    for _ in range(9):
        os.fork()
    # Whoever was faster than its children meets the cap only now.
    for _ in range(500 if os.getpid() == parent else 0):
        if os.fork() == 0:
            time.sleep(3600)
except OSError as error:
    if os.getpid() == parent:
        print("no more:", error.strerror, flush=True)
time.sleep(3600)
