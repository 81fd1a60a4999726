"""Forks for as long as it may, and ends with the error that it then gets; its children sleep on."""

import os
import time

import honest  # noqa: F401

while True:
    if os.fork() == 0:
        time.sleep(3600)
