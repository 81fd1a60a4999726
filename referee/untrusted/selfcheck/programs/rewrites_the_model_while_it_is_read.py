"""Replaces and truncates the model as fast as it can, until it is killed."""

import os

from attempts import say

os.chdir(os.environ["MLGOLF_OUT"])
say("rewriting")
while True:
    with open("again", "wb") as file:
        file.write(b"weights")
    os.replace("again", "model")
