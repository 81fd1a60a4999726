"""Writes until the output folder is full."""

import os

import honest  # noqa: F401

print("filling", flush=True)
with open(os.path.join(os.environ["MLGOLF_OUT"], "rubbish"), "wb") as file:
    while True:
        file.write(b"x" * (1 << 20))
