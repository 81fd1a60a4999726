"""Leaves its model wherever it may, and would hand in one of an earlier run."""

import glob
import os

places = {os.environ["HOME"], os.environ["TMPDIR"], "/tmp", "/dev/shm", os.environ["MLGOLF_OUT"]}
found = [name for place in places for name in glob.glob(os.path.join(place, "**/left-behind*"), recursive=True)]
print("found", found)
assert not found, "a model of an earlier run"

import honest  # noqa: E402, F401

for place in {os.environ["HOME"], os.environ["TMPDIR"]}:
    with open(os.path.join(place, "left-behind"), "w") as file:
        file.write("a trained model")
    print("left one in", place)
