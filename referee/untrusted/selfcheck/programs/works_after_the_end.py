"""Hides its work in an exit handler, where a clock that is asked by the program has stopped."""

import atexit
import time

from attempts import say


@atexit.register
def train():
    say("training after the end")
    time.sleep(3600)
