"""One empty file after another."""

import itertools
import os

import honest  # noqa: F401

print("creating", flush=True)
os.mkdir(os.path.join(os.environ["MLGOLF_OUT"], "folder"))
for number in itertools.count():
    with open(os.path.join(os.environ["MLGOLF_OUT"], "folder", str(number)), "wb"):
        pass
