"""Writes a good model, then hangs: what stands at the deadline is judged, and the time used is all of it."""

import time

import honest  # noqa: F401

print("saved, hanging")
time.sleep(3600)
