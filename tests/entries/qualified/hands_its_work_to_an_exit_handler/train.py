"""Trains where a clock that is asked by the program has stopped: it is all inside the time."""

import atexit
import time


@atexit.register
def train():
    print("training after the end", flush=True)
    import honest  # noqa: F401

    time.sleep(3600)
