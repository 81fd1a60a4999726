"""The honest twin of those that fill the output: checkpoints beside the model, in a folder, within the cap."""

import os

import honest  # noqa: F401

os.mkdir(os.path.join(os.environ["MLGOLF_OUT"], "checkpoints"))
for number in range(50):
    with open(os.path.join(os.environ["MLGOLF_OUT"], "checkpoints", str(number)), "wb") as file:
        file.write(b"x" * 10_000)
print("wrote 50 files")
